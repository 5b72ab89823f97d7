"""A launch agent of macOS. Ticks that were missed while the computer slept are made up for by one."""

from __future__ import annotations

import os
import plistlib
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from jobflow.adapters.schedule.job import File, Job, Plan
from jobflow.adapters.schedule.programs import started, succeed
from jobflow.adapters.schedule.script import script_of
from jobflow.core.errors import Refused


@dataclass(frozen=True, slots=True)
class Launchd:
    """`launchctl`, with one property list for each home."""

    environ: Mapping[str, str]
    name: str = "launchd"

    def missing(self) -> str | None:
        """A Mac."""
        if sys.platform == "darwin" or shutil.which("launchctl", path=self.environ.get("PATH")):
            return None
        return "this is no Mac"

    def plan(self, job: Job) -> Plan:
        """The script, the list, and the command that loads it."""
        content = {
            "Label": _label(job),
            "ProgramArguments": ["/bin/sh", job.script],
            "StartCalendarInterval": [{"Minute": minute} for minute in range(0, 60, job.every)],
            "RunAtLoad": True,
            "ProcessType": "Background",
        }
        path = _path(job)
        return Plan(
            files=(script_of(job), File(path, plistlib.dumps(content, sort_keys=False))),
            commands=(("launchctl", "bootstrap", _domain(), path),),
        )

    def activate(self, job: Job, plan: Plan) -> None:
        """Load it anew; where that fails, nothing of it stays."""
        self._unload(job)
        try:
            for command in plan.commands:
                succeed(command, self.environ)
        except Refused:
            self.remove(job)
            raise

    def installed(self, job: Job) -> bool:
        """Whether the list is there."""
        return os.path.lexists(_path(job))

    def remove(self, job: Job) -> None:
        """Unload it and take the list away."""
        self._unload(job)
        with suppress(FileNotFoundError):
            os.unlink(_path(job))

    def _unload(self, job: Job) -> None:
        with suppress(Refused):  # It may not be loaded.
            started(("launchctl", "bootout", f"{_domain()}/{_label(job)}"), self.environ)


def _domain() -> str:
    return f"gui/{os.getuid()}" if sys.platform != "win32" else ""


def _label(job: Job) -> str:
    return f"jobflow.{job.label}"


def _path(job: Job) -> str:
    return os.path.join(os.path.expanduser("~"), "Library", "LaunchAgents", f"{_label(job)}.plist")
