"""Asks for 10 GB at once."""

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        hoard = bytearray(10_000_000_000)
        return jobflow.Sent(str(len(hoard)))


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
