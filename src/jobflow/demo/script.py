"""What the demo's job seeker does, and when. Whatever is not here, this person forgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

FIRST_DAY = date(2026, 3, 2)
DAYS = 42
ZONE = "America/New_York"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing done: a task, an event, or facts told. `what`: the task's or the event's name; "" where facts alone."""

    day: date
    app: str
    verb: str
    what: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


def _march(day: int, app: str, verb: str, what: str = "", **facts: str) -> Act:
    return Act(day=date(2026, 3, day), app=app, verb=verb, what=what, facts=facts)


def _april(day: int, app: str, verb: str, what: str = "", **facts: str) -> Act:
    return Act(day=date(2026, 4, day), app=app, verb=verb, what=what, facts=facts)


ACTS = (
    _march(2, "acme", "done", "thank_you"),
    _march(2, "acme", "done", "debrief", went_well="the design question; my questions to them"),
    _march(2, "globex", "done", "thank_you"),
    _march(2, "globex", "done", "debrief"),
    _march(2, "hooli", "set", offer_deadline="2026-03-13"),
    _march(2, "hooli", "done", "name_decision_date"),
    _march(2, "initech hooli wayne cyberdyne", "skip", "debrief"),
    _march(2, "globex tyrell", "skip", "ask_decision_date"),
    _march(3, "tyrell", "done", "thank_referrer"),
    _march(3, "tyrell duff", "done", "debrief"),
    _march(3, "duff", "done", "thank_you"),
    _march(3, "wayne", "done", "last_email"),
    _march(5, "initech", "done", "status_check"),
    _march(6, "initech", "log", "reply", decision_date="2026-03-20"),
    _march(11, "hooli", "log", "declined", decline_reason="the on-call weeks"),
    _march(12, "hooli", "done", "polite_no"),
    _march(12, "globex tyrell", "done", "status_check"),
    _march(16, "acme", "done", "status_check"),
    _march(17, "acme", "log", "reply", decision_date="2026-03-27"),
    _march(18, "soylent", "log", "reply", decision_date="2026-03-25"),
    _march(18, "soylent", "skip", "debrief"),
    _march(19, "acme", "log", "interviewed"),
    _march(20, "acme", "done", "thank_you"),
    _march(20, "acme", "done", "debrief"),
    _march(23, "initech", "log", "rejected"),
    _march(24, "globex", "done", "last_email"),
    _march(26, "acme", "log", "offer", offer_deadline="2026-04-03"),
    _march(27, "acme", "done", "name_decision_date"),
    _march(27, "soylent", "done", "status_check"),
    _april(1, "acme", "log", "accepted"),
    _april(1, "tyrell", "done", "last_email"),
    _april(2, "acme", "done", "acceptance"),
    _april(2, "duff", "log", "withdrawn"),
)
"""By day, in order. Several applications: one command for all their tasks of that name."""
