"""Writes a little, now and then, without end."""

import os
import time

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        while True:
            os.write(1, b".")
            time.sleep(0.05)


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
