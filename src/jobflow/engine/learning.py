"""What the user learned and has to weigh: debrief, lessons, preparation, offers. Nothing here writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from jobflow.core.application import ApplicationState
from jobflow.core.debriefing import Debrief, debrief_of
from jobflow.core.fold import effective
from jobflow.core.lessons import KINDS, Interview, Lessons, draw_lessons
from jobflow.core.offers import Offer, Offers, has_offer, offer_of, weigh
from jobflow.core.statistics import Stats, Told, count_up
from jobflow.core.views import Application, rfc3339
from jobflow.engine.commands import Commands
from jobflow.engine.moments import When
from jobflow.engine.questions import Questions


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened with an employer: an event or a task that was done, and the user's note about it."""

    at: datetime
    application: str
    what: str
    note: str | None
    zone: ZoneInfo

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "at": rfc3339(self.at, self.zone),
            "application": self.application,
            "what": self.what,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What to know before the next interview: this employer's interviews and history, the people, and the lessons.

    `interview_at`: when it is, as the fact says; None where it is not known. `before`: the interviews with this
    employer, in any application.
    """

    application: Application
    interview_at: str | None
    before: tuple[Interview, ...]
    history: tuple[Happening, ...]
    lessons: Lessons

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        app = self.application
        return {
            "application": app.slug,
            "company": app.company,
            "role": app.role,
            "interview_at": self.interview_at,
            "people": app.to_json()["contacts"],
            "before": [{**one.to_json(), "notes": {k: list(v) for k, v in one.notes.items()}} for one in self.before],
            "history": [happening.to_json() for happening in self.history],
            "lessons": self.lessons.to_json(),
        }


class Learning(Questions, Commands):
    """`debrief`, `lessons`, `prepare`, `offers`."""

    def debrief(self, application: str | int) -> Debrief:
        """The questions about the last interview, and what has been answered. Answers are facts: `set` tells them."""
        state = self._entry(self.store, self.store.resolve(str(application))).state
        return debrief_of(self._workflow(self.store, state.workflow_hash), state)

    def lessons(self) -> Lessons:
        """What was noted after interviews, over all applications, the closed too."""
        return draw_lessons(self._interviews())

    def prepare(self, application: str | int) -> Preparation:
        """What to know before the next interview with an employer."""
        app = self.get(application)
        interviews = list(self._interviews())
        same = [state for state in self.store.applications(final=True) if _same(state.company, app.company)]
        slugs = {state.slug for state in same}
        at = app.facts.get("interview_at")
        return Preparation(
            application=app,
            interview_at=at if isinstance(at, str) else None,
            before=tuple(sorted((i for i in interviews if i.application in slugs), key=lambda one: one.at)),
            history=tuple(sorted((h for s in same for h in self._happenings(s)), key=lambda one: one.at)),
            lessons=draw_lessons(interviews),
        )

    def tell_offer(
        self,
        application: str | int,
        facts: Mapping[str, object],
        *,
        at: When = None,
        more_time: bool = False,
        confirmed: bool = False,
    ) -> Offer:
        """Record what an offer is: as the event `offer` where there is none on the table yet, else as facts.

        `more_time`: as the event of that name. Raises what `log` and `set` raise.
        """
        app = self.get(application)
        if more_time:
            app = self.log(application, "more_time", at=at, facts=facts, confirmed=confirmed)
        elif not has_offer(app):
            app = self.log(application, "offer", at=at, facts=facts, confirmed=confirmed)
        elif facts:
            app = self.set(application, facts, confirmed=confirmed)
        return offer_of(app)

    def offers(self) -> Offers:
        """All open offers and pending applications side by side, and who must be told what by when."""
        now = self._now(self.store, writing=False)
        return weigh(self.list(), self._calendar(self.store, now.year))

    def stats(self) -> Stats:
        """The search in numbers, over all applications, as of now."""
        now = self._now(self.store, writing=False)
        return count_up(self._told(), now, self.parts.zone)

    def _told(self) -> Iterator[Told]:
        for state in self.store.applications(final=True):
            if self._is_job(self.store, state):
                yield Told(
                    slug=state.slug,
                    company=state.company,
                    state=state.state,
                    final=state.final,
                    outcome=state.outcome,
                    zone=self.zone_of(state.number),
                    records=effective(self._records_of(self.store, state.id)),
                )

    def _interviews(self) -> Iterator[Interview]:
        for state in self.store.applications(final=True):
            if not self._is_job(self.store, state):
                continue
            by_round: dict[int, Mapping[str, Any]] = {int(key): facts for key, facts in state.past_facts.items()}
            by_round[state.round] = state.facts
            begun = self._rounds(state)
            zone = self.zone_of(state.number)
            for round_, at in begun.items():
                if round_ == 0:
                    continue
                facts = by_round.get(round_, {})
                notes = {kind: tuple(map(str, facts[kind])) for kind in KINDS if isinstance(facts.get(kind), list)}
                yield Interview(
                    application=state.slug, company=state.company, round=round_, at=at, zone=zone, notes=notes
                )

    def _rounds(self, state: ApplicationState) -> dict[int, datetime]:
        """When each round began."""
        if state.round == 1 and not state.past_facts:
            return {1: state.round_at}
        found: dict[int, datetime] = {}
        for record in effective(self._records_of(self.store, state.id)):
            if record.type == "added":
                found[record.data.get("round", 1)] = record.at
            elif record.type == "round_started":
                found[record.data["round"]] = record.at
        return found

    def _happenings(self, state: ApplicationState) -> Iterator[Happening]:
        zone = self.zone_of(state.number)
        for record in effective(self._records_of(self.store, state.id)):
            data = record.data
            if record.type == "added":
                yield Happening(at=record.at, application=state.slug, what="added", note=data.get("note"), zone=zone)
            elif record.type == "event_logged":
                yield Happening(
                    at=record.at, application=state.slug, what=data["event"], note=data.get("note"), zone=zone
                )
            elif record.type == "task_done":
                what = f"{data['name']} done"
                yield Happening(at=record.at, application=state.slug, what=what, note=data.get("note"), zone=zone)


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
