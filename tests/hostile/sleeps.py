"""Sleeps, and will not be ended politely."""

import pathlib
import signal
import time

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        pathlib.Path("begun").touch()
        time.sleep(600)


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
