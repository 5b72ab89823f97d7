"""Changes all of its process that others could suffer from."""

import os
import signal
import sys

import jobflow


class Channel:
    name = "hostile"

    def send(self, message):
        os.chdir("/")
        os.umask(0o777)
        os.environ.clear()
        for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGPIPE):
            signal.signal(number, signal.SIG_IGN)
        sys.path.clear()
        sys.modules.pop("json", None)
        sys.stdout = sys.stderr = None
        return jobflow.Sent("delivered")


@jobflow.hookimpl
def jobflow_channels():
    return [Channel]
