"""Closes every file there is."""

import os

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        os.closerange(0, 1024)
        return jobflow.Sent("delivered")


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
