"""Leaves as a program does."""

import sys

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        sys.exit("bye")


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
