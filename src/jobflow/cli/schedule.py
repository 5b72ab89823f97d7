"""schedule install, remove, status."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from jobflow.adapters.schedule.installing import NAMES
from jobflow.adapters.schedule.job import DEFAULT_EVERY, Job, job_of
from jobflow.cli.commands import LazyGroup, command
from jobflow.cli.session import Session, pass_session
from jobflow.core.errors import Refused

if TYPE_CHECKING:
    from jobflow.adapters.schedule.job import Plan, Scheduler

_HERE = "jobflow.cli.schedule"
FAULTS = 4


@click.group(
    "schedule",
    cls=LazyGroup,
    lazy={
        "install": (f"{_HERE}:install", "Let this computer call `jobflow tick`; it shows what is written first."),
        "remove": (f"{_HERE}:remove", "Take that away again."),
        "status": (f"{_HERE}:status", "Whether it is there, and whether it runs."),
    },
    examples=("jobflow schedule install", "jobflow schedule status"),
)
def schedule() -> None:
    """Have `jobflow tick` called by itself: by systemd, launchd or cron."""


@command(
    "install",
    "jobflow schedule install",
    "jobflow schedule install --every 5 --with crontab",
    "jobflow schedule install --dry-run",
)
@click.option("--every", metavar="MINUTES", type=int, help=f"How often (default: {DEFAULT_EVERY}).")
@click.option("--with", "kind", type=click.Choice(NAMES), help="Which scheduler (default: what this computer has).")
@click.option("--dry-run", is_flag=True, help="Show what would be written; write nothing.")
@pass_session
def install(session: Session, every: int | None, kind: str | None, dry_run: bool) -> None:
    """Let this computer call `jobflow tick`. What would be written is shown, and asked, before it is."""
    from jobflow.adapters.schedule import installing

    job = _job(session, every)
    scheduler = installing.choose(job, kind)
    plan = scheduler.plan(job)
    if not session.json:
        from jobflow.render.schedule import plan_lines

        session.lines(plan_lines(scheduler.name, job.every, plan))
    if not dry_run:
        _agreed(session)
        installing.install(scheduler, job, plan)
    if session.json:
        session.give(_plan_json(scheduler, job, plan, dry_run))
    elif not dry_run:
        from jobflow.render.schedule import installed_lines

        session.lines(installed_lines(scheduler.name, job.every, job.log))


def _agreed(session: Session) -> None:
    """The user's yes. Raises `Refused` where nobody can be asked, Abort where they say no."""
    if session.yes:
        return
    if session.json or not sys.stdin.isatty():
        raise Refused("nothing was written: nobody is there to be asked.", hint="add --yes")
    click.confirm("Write this?", default=True, abort=True)


@command("remove", "jobflow schedule remove")
@pass_session
def remove(session: Session) -> None:
    """Take it away again; nothing of it stays but the log."""
    from jobflow.adapters.schedule import installing

    job = _job(session)
    there = installing.remove(job)
    name = there.name if there else None
    if session.json:
        session.give({"removed": there is not None, "scheduler": name, "home": job.folder})
        return
    from jobflow.render.schedule import removed_lines

    session.lines(removed_lines(name, job.log if os.path.exists(job.log) else None))


@command("status", "jobflow schedule status")
@pass_session
def status(session: Session) -> int | None:
    """Whether it is there, and whether it runs. Exit code 4 where it does not run."""
    from jobflow.adapters.schedule.standing import standing
    from jobflow.doctor.schedule import last_tick, mend

    job, now = _job(session), session.clock(session.settings_or_defaults()).now()
    found = standing(job, last_tick(session.home), now)
    if session.json:
        session.give(
            {
                "scheduler": found.scheduler,
                "home": job.folder,
                "every": found.every,
                "python": found.python,
                "last_tick": found.last_tick.isoformat() if found.last_tick else None,
                "late": found.late is not None,
                "log": job.log,
                "mend": mend(found),
            }
        )
    else:
        from jobflow.render.schedule import status_lines

        session.lines(status_lines(found, job, now, mend(found)))
    return FAULTS if found.late is not None or found.gone is not None else None


def _job(session: Session, every: int | None = None) -> Job:
    return job_of(session.home, DEFAULT_EVERY if every is None else every, os.environ)


def _plan_json(scheduler: Scheduler, job: Job, plan: Plan, dry_run: bool) -> dict[str, Any]:
    return {
        "scheduler": scheduler.name,
        "home": job.folder,
        "every": job.every,
        "log": job.log,
        "files": [{"path": file.path, "content": file.text} for file in plan.files],
        "crontab": None if plan.crontab is None else plan.crontab.decode("utf-8", "backslashreplace"),
        "commands": [list(words) for words in plan.commands],
        **({"dry_run": True} if dry_run else {}),
    }
