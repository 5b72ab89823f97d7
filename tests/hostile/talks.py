"""Gives a reason of ten megabytes."""

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        return jobflow.Failed("because " * 1_250_000)


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
