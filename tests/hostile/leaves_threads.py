"""Delivers, and leaves threads at work."""

import threading
import time

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        for _ in range(3):
            threading.Thread(target=time.sleep, args=(600,)).start()
        return jobflow.Sent("delivered")


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
