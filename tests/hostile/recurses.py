"""Calls itself for ever."""

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        return self.send(message)


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
