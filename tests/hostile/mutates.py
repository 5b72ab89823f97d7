"""Changes the message that it was given."""

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        object.__setattr__(message, "text", "something else")
        object.__setattr__(message, "recipient", "everybody")
        return jobflow.Sent("delivered")


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
