"""How an installed schedule stands: whether all of it is there, and whether a tick came lately."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from jobflow.adapters.schedule.installing import content_of, installed
from jobflow.adapters.schedule.job import Job
from jobflow.adapters.schedule.script import every_of, python_of

FULL_ROAD = timedelta(hours=1)
"""An idle tick leaves no trace but once in this time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand. `scheduler` None: not installed. `late`: for how long no tick came, None: not too long.

    `python` runs the ticks; `gone` is the file that it takes and that is not there, the script or that Python.
    """

    scheduler: str | None
    every: int | None
    python: str | None
    gone: str | None
    last_tick: datetime | None
    late: timedelta | None


def standing(job: Job, last_tick: datetime | None, now: datetime) -> Standing:
    """Whether the job is there and runs. Raises `Refused` where a crontab can't be read."""
    there = installed(job)
    script = content_of(job.script) if there is not None else None
    python = python_of(script) if script is not None else None
    late = None
    if there is not None and script is not None:
        made = datetime.fromtimestamp(os.path.getmtime(job.script), UTC)
        since = now - max(made, last_tick or made)
        late = since if since > FULL_ROAD + 2 * timedelta(minutes=every_of(script) or 60) else None
    return Standing(
        scheduler=there.name if there else None,
        every=every_of(script) if script is not None else None,
        python=python,
        gone=_gone(job, script, python) if there is not None else None,
        last_tick=last_tick,
        late=late,
    )


def _gone(job: Job, script: bytes | None, python: str | None) -> str | None:
    if script is None:
        return job.script
    return None if python is None or os.access(python, os.X_OK) else python
