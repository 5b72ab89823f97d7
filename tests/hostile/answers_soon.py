"""Gives a time that is none."""

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        return jobflow.Retry("busy", after="soon")  # type: ignore[arg-type]


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
