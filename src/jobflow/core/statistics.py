"""The search in numbers: how far applications came, how long employers take, what changed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from jobflow.core.calendar import local_date
from jobflow.core.records import Record
from jobflow.core.survival import Curve, Spell, kaplan_meier

FEWEST = 5
"""Answers below which nothing is said of how long they take: "too few"."""
MOST = 0.9
"""The share of answers that "did so within" speaks of."""
ANSWERS = ("reply", "offer", "rejected", "interviewed", "interview_scheduled", "interview_moved", "interview_cancelled",
           "more_time")  # fmt: skip
"""The events that come from the employer. All others are the user's own, or say nothing of an answer."""
WAITS = {"application": "after applying", "interview": "after an interview", "follow-up": "after a follow-up"}
"""What an employer is waited for after."""
STAGES = ("saved", "applied", "interview", "second interview", "offer", "accepted")
"""How far an application can come."""
BEFORE = {"saved": "saved", "applied": "applied", "interview_scheduled": "applied"}
"""The stage of a state that an application is added in; in every other one there was an interview."""
OFFERED = ("offer", "accepting", "declining")
SECONDS = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One application as its history tells it: the records in force, and where it stands."""

    slug: str
    company: str
    state: str
    final: bool
    outcome: str | None
    zone: ZoneInfo
    records: Sequence[Record]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One wait for an employer's answer. `until` None: it goes on, or nobody looked any more; `days` so far."""

    application: str
    company: str
    after: str
    since: datetime
    until: datetime | None
    days: float
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTimes:
    """How long employers take to answer. `median` and `most` in days, None where too few answered or it never is so.

    `most`: within so many days answered nine in ten of those that answered at all.
    """

    after: str
    curve: Curve
    median: float | None
    most: int | None

    @property
    def too_few(self) -> bool:
        """Whether there are too few answers to say anything."""
        return self.curve.observed < FEWEST

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "after": self.after,
            "answered": self.curve.observed,
            "censored": self.curve.censored,
            "too_few": self.too_few,
            "median_days": self.median,
            "most_within_days": self.most,
            "curve": [
                {
                    "days": step.days,
                    "at_risk": step.at_risk,
                    "answered": step.events,
                    "waiting": round(step.survival, 4),
                    "low": round(step.low, 4),
                    "high": round(step.high, 4),
                }
                for step in self.curve.steps
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What happened in a calendar month."""

    begins: date
    counts: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"month": self.begins.isoformat()[:7], **self.counts}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """The search in numbers, as of one moment.

    `funnel`: by stage, how many came so far; `flows`: from where to where how many went; `outcomes`: how they ended;
    `waiting`: those that wait for an answer now, the longest first; `employers`: by company its answered waits in days;
    `days`: by local date, how much was done.
    """

    applications: int
    funnel: Mapping[str, int]
    flows: Mapping[tuple[str, str], int]
    outcomes: Mapping[str, int]
    times: tuple[ResponseTimes, ...]
    waiting: tuple[Wait, ...]
    employers: Mapping[str, tuple[float, ...]]
    month: Month
    month_before: Month
    days: Mapping[date, int]

    def times_after(self, after: str) -> ResponseTimes:
        """The response times of one kind of wait."""
        return next(times for times in self.times if times.after == after)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "applications": self.applications,
            "funnel": dict(self.funnel),
            "flows": [{"from": a, "to": b, "count": n} for (a, b), n in self.flows.items()],
            "outcomes": dict(self.outcomes),
            "response_times": [times.to_json() for times in self.times],
            "waiting": [
                {
                    "application": wait.application,
                    "after": wait.after,
                    "days": int(wait.days),
                    "most_within_days": self.times_after(wait.after).most,
                }
                for wait in self.waiting
            ],
            "employers": [
                {"company": name, "answers": len(found), "median_days": middle(found)}
                for name, found in self.employers.items()
            ],
            "month": self.month.to_json(),
            "month_before": self.month_before.to_json(),
        }


def middle(values: Sequence[float]) -> float:
    """The median of values that there are: of an even number the mean of the two in the middle."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def count_up(applications: Iterable[Told], now: datetime, zone: ZoneInfo) -> Stats:
    """Work all of it out. `zone`: the user's, by which months and days are told."""
    told = list(applications)
    paths = [_path(app) for app in told]
    waits = [wait for app in told for wait in waits_of(app, now)]
    today = local_date(now, zone)
    first = today.replace(day=1)
    before = first.replace(year=first.year - 1, month=12) if first.month == 1 else first.replace(month=first.month - 1)
    flows = Counter(link for path in paths for link in pairwise(path))
    employers: dict[str, list[float]] = {}
    for wait in waits:
        if wait.until is not None:
            employers.setdefault(wait.company, []).append(wait.days)
    return Stats(
        applications=len(told),
        funnel={stage: sum(stage in path for path in paths) for stage in STAGES},
        flows=dict(flows),
        outcomes=dict(Counter(app.outcome for app in told if app.final and app.outcome is not None).most_common()),
        times=tuple(_times(after, [wait for wait in waits if wait.after == after]) for after in WAITS),
        waiting=tuple(sorted((wait for wait in waits if wait.open), key=lambda wait: (-wait.days, wait.application))),
        employers={name: tuple(found) for name, found in sorted(employers.items())},
        month=_month(told, first, zone),
        month_before=_month(told, before, zone),
        days=dict(Counter(local_date(at, zone) for app in told for at in _doings(app))),
    )


def _path(app: Told) -> list[str]:
    """The stages that it went through, then how it ended or that it is open."""
    reached = {"saved": False, "applied": True}
    rounds, offered = 0, False
    for record in app.records:
        data = record.data
        if record.type == "added":
            stage = BEFORE.get(data["state"], "saved" if data["outcome"] == "not_applied" else "interview")
            reached = {"saved": stage == "saved", "applied": stage != "saved"}
            rounds = data.get("round", 1) if stage == "interview" else 0
            offered |= data["state"] in OFFERED
        elif record.type == "round_started":
            rounds, reached["applied"] = max(rounds, data["round"]), True
        elif record.type == "moved":
            reached["applied"] |= data["to"] != "saved" and not data["final"]
            offered |= data["to"] in OFFERED
    offered |= app.outcome in ("accepted", "declined", "offer_lapsed")
    path = [stage for stage in STAGES[:2] if reached[stage]]
    path += ["interview"] if rounds > 0 else []
    path += ["second interview"] if rounds > 1 else []
    path += ["offer"] if offered else []
    if app.outcome == "accepted":
        return [*path, "accepted"]
    return [*path, (app.outcome or "closed").replace("_", " ") if app.final else "open"]


def waits_of(app: Told, now: datetime) -> Iterator[Wait]:
    """Every wait for an answer: since the application, the last interview, the last contact that counted.

    A new one of a kind ends the former unanswered; so does the end of the application.
    """
    running: dict[str, datetime] = {}
    for record in app.records:
        kind, ends, closes = _meaning(record)
        if ends or closes:
            for after, since in running.items():
                yield _wait(app, after, since, record.at, answered=ends)
            running.clear()
        if kind is not None:
            if kind in running:
                yield _wait(app, kind, running[kind], record.at, answered=False)
            running[kind] = record.at
    for after, since in running.items():
        yield _wait(app, after, since, now, answered=False, still=not app.final)


def _meaning(record: Record) -> tuple[str | None, bool, bool]:
    """The kind of wait that begins with a record, whether it is an answer, and whether it ends the application."""
    data = record.data
    if record.type == "added" and not data["final"]:
        stage = BEFORE.get(data["state"], "interview")
        return ({"applied": "application", "interview": "interview"}.get(stage), False, False)
    if record.type == "event_logged":
        name = data["event"]
        begins = {"applied": "application", "interviewed": "interview"}.get(name)
        return begins, name in ANSWERS, False
    if record.type == "counted":
        return "follow-up", False, False
    return None, False, record.type == "moved" and data["final"]


def _wait(app: Told, after: str, since: datetime, end: datetime, *, answered: bool, still: bool = False) -> Wait:
    days = max(0.0, (end - since).total_seconds() / SECONDS)
    return Wait(
        application=app.slug,
        company=app.company,
        after=after,
        since=since,
        until=end if answered else None,
        days=round(days, 2),
        open=still,
    )


def _times(after: str, waits: Sequence[Wait]) -> ResponseTimes:
    curve = kaplan_meier(Spell(wait.days, wait.until is not None) for wait in waits)
    answered = sorted(wait.days for wait in waits if wait.until is not None)
    enough = len(answered) >= FEWEST
    return ResponseTimes(
        after=after,
        curve=curve,
        median=curve.quantile(0.5) if enough else None,
        most=ceil(answered[ceil(MOST * len(answered)) - 1]) if enough else None,
    )


def _month(told: Sequence[Told], first: date, zone: ZoneInfo) -> Month:
    counts = dict.fromkeys(("new", "applied", "interviews", "answers", "offers", "closed"), 0)
    for app in told:
        for record in app.records:
            if local_date(record.at, zone).replace(day=1) == first:
                for name in _counted_as(record):
                    counts[name] += 1
    return Month(begins=first, counts=counts)


def _counted_as(record: Record) -> Iterator[str]:
    data = record.data
    if record.type == "added":
        yield "new"
        if data["state"] == "applied":
            yield "applied"
        if data["state"] not in BEFORE and not data["final"]:
            yield "interviews"
    elif record.type == "event_logged":
        name = data["event"]
        yield from {"applied": ["applied"], "interviewed": ["interviews"], "offer": ["offers"]}.get(name, ())
        if name in ANSWERS and name != "interviewed":
            yield "answers"
    elif record.type == "moved" and data["final"]:
        yield "closed"


def _doings(app: Told) -> Iterator[datetime]:
    """When the user did something, or something happened."""
    return (record.at for record in app.records if record.type in ("added", "event_logged", "task_done"))
