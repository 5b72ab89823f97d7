"""Calls itself for ever, and lifts the limit first."""

import sys

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        sys.setrecursionlimit(1_000_000_000)
        return self.send(message)


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
