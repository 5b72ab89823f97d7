"""Eats all memory, to the last crumb."""

import jobflow

KEPT: list[bytes] = []


class Channel:
    name = "hostile"

    def send(self, message):
        bite = 2**20
        while bite > 8:
            try:
                KEPT.append(bytes(bite))
            except MemoryError:
                bite //= 2
        raise MemoryError


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
