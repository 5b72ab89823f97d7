"""Delivers, and then never gets its connection closed."""

import time

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        return jobflow.Sent("delivered")

    def close(self):
        time.sleep(600)


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
