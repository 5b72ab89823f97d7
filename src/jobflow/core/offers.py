"""Offers weighed: what each is, what else is still open, and who must be told what by when. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jobflow.core.calendar import Calendar
from jobflow.core.views import Application, Task, rfc3339

FACTS = {
    "pay": "offer_pay",
    "benefits": "offer_benefits",
    "start": "offer_start",
    "deadline": "offer_deadline",
    "pros": "offer_pros",
    "cons": "offer_cons",
}
"""What an offer is made of, with the facts of `after-interview` that hold it."""
STATES = ("offer", "accepting", "declining")
"""The states in which there is an offer."""
TELLING = ("letter", "email", "call")
"""The kinds of task by which somebody is told something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Somebody to be told something: `by` is an instant; `task` the number, None for the answer to an offer."""

    application: str
    company: str
    who: str
    what: str
    by: datetime | None
    task: int | None
    zone: ZoneInfo

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "application": self.application,
            "who": self.who,
            "what": self.what,
            "by": rfc3339(self.by, self.zone),
            "task": self.task,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One offer on the table: facts as history keeps them, None where not told."""

    application: Application
    terms: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        app = self.application
        return {
            "application": app.slug,
            "company": app.company,
            "role": app.role,
            "state": app.state,
            "since": rfc3339(app.entered_at, app.zone),
            **self.terms,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """All open offers, what is pending beside them, and who must be told what by when, the most pressing first.

    `first_deadline`: of all offers; who is pending would have to decide before it.
    """

    offers: tuple[Offer, ...]
    pending: tuple[Application, ...]
    tell: tuple[Telling, ...]
    first_deadline: date | None

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "offers": [offer.to_json() for offer in self.offers],
            "pending": [
                {
                    "application": app.slug,
                    "company": app.company,
                    "role": app.role,
                    "state": app.state,
                    "since": rfc3339(app.entered_at, app.zone),
                    "decision_date": app.facts.get("decision_date"),
                }
                for app in self.pending
            ],
            "tell": [telling.to_json() for telling in self.tell],
            "first_deadline": None if self.first_deadline is None else self.first_deadline.isoformat(),
        }


def has_offer(app: Application) -> bool:
    """Whether there is an offer on the table."""
    return not app.final and app.state in STATES


def offer_of(app: Application) -> Offer:
    """What is known of an application's offer."""
    return Offer(application=app, terms={name: app.facts.get(fact) for name, fact in FACTS.items()})


def weigh(applications: Iterable[Application], calendar: Calendar) -> Offers:
    """Lay the open applications side by side, as of the moment that they were looked at."""
    live = [app for app in applications if not app.final]
    offers = tuple(offer_of(app) for app in live if has_offer(app))
    deadlines = [found for app in live if has_offer(app) and (found := _deadline(app)) is not None]
    tell = [telling for app in live for telling in _tellings(app, calendar)]
    far = datetime.max.replace(tzinfo=ZoneInfo("UTC"))
    return Offers(
        offers=offers,
        pending=tuple(app for app in live if not has_offer(app)),
        tell=tuple(sorted(tell, key=lambda one: (one.by or far, one.company, one.task or 0))),
        first_deadline=min(deadlines, default=None),
    )


def _deadline(app: Application) -> date | None:
    found = app.facts.get("offer_deadline")
    return date.fromisoformat(found) if isinstance(found, str) else None


def _tellings(app: Application, calendar: Calendar) -> Iterable[Telling]:
    deadline = _deadline(app)
    if app.state == "offer":
        by = None if deadline is None else calendar.edge(deadline, "close", app.zone)
        yield _telling(app, app.company, "your answer to their offer", by, None)
    for task in app.tasks:
        if task.kind in TELLING and task.status in ("open", "overdue"):
            yield _telling(app, task.contact or app.company, _what(task), task.due_at, task.number)


def _what(task: Task) -> str:
    return task.title[:1].lower() + task.title[1:]


def _telling(app: Application, who: str, what: str, by: datetime | None, task: int | None) -> Telling:
    return Telling(application=app.slug, company=app.company, who=who, what=what, by=by, task=task, zone=app.zone)
