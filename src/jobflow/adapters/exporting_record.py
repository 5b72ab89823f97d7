"""A dated record of all efforts, as employment offices ask for: one HTML file to look at, print, or save as PDF."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import groupby
from typing import Any, ClassVar, NamedTuple

from jobflow.adapters.exporting import noted_dates
from jobflow.core.long_dates import MONTHS

STYLE = """
body { font: 11pt/1.45 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #111;
       background: #fff; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 1.5rem 0 .4rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0; }
dt { font-weight: 600; } dd { margin: 0; min-width: 12rem; border-bottom: 1px solid #bbb; }
table { width: 100%; border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: .3rem .5rem;
       border-bottom: 1px solid #ddd; overflow-wrap: anywhere; } th { border-bottom: 2px solid #555; }
td:first-child { white-space: nowrap; width: 6.5rem; } td:nth-child(2) { width: 30%; }
@media (max-width: 32rem) { body { margin: .5rem auto; padding: 0 .5rem; font-size: 10pt; }
       th, td { padding: .25rem; } }
@page { size: A4; margin: 18mm 15mm; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 10pt; } tr, h2 { break-inside: avoid; }
       h2 { break-after: avoid; } thead { display: table-header-group; } }
"""
EVENTS = {
    "applied": "Applied",
    "interviewed": "Interview",
    "interview_scheduled": "Invited to an interview",
    "interview_moved": "Interview moved",
    "interview_cancelled": "Interview called off by the employer",
    "contacted": "Contacted the employer",
    "reply": "The employer answered",
    "offer": "Offer received",
    "rejected": "Rejected by the employer",
    "withdrawn": "Application withdrawn",
    "accepted": "Offer accepted",
    "declined": "Offer declined",
}
"""What is said of an event; one that is not here is said by its name."""
KINDS = {"letter": "Letter", "email": "E-mail", "call": "Call"}
"""The kinds of task that are an effort towards an employer."""
BEGAN = {
    "saved": None,
    "applied": "Applied",
    "interview_scheduled": "Invited to an interview",
    "interviewed": "Interview",
}
NOTED = {"applied": "Applied", "interviewed": "Interview"}
"""What is said of a day that `import` noted."""


class Effort(NamedTuple):
    """What was done, or came of it."""

    at: datetime
    company: str
    role: str
    what: str


class Record:
    """All applications, what was done for each and what came of it, by date."""

    name: ClassVar[str] = "record"
    histories: ClassVar[bool] = True
    closed: ClassVar[bool] = True

    def write(self, applications: Sequence[Mapping[str, Any]]) -> bytes:
        """UTF-8, without a script or anything from elsewhere."""
        efforts = sorted(effort for app in applications for effort in _efforts(app))
        made = max((datetime.fromisoformat(app["as_of"]) for app in applications), default=None)
        return ("\n".join(_page(efforts, len(applications), made)) + "\n").encode()


def _efforts(app: Mapping[str, Any]) -> Iterator[Effort]:
    tasks = {task["id"]: task for task in app["tasks"]}
    for record in app["history"]:
        for at, what in _begun(app, record) if record["type"] == "added" else _what(record, tasks):
            yield Effort(at, app["company"], app["role"] or "", what)


def _begun(app: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[tuple[datetime, str]]:
    """How it began. Of what was taken in, days that were noted count; when a state was entered, nobody knows then."""
    at, data = datetime.fromisoformat(record["at"]), record["data"]
    noted = noted_dates(app)
    ended = f". Result: {_words(data['outcome'])}" if data["outcome"] else ""
    for name, day in noted.items():
        if name in NOTED:
            yield datetime.fromisoformat(day).replace(hour=12, tzinfo=at.tzinfo), NOTED[name] + ended
    what = BEGAN.get(data["state"], f"In progress ({_words(data['state'])})")
    if ended:
        what = None if noted else f"Closed: {_words(data['outcome'])}"
    if what is not None and (data["state"] in ("applied", "interviewed") or not noted):
        yield at, what


def _what(record: Mapping[str, Any], tasks: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[datetime, str]]:
    at, data = datetime.fromisoformat(record["at"]), record["data"]
    if record["type"] == "event_logged":
        yield at, EVENTS.get(data["event"]) or _words(data["event"]).capitalize()
    if record["type"] == "task_done":
        task = tasks.get(data["id"])
        if task is not None and task["kind"] in KINDS:
            whom = f" to {task['contact']}" if task["contact"] else ""
            yield at, f"{KINDS[task['kind']]}{whom}: {task['title']}"
    if record["type"] == "moved" and data["final"] and record["cause"] == "tick":
        yield at, f"Closed: {_words(data['outcome'])}"


def _words(name: object) -> str:
    return str(name).replace("_", " ")


def _page(efforts: Sequence[Effort], applications: int, made: datetime | None) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Record of my job search</title><style>{STYLE}</style></head><body>"
    yield "<h1>Record of my job search</h1><dl>"
    yield "<dt>Name</dt><dd>&nbsp;</dd>"
    if efforts:
        yield f"<dt>Period</dt><dd>{_day(efforts[0].at)} to {_day(efforts[-1].at)}</dd>"
    yield f"<dt>Applications</dt><dd>{applications}</dd>"
    if made is not None:
        yield f"<dt>Made on</dt><dd>{_day(made)}</dd>"
    yield "</dl>"
    if not efforts:
        yield "<p>Nothing is recorded yet.</p>"
    for (year, month), group in groupby(efforts, lambda effort: (effort.at.year, effort.at.month)):
        yield f"<h2>{MONTHS[month - 1]} {year}</h2>"
        yield "<table><thead><tr><th>Date</th><th>Employer, job</th><th>What</th></tr></thead><tbody>"
        for effort in group:
            job = escape(effort.company) + (f"<br>{escape(effort.role)}" if effort.role else "")
            yield f"<tr><td>{effort.at.date().isoformat()}</td><td>{job}</td><td>{escape(effort.what)}</td></tr>"
        yield "</tbody></table>"
    yield "</body></html>"


def _day(at: datetime) -> str:
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"
