"""Which scheduler takes the job, and the order in which things are written and taken away."""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from jobflow.adapters.home import Home
from jobflow.adapters.schedule.crontab import Crontab
from jobflow.adapters.schedule.job import DEFAULT_EVERY, File, Job, Plan, Scheduler
from jobflow.adapters.schedule.launchd import Launchd
from jobflow.adapters.schedule.script import folder_of
from jobflow.adapters.schedule.systemd import Systemd
from jobflow.core.errors import Refused

NAMES = ("crontab", "systemd", "launchd")
REMOVE_FIRST = "jobflow schedule remove"


def schedulers(environ: Mapping[str, str]) -> tuple[Scheduler, ...]:
    """All there are, the best first: those that make up for what was missed."""
    return (Launchd(environ), Systemd(environ), Crontab(environ))


def installed(job: Job) -> Scheduler | None:
    """Where the job is installed. Raises `Refused` where a crontab can't be read."""
    return next((each for each in schedulers(job.environ) if each.installed(job)), None)


def _having(job: Job) -> list[Scheduler]:
    """All that have the job; one that can't be asked stops no other. Raises `Refused` where that leaves none."""
    having, refusal = [], None
    for each in schedulers(job.environ):
        try:
            having += [each] if each.installed(job) else []
        except Refused as error:
            refusal = error
    if refusal is not None and not having:
        raise refusal
    return having


def choose(job: Job, name: str | None) -> Scheduler:
    """The one that has the job already, else the one named, else what this machine has. Raises `Refused`."""
    there = _known(job)
    if there is not None and name in (None, there.name):
        return there
    if there is not None:
        raise Refused(f"{job.folder} is scheduled by {there.name} already.", hint=REMOVE_FIRST)
    still_called(job)
    offered = schedulers(job.environ)
    if name is not None:
        chosen = next(each for each in offered if each.name == name)
        lacks = chosen.missing()
        if lacks:
            raise Refused(f"--with {name} can't be used here: {lacks}.", hint="leave --with out")
        return chosen
    lacking = {each.name: each.missing() for each in offered}
    for each in offered:
        if lacking[each.name] is None:
            return each
    by_hand = f"have your system run this every {DEFAULT_EVERY} minutes: {shlex.join(tick_words(job))}"
    raise Refused(f"nothing here can schedule: {lacking['systemd']}; {lacking['crontab']}.", hint=by_hand)


def _known(job: Job) -> Scheduler | None:
    """Who may not use cron can still use systemd. A plan for cron asks again, and is refused."""
    with suppress(Refused):
        return installed(job)
    return None


def still_called(job: Job) -> None:
    """Raises `Refused` where the folder was moved here, and is still called where it was."""
    script = content_of(job.script)
    folder = folder_of(script) if script is not None else None
    if folder is None or os.path.lexists(folder):
        return
    former = _known(Job(Home(folder, folder), job.every, job.environ))
    if former is not None:
        hint = f"jobflow --home {shlex.quote(folder)} schedule remove"
        raise Refused(f"{job.folder} was moved, and {former.name} still calls it at {folder}.", hint=hint)


def tick_words(job: Job) -> tuple[str, ...]:
    """The bare command, for a scheduler that jobflow does not know."""
    return (sys.executable, "-P", "-m", "jobflow", "--home", job.folder, "tick")


def install(scheduler: Scheduler, job: Job, plan: Plan) -> None:
    """Write the files, then have it run; where the scheduler refuses, the files are as they were."""
    with _written(plan.files):
        scheduler.activate(job, plan)


def remove(job: Job) -> Scheduler | None:
    """Take everything away but the log, which holds reminders; who had the job. Raises `Refused`."""
    having = _having(job)
    if not having:
        return None
    for each in having:
        each.remove(job)
    with suppress(FileNotFoundError):
        os.unlink(job.script)
    with suppress(OSError):  # Made by installing, if nothing is in it.
        os.rmdir(job.folder)
    return having[0]


@contextmanager
def _written(files: tuple[File, ...]) -> Iterator[None]:
    former = {file.path: content_of(file.path) for file in files}
    try:
        for file in files:
            _write(file)
        yield
    except BaseException:
        for file in files:
            content = former[file.path]
            with suppress(OSError):
                os.unlink(file.path) if content is None else _write(File(file.path, content, file.mode))
        raise


def content_of(path: str) -> bytes | None:
    """A file's content; None where there is no such file."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def _write(file: File) -> None:
    """Whole or not at all: the old script may be running right now."""
    folder = os.path.dirname(file.path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    handle, path = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(file.content)
        os.chmod(path, file.mode)
        os.replace(path, file.path)
    except BaseException:
        os.unlink(path)
        raise
