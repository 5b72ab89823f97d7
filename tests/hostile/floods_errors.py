"""Writes to standard error without end."""

import os

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        while True:
            os.write(2, b"noise\n" * 10_000)


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
