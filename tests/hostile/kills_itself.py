"""Kills its whole process group."""

import os
import signal

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        os.killpg(0, signal.SIGKILL)


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
