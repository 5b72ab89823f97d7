"""demo: six weeks of a job search in a few seconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from jobflow.cli.commands import command
from jobflow.cli.session import Session, pass_session

if TYPE_CHECKING:
    from jobflow.demo.walk import Happening

_START = """
That was a job search on paper; nothing of it is kept. Yours begins with one line:

  jobflow add "Acme Corp" --role Engineer --at yesterday --contact "interviewer=Ada Byron"

or with the spreadsheet that you keep already:

  jobflow import csv applications.csv --dry-run

Then `jobflow next` says what to do now. To be told by itself when something is due:

  jobflow schedule install"""


@command("demo", "jobflow demo", "jobflow demo | less", "jobflow demo --json")
@pass_session
def demo(session: Session) -> None:
    """Walk six weeks of a job search with a dozen applications, in virtual time: what tick says each day, and why.

    Works in a folder of its own, deleted afterwards; your data are not touched.
    """
    from zoneinfo import ZoneInfo

    from jobflow.demo.script import ZONE
    from jobflow.demo.walk import walk

    days = groupby(walk(), lambda item: item.at.astimezone(ZoneInfo(ZONE)).date())
    if session.json:
        session.give([{"date": day.isoformat(), "happenings": [_document(i) for i in items]} for day, items in days])
        return
    from jobflow.core.when import spell_date
    from jobflow.render.words import bold

    session.say("A dozen applications from a spreadsheet, six weeks, a user who forgets things. `>` is what was typed;")
    session.say("the rest is what `jobflow tick` said, at 9:00 and 18:00.")
    for day, items in days:
        lines = list(_lines(items, ZoneInfo(ZONE)))
        if lines:
            session.lines(["", bold(spell_date(day)), *lines])
    session.say(_START)


def _document(item: Happening) -> dict[str, Any]:
    return {
        "at": item.at.isoformat(timespec="seconds"),
        "command": item.command,
        "report": item.report.to_json() if item.report else None,
    }


def _lines(items: Iterable[Happening], zone: Any) -> Iterator[str]:
    from jobflow.core.digest import digest
    from jobflow.render.words import clock

    for item in items:
        if item.report is None:
            yield f"  {clock(item.at, zone)} > {item.command}"
        elif item.report.messages:
            yield f"  {clock(item.at, zone)}"
            yield from (f"    {line}" for line in digest(item.report.messages).splitlines())
