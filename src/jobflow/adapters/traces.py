"""What an application leaves in files beside the database: drafts, the log of reminders, reports of bugs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from email import message_from_bytes
from email.policy import default

from jobflow.adapters.archive import SCRATCH
from jobflow.adapters.channels.drafts import APPLICATION
from jobflow.adapters.home import DATABASE, Home
from jobflow.adapters.schedule.job import LOG
from jobflow.core.errors import Refused

_COPY = re.compile(re.escape(DATABASE) + r"\..*")
_LOCK = ".lock"


class Traces:
    """The traces of one application. `names`: company, people, addresses, the slug: what text may call it by."""

    def __init__(self, home: Home, drafts: str, slug: str, names: Iterable[str], paths: Iterable[str]) -> None:
        """`drafts`: the folder; `paths`: of drafts that are known to be its own."""
        self._home, self._drafts, self._slug = home, drafts, slug
        self._names = tuple(name.casefold() for name in names if len(name) > 1)
        self._paths = frozenset(paths)

    def find(self) -> tuple[str, ...]:
        """The files that hold something of it."""
        return (*self._letters(), *self._logs(), *self._crashes(), *self._unfinished())

    def erase(self) -> tuple[str, ...]:
        """Delete drafts and reports of bugs; take its lines out of the log. Raises `Refused`."""
        found = self.find()
        for path in found:
            try:
                if os.path.basename(path).startswith(LOG):
                    _without(path, self._names)
                else:
                    _overwrite(path)
                    os.unlink(path)
                    _close(os.path.dirname(path))
            except OSError as error:
                raise Refused(f"{path} can't be erased: {(error.strerror or str(error)).lower()}.") from error
        return found

    def left(self) -> Iterator[str]:
        """Copies of the database in jobflow's folder, which hold everything of their time."""
        for name in sorted(_listed(self._home.data)):
            if _COPY.fullmatch(name) and not name.endswith(_LOCK):
                yield f"{os.path.join(self._home.data, name)} is a copy from before: delete it, if you need it no more"

    def _letters(self) -> Iterator[str]:
        for name in sorted(_listed(self._drafts)):
            path = os.path.join(self._drafts, name)
            if path in self._paths or (name.endswith((".eml", ".part")) and self._is_its(path)):
                yield path

    def _is_its(self, path: str) -> bool:
        try:
            with open(path, "rb") as file:
                mail = message_from_bytes(file.read(), policy=default)
            return str(mail.get(APPLICATION, "")) == self._slug
        except (OSError, ValueError, LookupError):
            return False

    def _logs(self) -> Iterator[str]:
        for name in (LOG, f"{LOG}.1"):
            path = os.path.join(self._home.data, name)
            if self._mentions(path):
                yield path

    def _crashes(self) -> Iterator[str]:
        for name in sorted(_listed(self._home.crashes)):
            path = os.path.join(self._home.crashes, name)
            if self._mentions(path):
                yield path

    def _unfinished(self) -> Iterator[str]:
        """What a `backup` or `restore` left that was killed: the whole database is in it."""
        for name in sorted(_listed(self._home.data)):
            if name.startswith(SCRATCH):
                folder = os.path.join(self._home.data, name)
                yield from (os.path.join(folder, each) for each in sorted(_listed(folder)))

    def _mentions(self, path: str) -> bool:
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                text = file.read().casefold()
        except OSError:
            return False
        return any(name in text for name in self._names)


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _close(folder: str) -> None:
    """A folder for a copy goes with the last file in it."""
    if os.path.basename(folder).startswith(SCRATCH):
        with suppress(OSError):
            os.rmdir(folder)


def _overwrite(path: str) -> None:
    """As far as a file system lets one: what stood there is written over before the name goes."""
    with open(path, "r+b") as file:
        file.write(b"\0" * os.path.getsize(path))
        file.flush()
        os.fsync(file.fileno())


def _without(path: str, names: Iterable[str]) -> None:
    """Leave out the paragraphs of a log that mention one of the names."""
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        text = file.read()
    kept = [part for part in text.split("\n\n") if not any(name in part.casefold() for name in names)]
    new = f"{path}.new"
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write("\n\n".join(kept).encode("utf-8", errors="surrogateescape"))
        out.flush()
        os.fsync(out.fileno())
    _overwrite(path)
    os.replace(new, path)
