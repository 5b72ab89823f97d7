"""Answers something else."""

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        return True


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
