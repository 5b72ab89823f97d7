"""Whether somebody calls `jobflow tick`, and did so lately."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

from jobflow.adapters.home import Home
from jobflow.adapters.schedule.installing import still_called
from jobflow.adapters.schedule.job import DEFAULT_EVERY, Job, job_of
from jobflow.adapters.schedule.standing import FULL_ROAD, Standing, standing
from jobflow.adapters.sqlite import SQLiteStore
from jobflow.core.application import unstamp
from jobflow.core.errors import JobflowError
from jobflow.doctor.check import Check, refused
from jobflow.doctor.patient import Patient

INSTALL = "jobflow schedule install"
_RUNNING = {
    "crontab": "is cron running? (`systemctl status cron`, `pgrep cron`)",
    "systemd": "systemctl --user list-timers",
    "launchd": "launchctl list",
}


def last_tick(home: Home) -> datetime | None:
    """The instant of the last tick that was recorded; idle ones leave a trace once an hour."""
    try:
        with closing(SQLiteStore(home.database, create=False)) as store:
            text = store.get_meta("last_tick")
    except JobflowError:
        return None  # The check of the database says why.
    return None if text is None else unstamp(text)


def mend(found: Standing) -> str | None:
    """What to do; None where all is well."""
    if found.scheduler is None:
        return INSTALL
    if found.gone is not None:
        return f"{INSTALL} ({found.gone}, which {found.scheduler} calls, is gone)"
    if found.late is not None:
        return (
            f"if this computer was off or asleep, wait {found.every} minutes; else `jobflow doctor --scheduled`,"
            f" and {_RUNNING[found.scheduler]}"
        )
    return None


def schedule(patient: Patient) -> Iterator[Check]:
    """Installed, whole, and not late."""
    try:
        job = job_of(patient.home, DEFAULT_EVERY, patient.environ)
        ticked = last_tick(patient.home)
        found = standing(job, ticked, patient.now)
        if found.scheduler is None:
            still_called(job)
    except JobflowError as error:
        yield refused("schedule", error)
        return
    yield _of(found, job, patient.now)


def _of(found: Standing, job: Job, now: datetime) -> Check:
    if found.scheduler is None:
        lately = found.last_tick is not None and abs(now - found.last_tick) < FULL_ROAD + timedelta(hours=1)
        if lately:
            return Check("schedule", "ok", "not installed by jobflow, but something calls it")
        return Check("schedule", "warning", "nothing calls `jobflow tick`: no reminder comes by itself.", mend(found))
    if found.gone is not None:
        return Check("schedule", "fault", f"{found.gone} is gone: {found.scheduler} calls nothing.", INSTALL)
    if found.late is not None:
        hours = round(found.late.total_seconds() / 3600)
        return Check("schedule", "fault", f"no tick for {hours} hours, though {found.scheduler} has it.", mend(found))
    if found.python and os.path.dirname(found.python) != os.path.dirname(sys.executable):
        what = f"{found.scheduler} runs the jobflow of {found.python}; this is that of {sys.executable}."
        return Check("schedule", "warning", what, f"{INSTALL}, from the one that is to run")
    return Check("schedule", "ok", f"{found.scheduler}, every {found.every} min; log: {job.log}")
