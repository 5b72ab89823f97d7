"""Closes standard output and standard error."""

import os

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        os.close(1)
        os.close(2)
        return jobflow.Sent("delivered")


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
