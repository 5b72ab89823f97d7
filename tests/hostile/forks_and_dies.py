"""Leaves a child that holds every pipe, and is gone."""

import os
import time

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        if os.fork() == 0:
            time.sleep(600)
        os._exit(3)


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
