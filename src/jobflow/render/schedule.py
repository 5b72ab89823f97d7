"""Schedules as text: all that would be written, and how things stand."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import datetime, timedelta

from jobflow.adapters.schedule.job import Job, Plan
from jobflow.adapters.schedule.standing import Standing
from jobflow.render.words import bold, dim, plural


def plan_lines(name: str, every: int, plan: Plan) -> Iterator[str]:
    """Every file with its content, every line, every command."""
    yield f"Every {plural(every, 'minute')}, by {name}:"
    for file in plan.files:
        yield ""
        yield bold(f"The file {file.path}")
        yield from (f"  {line}".rstrip() for line in file.text.splitlines())
    if plan.crontab is not None:
        yield ""
        yield bold("At the end of your crontab; its other lines stay as they are")
        yield from (f"  {line}" for line in plan.crontab.decode("utf-8", "backslashreplace").splitlines())
    if plan.commands:
        yield ""
        yield bold("Then these commands")
        yield from (f"  {shlex.join(words)}" for words in plan.commands)
    yield ""


def installed_lines(name: str, every: int, log: str) -> Iterator[str]:
    """What comes now, and where it goes."""
    yield f"Installed. {name} calls `jobflow tick` every {plural(every, 'minute')}."
    yield f"What the console channel has to say, and every error, goes to {log}"
    if name == "crontab":
        yield "and by mail to you, where cron can send mail."
    if name == "systemd":
        yield dim("It runs while you are logged in; to have it run always: loginctl enable-linger")
    yield "See what it meets there: jobflow doctor --scheduled"


def removed_lines(name: str | None, log: str | None) -> Iterator[str]:
    """What is gone, and what is not."""
    if name is None:
        yield "Nothing is installed for this folder."
        return
    yield f"Removed from {name}. No reminders come by themselves any more."
    if log:
        yield dim(f"What they said so far stays in {log}")


def status_lines(found: Standing, job: Job, now: datetime, mend: str | None) -> Iterator[str]:
    """Whether it is there, when it last ran, what mends it."""
    if found.scheduler is None:
        yield f"Not installed for {job.folder}."
    else:
        every = f", every {plural(found.every, 'minute')}" if found.every else ""
        yield f"Installed for {job.folder}: by {found.scheduler}{every}."
    if found.last_tick is not None:
        yield f"Last tick: {ago(now - found.last_tick)} (idle ones are recorded once an hour)."
    elif found.scheduler is not None:
        yield "No tick had anything to look at yet."
    if mend:
        yield f"Mend: {mend}"


def ago(since: timedelta) -> str:
    """`3 hours ago`."""
    minutes = max(0, round(since.total_seconds() / 60))
    if minutes < 1:
        return "just now"
    if minutes < 120:
        return f"{plural(minutes, 'minute')} ago"
    hours = minutes // 60
    return f"{plural(hours, 'hour')} ago" if hours < 48 else f"{plural(hours // 24, 'day')} ago"
