"""Ends the process, with the status of success."""

import os

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        os._exit(0)


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
