"""Forgets to answer."""

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        message.text.upper()


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
