"""Raises."""

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        raise ValueError("boom")


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
