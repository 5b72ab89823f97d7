"""What is to be run, how often, and what has to be written for it: the same for every scheduler."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from jobflow.adapters.home import Home
from jobflow.core.errors import Refused

DEFAULT_EVERY = 15
EVERY = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60)
"""Minutes that an hour can be divided by: what cron can say evenly."""
_UNSAYABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""A line break ends a line of a crontab, and bytes that are no text can't stand in a plist."""
SCRIPT = "tick.sh"
LOG = "tick.log"


@dataclass(frozen=True, slots=True)
class Job:
    """The ticks of one home. `every` is in minutes, `environ` the environment of whoever installs it."""

    home: Home
    every: int
    environ: Mapping[str, str]

    @property
    def folder(self) -> str:
        """The folder of jobflow's data: it names the job."""
        return self.home.data

    @property
    def script(self) -> str:
        """What the scheduler calls."""
        return os.path.join(self.home.data, SCRIPT)

    @property
    def log(self) -> str:
        """Where goes what a tick has to say."""
        return os.path.join(self.home.data, LOG)

    @property
    def label(self) -> str:
        """A name for units, the same for ever for the same home."""
        return hashlib.sha256(os.fsencode(self.home.data)).hexdigest()[:8]


def job_of(home: Home, every: int, environ: Mapping[str, str]) -> Job:
    """The job. Raises `Refused` for a cadence or a folder that no scheduler can be told."""
    if every not in EVERY:
        hint = f"one of {', '.join(map(str, EVERY))}"
        raise Refused(f"every {every} minutes divides no hour evenly; cron can't be told that.", hint=hint)
    if _UNSAYABLE.search(home.data):
        hint = "--home names another folder"
        raise Refused(f"the folder {home.data!r} has characters that no scheduler can be told.", hint=hint)
    return Job(home, every, environ)


@dataclass(frozen=True, slots=True)
class File:
    """A file to be written, whole."""

    path: str
    content: bytes
    mode: int = 0o600

    @property
    def text(self) -> str:
        """To be shown."""
        return self.content.decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that installing would do. `crontab`: the lines that are added there; `commands`: run after all is written."""

    files: tuple[File, ...]
    crontab: bytes | None = None
    commands: tuple[tuple[str, ...], ...] = ()


class Scheduler(Protocol):
    """One way to have a job run. Every method may raise `Refused`, in the scheduler's own words."""

    @property
    def name(self) -> str:
        """`crontab`, `systemd` or `launchd`."""

    def missing(self) -> str | None:
        """What this machine lacks for it, with the mend; None where it can be used."""

    def plan(self, job: Job) -> Plan:
        """What installing would do; nothing is written."""

    def activate(self, job: Job, plan: Plan) -> None:
        """Have the job run from now on; the plan's files are written."""

    def installed(self, job: Job) -> bool:
        """Whether the job is there, for this home."""

    def remove(self, job: Job) -> None:
        """Leave no trace of the job, its script aside."""
