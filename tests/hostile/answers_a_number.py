"""Gives a reason that is no text."""

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        return jobflow.Retry(404)  # type: ignore[arg-type]


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
