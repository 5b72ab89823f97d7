"""Writes a file without end."""

import tempfile

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        with tempfile.TemporaryFile() as file:
            while True:
                file.write(bytes(10_000_000))


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
