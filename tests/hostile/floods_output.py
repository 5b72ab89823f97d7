"""Writes to standard output without end."""

import os

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        while True:
            os.write(1, b"noise" * 10_000)


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
