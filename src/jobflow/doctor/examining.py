"""All checks, in the order in which one would mend; and the same from where the schedule runs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress

from jobflow.adapters.plugins.process import run
from jobflow.adapters.plugins.saying import one_line
from jobflow.adapters.schedule.installing import installed
from jobflow.adapters.schedule.job import DEFAULT_EVERY, job_of
from jobflow.adapters.schedule.script import script_of
from jobflow.core.errors import JobflowError
from jobflow.doctor import data, home, machine, offers, schedule
from jobflow.doctor.check import Check, Verdict, refused
from jobflow.doctor.patient import Patient

CHECKS: tuple[tuple[str, Callable[[Patient], Iterator[Check]]], ...] = (
    ("python", machine.python),
    ("jobflow", machine.itself),
    ("home", home.folder),
    ("config", home.config),
    ("timezone", machine.zone),
    ("holidays", machine.holidays),
    ("database", data.database),
    ("copies", home.copies),
    ("plugins", offers.plugins),
    ("channels", offers.channels),
    ("schedule", schedule.schedule),
    ("crashes", home.crashes),
)
DEADLINE = 300.0
"""Seconds for all checks from where the schedule runs."""
# What cron gives to a job; the script itself begins with a clean one.
_CRON = {"PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}


def examine(patient: Patient) -> Iterator[Check]:
    """Every check; one that can't be made is a fault, and the others go on."""
    for name, check in CHECKS:
        try:
            yield from check(patient)
        except (JobflowError, OSError) as error:
            yield refused(name, error)


def scheduled(patient: Patient, *, pinned: str | None = None) -> Iterator[Check]:
    """The same checks, made by the script that the scheduler calls, or by the one that would be installed.

    `pinned`: the moment to take for the present.
    """
    try:
        job = job_of(patient.home, DEFAULT_EVERY, patient.environ)
        there = os.path.exists(job.script) and installed(job) is not None
    except JobflowError as error:
        yield refused("scheduled", error)
        return
    called = (job.script,) if there else ("-c", os.fsdecode(script_of(job).content), job.script)
    now = ("--now", pinned) if pinned else ()
    words = ("/bin/sh", *called, "doctor", "--json", *now)
    ended = run(words, b"", environ=_CRON, folder=os.sep, deadline=DEADLINE)
    found: list[Check] | None = None
    with suppress(ValueError, TypeError, KeyError):
        found = [_check(each) for each in json.loads(ended.output)]
    if found is not None:
        where = job.script if there else "the script that `jobflow schedule install` would write"
        yield Check("scheduled", "ok", f"what follows was found from {where}")
        yield from found
        return
    said = ended.errors.decode(errors="replace").strip().splitlines() or [f"exit code {ended.status}"]
    yield Check(
        "scheduled",
        "fault",
        f"{job.script} does not run: {one_line(said[-1], 200)}",
        "jobflow schedule install, from the jobflow that is to run",
    )


def _check(found: dict[str, str]) -> Check:
    verdicts: dict[str, Verdict] = {"ok": "ok", "warning": "warning", "fault": "fault"}
    return Check(found["name"], verdicts[found["verdict"]], found["found"], found["mend"])
