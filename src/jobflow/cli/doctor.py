"""doctor."""

from __future__ import annotations

import os

import click

from jobflow.cli.commands import command
from jobflow.cli.session import NOW_ENV, Session, pass_session

FAULTS = 4


@command("doctor", "jobflow doctor", "jobflow doctor --scheduled      the same with what cron has")
@click.option("--scheduled", is_flag=True, help="Look from where the schedule runs: no PATH of yours, no desktop.")
@pass_session
def doctor(session: Session, scheduled: bool) -> int | None:
    """Look at all that jobflow stands on; what is wrong, and what mends it. Exit code 4 where there is a fault."""
    from jobflow.doctor import examining
    from jobflow.doctor.patient import Patient

    now = session.clock(session.settings_or_defaults()).now()
    patient = Patient(session.home, os.environ, now)
    if scheduled:
        pinned = now.isoformat() if session.now_option or os.environ.get(NOW_ENV) else None
        checks = list(examining.scheduled(patient, pinned=pinned))
    else:
        checks = list(examining.examine(patient))
    if session.json:
        session.give([check.to_json() for check in checks])
    else:
        from jobflow.render.doctor import doctor_lines

        session.lines(doctor_lines([check.to_json() for check in checks]))
    return FAULTS if any(check.verdict == "fault" for check in checks) else None
