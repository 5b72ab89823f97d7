"""Starts a program in the background, and hangs."""

import subprocess

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        subprocess.Popen(["sleep", "600"])
        subprocess.run(["sleep", "600"], check=True)


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
