"""Catches all that could end it."""

import time

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        while True:
            try:
                time.sleep(600)
            except BaseException:
                continue


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
