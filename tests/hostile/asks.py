"""Asks the user, who is not there."""

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        return jobflow.Sent(input("Password: "))


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
