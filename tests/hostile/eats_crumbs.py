"""Eats all memory in small bites."""

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        hoard = []
        while True:
            hoard.append([None] * 100)


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
