"""Never ends."""

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        while True:
            pass


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
