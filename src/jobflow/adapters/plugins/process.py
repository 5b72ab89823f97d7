"""Runs a program that may hang, flood, die or leave children behind; it never costs more than its deadline.

It gets a session of its own. When it has ended, has answered, or its time is over, all of its process group is killed,
and nobody waits for the other end of a pipe: a grandchild may hold that for ever. One that makes a session of its own
(a daemon) gets away: this guards against faults, not against malice.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

MOST_OUTPUT = 1024 * 1024
"""Bytes of standard output that are taken."""
MOST_ERRORS = 16 * 1024
"""Bytes of standard error that are kept: the last ones."""
GRACE = 2.0
"""Seconds that a program has to end after it has answered: to close its connections."""

_CHUNK = 64 * 1024
_LOOK = 0.02
"""Seconds between two looks at whether it has ended, where none of its pipes says so."""
_REAP = 5.0


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of it. `status` as of `subprocess`: negative for a signal; of no meaning where it was `late`.

    `late`: its time was over. `flooded`: it wrote more than `MOST_OUTPUT`. Both were killed for it.
    """

    output: bytes
    errors: bytes
    status: int
    late: bool
    flooded: bool


def run(
    command: Sequence[str],
    given: bytes,
    *,
    environ: Mapping[str, str],
    folder: str,
    deadline: float,
    answered: Callable[[bytearray], bool] = lambda output: False,
) -> Ended:
    """Run the command with `given` on its standard input, for at most `deadline` seconds.

    `answered`: whether its output so far is all that was wanted; from then on it has `GRACE`. Raises OSError where it
    can't be started.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(environ),
        cwd=folder,
        start_new_session=True,
        bufsize=0,
    )
    if sys.platform == "win32":
        return _communicate(process, given, deadline)
    with _Talk(process, given) as talk:
        return talk.ended(deadline, answered)


class _Talk:
    """Feeds and drains a running program, without ever waiting for it alone."""

    def __init__(self, process: subprocess.Popen[bytes], given: bytes) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._process = process
        self._given = memoryview(given)
        self._output, self._errors = bytearray(), bytearray()
        self._heard = True  # Its standard output is open.
        self._selector = selectors.DefaultSelector()
        for pipe, event, handle in (
            (process.stdin, selectors.EVENT_WRITE, self._feed),
            (process.stdout, selectors.EVENT_READ, self._take),
            (process.stderr, selectors.EVENT_READ, self._keep),
        ):
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe.fileno(), event, handle)

    def __enter__(self) -> _Talk:
        return self

    def __exit__(self, *error: object) -> None:
        # Interrupted or not: nothing of it lives on.
        self._kill()
        self._selector.close()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def ended(self, deadline: float, answered: Callable[[bytearray], bool]) -> Ended:
        # A stopwatch, which says nothing about the time of day: that is an argument everywhere else.
        over = time.monotonic() + deadline
        late, graced = False, False
        while len(self._output) <= MOST_OUTPUT and not self._has_ended():
            left = over - time.monotonic()
            if left <= 0:
                late = True
                break
            self._move(min(left, _LOOK if self._heard else _LOOK / 10))
            if not graced and answered(self._output):
                over, graced = min(over, time.monotonic() + GRACE), True
            if graced and not self._heard:
                break
        self._kill()
        self._drain()
        flooded = len(self._output) > MOST_OUTPUT
        return Ended(bytes(self._output), bytes(self._errors), self._process.returncode or 0, late, flooded)

    def _move(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            try:
                more = key.data(key.fd)
            except BlockingIOError:
                more = True
            except OSError:  # It does not read its input to the end, or has closed it.
                more = False
            if not more:
                self._done_with(key.fd)

    def _done_with(self, fd: int) -> None:
        self._selector.unregister(fd)
        if self._process.stdin is not None and fd == self._process.stdin.fileno():
            self._process.stdin.close()
            self._process.stdin = None

    def _feed(self, fd: int) -> bool:
        self._given = self._given[os.write(fd, self._given[:_CHUNK]) :] if self._given else self._given
        return bool(self._given)

    def _take(self, fd: int) -> bool:
        chunk = os.read(fd, _CHUNK)
        self._output += chunk
        self._heard = bool(chunk)
        return self._heard

    def _keep(self, fd: int) -> bool:
        chunk = os.read(fd, _CHUNK)
        self._errors += chunk
        del self._errors[:-MOST_ERRORS]
        return bool(chunk)

    def _drain(self) -> None:
        """What it wrote just before its end; no more than a pipe holds, for a flood would never end."""
        for _ in range(2):
            self._move(0)

    def _has_ended(self) -> bool:
        if not hasattr(os, "waitid"):
            return self._process.poll() is not None
        # Without reaping it: as long as it is a zombie, its number can't be anybody else's group.
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, options) is not None

    def _kill(self) -> None:
        if self._process.returncode is not None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_REAP)


def _communicate(process: subprocess.Popen[bytes], given: bytes, deadline: float) -> Ended:
    """Where there are neither process groups nor pipes that can be watched."""
    late = False
    try:
        output, errors = process.communicate(given, deadline)
    except subprocess.TimeoutExpired:
        late = True
        process.kill()
        output, errors = process.communicate()
    return Ended(output, errors[-MOST_ERRORS:], process.returncode, late, len(output) > MOST_OUTPUT)
