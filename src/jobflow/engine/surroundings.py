"""What every part of the engine stands on: the parts it is made of, the one `now`, calendars, workflows, commits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from jobflow.contracts import Channel, Step
from jobflow.core.application import ApplicationState, canonical_json, stamp, unstamp
from jobflow.core.calendar import Calendar
from jobflow.core.compile import compile_workflow, workflow_hash
from jobflow.core.context import ConditionFunction, Context
from jobflow.core.decide import Decision
from jobflow.core.errors import ClockSetBack, JobflowError, Refused, StoreError, UnknownName
from jobflow.core.facts import parse_fact
from jobflow.core.fold import effective
from jobflow.core.letters import Upkeep, letters, upkeep
from jobflow.core.model import TASK_KINDS, Workflow
from jobflow.core.present import present
from jobflow.core.records import GENESIS, Cause, Event, Record, first_broken, make_records
from jobflow.core.settings import Settings
from jobflow.core.views import Application
from jobflow.engine.moments import as_instant
from jobflow.engine.templates import Quill, Render
from jobflow.ports import Clock, Entry, Reader, Store, Writer

RESTORE = "put a backup in its place"
BACK = timedelta(hours=1)
"""A clock set back by this much is taken for the last recorded instant."""


def _as_it_stands(text: str, _values: Mapping[str, object]) -> str:
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the engine is made of. `find_workflow` gives (name, version, hash, JSON) by name; `find_holidays` a year's.

    `zone` is the configured zone, else the system's; `new_id` makes application ids. `days_off`: what registered
    calendars add in a year. `render` fills letters in. `kinds`:
    of tasks, a plugin's too. `faults`: what plugins did wrong beside what they were
    asked; a tick reports it. `renew`: called as a tick begins, so that plugins may take their time again.
    """

    store: Store
    clock: Clock
    settings: Settings
    zone: ZoneInfo
    find_workflow: Callable[[str, Reader], tuple[str, int, str, str]]
    find_holidays: Callable[[str, str | None, int], Mapping[date, str]]
    new_id: Callable[[], str]
    channels: Mapping[str, Channel] = field(default_factory=dict)
    steps: Mapping[str, Step] = field(default_factory=dict)
    conditions: Mapping[str, ConditionFunction] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    render: Render = _as_it_stands
    days_off: Callable[[int], Mapping[date, str]] = lambda _year: {}
    kinds: Callable[[], Sequence[str]] = lambda: TASK_KINDS
    faults: list[str] = field(default_factory=list)
    renew: Callable[[], None] = lambda: None

    @property
    def lettered(self) -> tuple[str, ...]:
        """The channels that letters to others go to."""
        return tuple(name for name, channel in self.channels.items() if getattr(channel, "letters", False))

    @property
    def reminded(self) -> tuple[str, ...]:
        """The channels that reminders go to: those that send, and not letters to others."""
        channels = self.channels.items()
        return tuple(name for name, c in channels if hasattr(c, "send") and not getattr(c, "letters", False))


