"""Raises an exception that can't be turned into text."""

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        class Odd(Exception):
            def __str__(self):
                raise self

        raise Odd


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
