"""Raises what `except Exception` does not catch."""

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        class Odd(BaseException):
            pass

        raise Odd("boom")


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