class Surroundings:
    """The parts and what is derived from them. Decides nothing."""

    def __init__(self, parts: Parts) -> None:
        """Take the parts; nothing is read yet."""
        self.parts = parts
        self.store = parts.store
        self._compiled: dict[str, Workflow] = {}
        self._calendars: dict[int, Calendar] = {}
        self._timed_under = _digest(parts)

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def __enter__(self) -> Self:
        """For `with`: itself, closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def _commit(
        self, writer: Writer, entry: Entry | None, decision: Decision, now: datetime, cause: Cause, command: int | None
    ) -> None:
        if decision.events:
            records = self._records(entry, decision, now, cause, command)
            decision = self._lettered(writer, entry.state if entry else None, decision, now)
            writer.commit(entry, decision.application, records, decision.messages)

    def _lettered(self, writer: Writer, before: ApplicationState | None, decision: Decision, now: datetime) -> Decision:
        """The decision with the letters that it makes needed; those of no use any more are dropped."""
        found = self._letters(writer, before, decision.application, now, decision.events)
        if found.drop:
            writer.drop_messages(found.drop, now)
        return decision._replace(messages=(*decision.messages, *found.new))

    def _letters(
        self,
        reader: Reader,
        before: ApplicationState | None,
        after: ApplicationState | None,
        now: datetime,
        events: Sequence[Event],
    ) -> Upkeep:
        """What is to become of the letters of an application after these events."""
        channels, wanted = self.parts.lettered, []
        if channels and after is not None:
            workflow = self._workflow(reader, after.workflow_hash)
            wanted = list(letters(workflow, after, self._context(reader, now), channels, self._pen()))
        outbox = reader.messages(application_id=before.id) if before is not None else []
        return upkeep(before, after, wanted, outbox, {event.type for event in events})

    def _pen(self, templates: Mapping[str, str] | None = None) -> Quill:
        """What writes letters here, from the templates of the home or from others."""
        parts = self.parts
        return Quill(
            parts.templates if templates is None else templates, parts.render, parts.settings.sender, parts.faults
        )

    def _records(
        self, entry: Entry | None, decision: Decision, now: datetime, cause: Cause, command: int | None
    ) -> Sequence[Record]:
        return make_records(
            list(decision.events),
            application=decision.application.id,
            after_seq=entry.state.revision if entry else 0,
            previous=entry.head if entry else GENESIS,
            recorded_at=now,
            cause=cause,
            command=command,
        )

    def _now(self, reader: Reader, now: datetime | None = None, *, writing: bool = True) -> datetime:
        """The instant of this call: at most an hour before the last recorded one, it is that one."""
        at = as_instant(now or self.parts.clock.now(), self.parts.zone)
        text = reader.get_meta("last_instant")
        if text is None or unstamp(text) <= at:
            return at
        last = unstamp(text)
        if last - at <= BACK:
            return last
        if not writing:
            return at
        raise self._set_back(at, last, "the last thing", "jobflow undo")

    def _refuse_behind(self, writer: Writer, entry: Entry, now: datetime) -> None:
        """After an undo under an earlier clock, what other applications recorded under the later one still stands."""
        latest = writer.get_meta("latest_instant")
        if latest is None or unstamp(latest) <= now:
            return
        last = max(record.recorded_at for record in effective(self._records_of(writer, entry.state.id)))
        if last - now > BACK:
            slug = entry.state.slug
            raise self._set_back(now, last, f"the last thing about {slug}", f"jobflow undo {slug}")

    def _set_back(self, now: datetime, last: datetime, what: str, undo: str) -> ClockSetBack:
        return ClockSetBack(
            f"it is {self._local(now)} by the clock, but {what} was recorded at {self._local(last)};"
            " nothing was changed.",
            hint="is the clock right? Playing ahead with --now belongs into a folder of its own (--home)."
            f" `{undo}` works even now: it takes back the last command, and the later clock with it.",
        )

    def _local(self, at: datetime) -> str:
        return f"{at.astimezone(self.parts.zone):%Y-%m-%d %H:%M} ({self.parts.zone.key})"

    def _mark(self, writer: Writer, now: datetime) -> None:
        """Remember the last recorded instant, and the settings that times were worked out under."""
        if writer.get_meta("last_instant") != stamp(now):
            writer.set_meta("last_instant", stamp(now))
        if writer.get_meta("settings") is None:
            writer.set_meta("settings", self._timed_under)
        self._keep_holidays(writer, now)
        self._show_soon(writer)

    def _is_job(self, reader: Reader, state: ApplicationState) -> bool:
        """Whether it is about a job, and not about the search itself."""
        return self._workflow(reader, state.workflow_hash).subject == "application"

    def _show_soon(self, writer: Writer) -> None:
        """Let the next tick look at everything, where a channel shows the agenda, or the search is looked after."""
        shows = any(hasattr(channel, "show") for channel in self.parts.channels.values())
        if shows or writer.get_meta("search") is not None:
            writer.set_meta("short_road", None)  # as `shortroad` calls it

    def _records_of(self, reader: Reader, application_id: str) -> list[Record]:
        """Its history. Raises `StoreError` where its hash chain is broken."""
        records = reader.history(application_id)
        broken = first_broken(records)
        if broken is not None:
            raise StoreError(
                f"the database is damaged: record {broken} of this history is not what was written.", hint=RESTORE
            )
        return records

    def _entry(self, reader: Reader, application_id: str) -> Entry:
        entry = reader.entry(application_id)
        if entry is None:
            raise Refused("this application was taken back by undo; only its history is left.")
        return entry

    def _owner(self, reader: Reader, number: int) -> str:
        owner = reader.application_of_task(number)
        if owner is None:
            raise UnknownName("task", str(number), hint="`jobflow next` and `jobflow show APP` list the numbers.")
        return owner

    def _workflow(self, reader: Reader, hash_: str) -> Workflow:
        if hash_ not in self._compiled:
            text = reader.workflow(hash_)
            if text is None:
                raise JobflowError(f"the workflow {hash_[:12]} that an application is pinned to is not stored.")
            self._compiled[hash_] = compile_workflow(_sound(text, hash_))
        return self._compiled[hash_]

    def _context(self, reader: Reader, now: datetime) -> Context:
        return Context(
            now=now,
            calendar=self._calendar(reader, now.year),
            zone=self.parts.zone,
            timed_under=self._timed_under,
            channels=self.parts.reminded,
            conditions=self.parts.conditions,
            templates=self.parts.templates,
        )

    def _calendar(self, reader: Reader, year: int) -> Calendar:
        """The calendar around a year. Holidays come from the store's table, else from the library, which is slow."""
        if year not in self._calendars:
            settings = self.parts.settings
            days: dict[date, str] = {}
            for each in _years(year) if settings.country else ():
                days.update(self._holidays(reader, settings.country or "", settings.subdivision, each))
            for each in _years(year):
                days.update(self.parts.days_off(each))
            self._calendars[year] = Calendar.of(settings, days)
        return self._calendars[year]

    def _holidays(self, reader: Reader, country: str, subdivision: str | None, year: int) -> Mapping[date, str]:
        stored = reader.holidays(country, subdivision, year)
        return self.parts.find_holidays(country, subdivision, year) if stored is None else stored

    def _keep_holidays(self, writer: Writer, now: datetime) -> None:
        """Fill the stored table, so that the library is asked once for a country and year."""
        settings = self.parts.settings
        for year in _years(now.year) if settings.country else ():
            country, subdivision = settings.country or "", settings.subdivision
            if writer.holidays(country, subdivision, year) is None:
                days = self.parts.find_holidays(country, subdivision, year)
                writer.put_holidays(country, subdivision, year, days)

    def _facts(
        self,
        workflow: Workflow,
        facts: Mapping[str, object],
        now: datetime,
        zone: ZoneInfo,
        calendar: Calendar,
        confirmed: bool,
    ) -> dict[str, Any]:
        parsed: dict[str, Any] = {}
        for name, value in facts.items():
            if name not in workflow.facts:
                raise UnknownName("fact", name, tuple(workflow.facts))
            rule = workflow.facts[name]
            if rule.source is not None:
                raise Refused(f"fact '{name}' is counted by jobflow, and can't be told.")
            empty = value is None or value == ""
            parsed[name] = (
                None if empty else parse_fact(rule, value, now=now, zone=zone, calendar=calendar, confirmed=confirmed)
            )
        return parsed

    def _present(self, reader: Reader, state: ApplicationState, now: datetime) -> Application:
        return present(self._context(reader, now), self._workflow(reader, state.workflow_hash), state)


def _sound(text: str, hash_: str) -> dict[str, Any]:
    """The stored workflow as data, if it is what was stored: applications are pinned to it by its hash."""
    try:
        data: dict[str, Any] = json.loads(text)
        if workflow_hash(data) == hash_:
            return data
    except (ValueError, AttributeError):
        pass
    raise StoreError(
        f"the database is damaged: the stored workflow {hash_[:12]} is not what was written.", hint=RESTORE
    )


def _digest(parts: Parts) -> str:
    """A name for the settings that touch timing."""
    s = parts.settings
    hours = [s.workday_start, s.workday_end]
    days = [sorted(s.weekend), sorted(map(str, s.days_off)), sorted(map(str, s.working_days))]
    also = [list(s.calendars)] if s.calendars else []
    text = canonical_json([parts.zone.key, hours, s.country, s.subdivision, days, *also])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _years(year: int) -> range:
    """The years whose holidays matter now: an older search, and a fact that lies ahead."""
    return range(year - 3, year + 5)
