"""Delivers, and leaves a child that holds every pipe."""

import os
import time

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        if os.fork() == 0:
            time.sleep(600)
        return jobflow.Sent("delivered")


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
