"""Reads memory that is not its own."""

import ctypes

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        return ctypes.string_at(0)


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
