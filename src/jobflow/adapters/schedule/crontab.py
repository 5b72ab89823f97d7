"""The user's crontab: our lines between two marks, a pair for each home; no byte of any other line is touched."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from jobflow.adapters.schedule.job import Job, Plan
from jobflow.adapters.schedule.programs import reason, started, succeed
from jobflow.adapters.schedule.script import script_of
from jobflow.core.errors import Refused

_BEGIN, _END = b"# jobflow begin ", b"# jobflow end "
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
NONE = (b"no crontab for", b"no such file")
"""What `crontab -l` says where there is none; BusyBox the latter."""


@dataclass(frozen=True, slots=True)
class Crontab:
    """`crontab -l` and `crontab -`."""

    environ: Mapping[str, str]
    name: str = "crontab"

    def missing(self) -> str | None:
        """The program."""
        if shutil.which("crontab", path=self.environ.get("PATH")) is not None:
            return None
        return "there is no program `crontab`. Install one, such as Debian's package cron"

    def plan(self, job: Job) -> Plan:
        """The script and our lines. The crontab is read here: one that can't be is refused before anything is done."""
        without(self._read(), job)
        return Plan(files=(script_of(job),), crontab=block(job))

    def activate(self, job: Job, plan: Plan) -> None:
        """Put our lines at the end, in place of those that were there for this home."""
        others = without(self._read(), job)
        if others and not others.endswith(b"\n"):
            others += b"\n"
        self._write(others + (plan.crontab or b""))

    def installed(self, job: Job) -> bool:
        """Whether our lines are there."""
        if self.missing():
            return False
        lines = self._read()
        return without(lines, job) != lines

    def remove(self, job: Job) -> None:
        """Take our lines out; a crontab in which nothing is left is removed."""
        others = without(self._read(), job)
        if others:
            self._write(others)
        else:
            succeed(("crontab", "-r"), self.environ)

    def _read(self) -> bytes:
        # What can't be read must never count as empty: it would be written over.
        ended = started(("crontab", "-l"), self.environ)
        if ended.status == 0:
            return ended.output
        if any(word in ended.errors.lower() for word in NONE):
            return b""
        hint = "you may not use cron here? --with systemd needs none"
        raise Refused(f"your crontab can't be read: {reason(ended)}.", hint=hint)

    def _write(self, text: bytes) -> None:
        succeed(("crontab", "-"), self.environ, text)


def block(job: Job) -> bytes:
    """Our lines."""
    mark = os.fsencode(job.folder)
    when = {1: "*", 60: "0"}.get(job.every, f"*/{job.every}")
    line = os.fsencode(f"{when} * * * * /bin/sh {quoted(job.script)}\n")
    return _BEGIN + mark + b"\n" + line + _END + mark + b"\n"


def quoted(path: str) -> str:
    r"""A path for the shell, in a crontab: there `%` is a line break, and some crons take a second `\` away."""
    if "%" not in path and "\\" not in path:
        return shlex.quote(path)
    # After each backslash the quotes are closed and opened, so that none stands before another one, or a `%`.
    apart = path.replace("'", "'\"'\"'").replace("\\", "\\''")
    return "'" + apart.replace("%", "\\%") + "'"


def without(crontab: bytes, job: Job) -> bytes:
    """The crontab without our lines for this home. Raises `Refused` where a mark lacks its other one."""
    mark = os.fsencode(job.folder)
    kept: list[bytes] = []
    inside = False
    for line in _LINE.findall(crontab):
        bare = line.removesuffix(b"\n")
        if bare in (_BEGIN + mark, _END + mark):
            if inside == bare.startswith(_BEGIN):
                raise _torn(job)
            inside = not inside
        elif not inside:
            kept.append(line)
    if inside:
        raise _torn(job)
    return b"".join(kept)


def _torn(job: Job) -> Refused:
    return Refused(
        f"in your crontab, `# jobflow begin {job.folder}` and `# jobflow end {job.folder}` are no pair any more.",
        hint="crontab -e, and take out what is left of them",
    )
