"""Gives a reason that no terminal and no database can hold."""

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        return jobflow.Failed("a\ud800b\r\n\x1b[2Jc\x00d")


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
