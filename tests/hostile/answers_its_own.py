"""Answers with a class of its own that has the right name."""

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        class Sent:
            reference = None

        return Sent()


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
