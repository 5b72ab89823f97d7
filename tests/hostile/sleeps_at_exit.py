"""Delivers, and never gets to its end."""

import atexit
import time

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        atexit.register(time.sleep, 600)
        return jobflow.Sent("delivered")


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
