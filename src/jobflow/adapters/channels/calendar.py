"""The calendar channel: every open and coming task in one `.ics` file, for a calendar program to subscribe to.

Light to import: what makes entries, and the library behind it, is in `ics`, which only a changed agenda needs.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from jobflow.adapters.clock import SystemClock
from jobflow.contracts import AgendaItem, Failed, HomeFolder, Outcome, Retry, Sent
from jobflow.core.errors import Refused
from jobflow.ports import Clock

FILE = "calendar.ics"


@dataclass(frozen=True)
class Calendar:
    """Keeps one file. What is in it comes from jobflow alone; a file that jobflow did not write is left as it is.

    `path`: the file, `~` and paths from jobflow's folder included. `alarm`: minutes before a task is due; None: none.
    """

    name: ClassVar[str] = "calendar"
    clock: ClassVar[Clock] = SystemClock()
    """Says when an entry was written. Not the tick's own time: programs compare it with theirs."""
    home: HomeFolder
    path: str = FILE
    alarm: int | None = 60

    def __post_init__(self) -> None:
        """Raises `Refused` for a path that is none and for an alarm after the task is due."""
        if not self.path.strip() or "\0" in self.path:
            raise Refused("option 'path' of channel 'calendar' names no file.", hint=f"path: {FILE}")
        if self.alarm is not None and not 0 <= self.alarm <= 40_000:
            raise Refused("option 'alarm' of channel 'calendar' is no number of minutes before.", hint="alarm: 60")

    def show(self, agenda: Sequence[AgendaItem]) -> Outcome:
        """Write the file where anything in it changed. What can't be written is tried again, and nothing is lost."""
        path = self._path()
        try:
            former = _read(path)
            if not former and not agenda:
                return Sent()
            content = self._updated(path, former, agenda)
            if content != former:
                _write(path, content)
        except _Foreign as error:
            return Failed(str(error))
        except OSError as error:
            return Retry(f"{path} can't be kept up to date ({error.strerror or error})")
        return Sent(path)

    def check(self) -> str | None:
        """The file is ours or still to be made, and its folder can be written to."""
        path = self._path()
        try:
            former = _read(path)
            if former:
                self._updated(path, former, ())
        except (_Foreign, OSError) as error:
            return str(error)
        folder = os.path.dirname(path)
        if os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK):
            return None
        return f"{path} can't be written: {folder} is no folder, or may not be written to"

    def _path(self) -> str:
        return os.path.realpath(os.path.join(self.home, os.path.expanduser(self.path)))

    def _updated(self, path: str, former: bytes, agenda: Sequence[AgendaItem]) -> bytes:
        from jobflow.adapters.channels import ics

        try:
            return ics.updated(former, agenda, alarm=self.alarm, now=self.clock.now())
        except ics.NotOurs as error:
            hint = "move it away, or name another by the option 'path'"
            raise _Foreign(f"{path} {error}, and left as it is: {hint}") from None


class _Foreign(Exception):
    """There is something else in its place; the text says what."""


def _read(path: str) -> bytes:
    """Its content, nothing where there is none. Raises `_Foreign` or `OSError`."""
    if os.path.lexists(path) and not os.path.isfile(path):
        raise _Foreign(f"{path} is no file: name one by the option 'path'")
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def _write(path: str, content: bytes) -> None:
    """All of it or nothing; for the user alone, unless they gave the file other rights (to be served, for instance)."""
    mode = os.stat(path).st_mode & 0o777 if os.path.exists(path) else 0o600
    part = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.part")
    with suppress(FileNotFoundError):
        os.unlink(part)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(part, mode)
        os.replace(part, path)
    except OSError:
        with suppress(OSError):
            os.unlink(part)
        raise
