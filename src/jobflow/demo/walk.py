"""Walks the demo's weeks: each day what the user did, and what a tick said, morning and evening."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

from jobflow.adapters.home import Home
from jobflow.bootstrap import Jobflow
from jobflow.core.settings import Settings
from jobflow.core.views import TickReport
from jobflow.demo.script import ACTS, DAYS, FIRST_DAY, ZONE, Act
from jobflow.testing import ManualClock

_HOURS = (9, 18)
"""When the demo's cron runs `jobflow tick`."""
_AT_WORK = 10
"""When its user does things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """A command at a moment, and what it gave."""

    at: datetime
    command: str
    report: TickReport | None = None


def walk(*, new_id: Callable[[], str] | None = None) -> Iterator[Happening]:
    """Everything that happens, in order, in a folder that is gone afterwards."""
    zone = ZoneInfo(ZONE)
    clock = ManualClock(datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 8, 30, tzinfo=zone))
    with tempfile.TemporaryDirectory(prefix="jobflow-demo-", ignore_cleanup_errors=True) as folder:
        home = Home(folder, folder)
        settings = Settings(timezone=ZONE)
        flow = Jobflow.at(home, home.database, clock=clock, settings=settings, new_id=new_id, durable=False)
        try:
            _import(flow)
            yield Happening(at=clock.now(), command="jobflow import csv applications.csv")
            for number in range(DAYS):
                day = FIRST_DAY + timedelta(days=number)
                for hour in sorted((*_HOURS, _AT_WORK)):
                    clock.set(datetime(day.year, day.month, day.day, hour, tzinfo=zone))
                    if hour == _AT_WORK:
                        yield from (_do(flow, act) for act in ACTS if act.day == day)
                    else:
                        yield Happening(at=clock.now(), command="jobflow tick", report=flow.tick())
        finally:
            flow.close()


def _import(flow: Jobflow) -> None:
    content = files("jobflow.demo").joinpath("applications.csv").read_bytes()
    flow.add_all(flow.read_file("csv", content).new)


def _do(flow: Jobflow, act: Act) -> Happening:
    """Do it, and say it as a person would type it."""
    facts = "".join(f" --fact {name}={_quoted(value)}" for name, value in act.facts.items())
    if act.verb == "log":
        flow.log(act.app, act.what, facts=act.facts)
        command = f"jobflow log {act.app} {act.what}{facts}"
    elif act.verb == "set":
        flow.set(act.app, act.facts)
        command = f"jobflow set {act.app}{facts.replace(' --fact', '')}"
    else:
        numbers = [number for app in act.app.split() for number in _open(flow, app, act)]
        flow.skip(*numbers) if act.verb == "skip" else flow.done(*numbers, facts=act.facts)
        command = f"jobflow {act.verb} {' '.join(map(str, numbers))}{facts}"
        command += f"    # {act.what.replace('_', ' ')}: {act.app.replace(' ', ', ')}"
    return Happening(at=flow.now(), command=command)


def _open(flow: Jobflow, app: str, act: Act) -> list[int]:
    numbers = [t.number for t in flow.get(app).tasks if t.name == act.what and t.status in ("open", "overdue")]
    if not numbers:
        raise RuntimeError(f"the demo's script is off: no open {act.what} of {app} on {act.day}")
    return numbers


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value
