"""Writes megabytes, and delivers."""

import sys

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        for _ in range(50):
            print("noise" * 20_000)
            print("noise" * 20_000, file=sys.stderr)
        return jobflow.Sent("delivered")


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
