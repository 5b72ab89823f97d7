"""A timer of the user's own systemd. It catches up on a tick that was missed while the computer was off."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from jobflow.adapters.schedule.job import File, Job, Plan
from jobflow.adapters.schedule.programs import started, succeed
from jobflow.adapters.schedule.script import script_of
from jobflow.core.errors import Refused

_CTL = ("systemctl", "--user")
_RUNNING = ("running", "degraded", "starting")

_SERVICE = """\
[Unit]
Description=jobflow tick for {home}

[Service]
Type=oneshot
ExecStart=/bin/sh {script}
"""
_TIMER = """\
[Unit]
Description=jobflow tick for {home}, every {every} min

[Timer]
OnCalendar=*:{minutes}
Persistent=true

[Install]
WantedBy=timers.target
"""


@dataclass(frozen=True, slots=True)
class Systemd:
    """`systemctl --user`, with two unit files for each home."""

    environ: Mapping[str, str]
    name: str = "systemd"

    def missing(self) -> str | None:
        """A running manager for this user: servers, containers and `su` have none."""
        if shutil.which("systemctl", path=self.environ.get("PATH")) is None:
            return "there is no program `systemctl`"
        with suppress(Refused):
            state = started((*_CTL, "is-system-running"), self.environ).output.decode(errors="replace").strip()
            if state in _RUNNING:
                return None
        return "no systemd runs for this user (`systemctl --user is-system-running`)"

    def plan(self, job: Job) -> Plan:
        """The script, two units, and the commands that have them known and started."""
        values = {
            "home": job.folder.replace("%", "%%"),
            "script": quoted(job.script),
            "every": job.every,
            "minutes": "00" if job.every == 60 else f"0/{job.every}",
        }
        service, timer = self._paths(job)
        unit = os.path.basename(timer)
        return Plan(
            files=(
                script_of(job),
                File(service, os.fsencode(_SERVICE.format(**values))),
                File(timer, os.fsencode(_TIMER.format(**values))),
            ),
            # Restarted, for a timer that runs already would keep its former cadence.
            commands=((*_CTL, "daemon-reload"), (*_CTL, "enable", unit), (*_CTL, "restart", unit)),
        )

    def activate(self, job: Job, plan: Plan) -> None:
        """Run the commands; where that fails, no unit stays enabled."""
        try:
            for command in plan.commands:
                succeed(command, self.environ)
        except Refused:
            self._forget(job)
            raise

    def installed(self, job: Job) -> bool:
        """Whether the timer's file is there."""
        return os.path.lexists(self._paths(job)[1])

    def remove(self, job: Job) -> None:
        """Stop the timer, and take away what systemd remembers of it."""
        self._forget(job)
        with suppress(Refused):
            started((*_CTL, "daemon-reload"), self.environ)

    def _forget(self, job: Job) -> None:
        timer = os.path.basename(self._paths(job)[1])
        # Each may fail: the manager need not run now, and old ones know no `clean`.
        for words in (("disable", "--now", timer), ("clean", "--what=state", timer), ("reset-failed", timer)):
            with suppress(Refused):
                started((*_CTL, *words), self.environ)
        wanted = os.path.join(self._folder(), "timers.target.wants")
        for path in (os.path.join(wanted, timer), *self._paths(job)):
            with suppress(FileNotFoundError):
                os.unlink(path)
        for folder in (wanted, self._folder(), os.path.dirname(self._folder())):
            with suppress(OSError):  # Somebody else's units are in it.
                os.rmdir(folder)

    def _paths(self, job: Job) -> tuple[str, str]:
        stem = os.path.join(self._folder(), f"jobflow-{job.label}")
        return f"{stem}.service", f"{stem}.timer"

    def _folder(self) -> str:
        base = self.environ.get("XDG_CONFIG_HOME", "")
        if not os.path.isabs(base):
            base = os.path.join(os.path.expanduser("~"), ".config")
        return os.path.join(base, "systemd", "user")


def quoted(path: str) -> str:
    """A path as one word of a unit's command line: none of its characters stands for anything else."""
    for char, instead in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%"), ("$", "$$")):
        path = path.replace(char, instead)
    return f'"{path}"'
