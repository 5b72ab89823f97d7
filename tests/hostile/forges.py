"""Writes what looks like an answer to standard output, and is gone."""

import os

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        answer = b'{"answer": {"is": "Sent", "reference": "forged"}}\n'
        os.write(1, answer)
        os._exit(0)


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
