"""Offers another channel than it did."""

import jobflow


class Channel:
    name = "renamed"

    def send(self, message):
        return jobflow.Sent()


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
