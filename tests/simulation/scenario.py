"""A readable road over the public API for scenarios: `Scenario` says when it is, what is done, and what must hold then.

Instants are written as people say them, "Wed 18 Mar 18:00", in the scenario's zone; a wrong weekday is refused, so that
a slip in a date worked out by hand does not go unseen. The year is that of the start unless one is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jobflow import Jobflow, NewContact
from jobflow.core.records import OutboxMessage
from jobflow.core.settings import Settings
from jobflow.core.views import Application, Task, TickReport

NEVER = "never"
LIVE = ("waiting", "open", "overdue")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SPOKEN = re.compile(r"([A-Z][a-z]{2}) (\d{1,2}) ([A-Z][a-z]{2})(?: (\d{4}))?(?: (\d\d:\d\d))?$")


class SetClock:
    """A clock that stands where the scenario puts it."""

    def __init__(self, now: datetime, *, pinned: bool) -> None:
        self.instant = now
        self.pinned = pinned

    def now(self) -> datetime:
        return self.instant


class Scenario:
    """One story: a store, a clock, an application. What acts returns the scenario, so that calls can be chained."""

    def __init__(
        self,
        start: str,
        *,
        zone: str = "America/New_York",
        country: str | None = None,
        workflow: str | None = None,
        home: Path | None = None,
        pinned: bool = True,
        **settings: Any,
    ) -> None:
        written = re.search(r"\d{4}", start)
        self.year = int(written.group()) if written else 2026
        self.zone = ZoneInfo(zone)
        self.clock = SetClock(self.instant(start), pinned=pinned)
        self.settings = Settings(timezone=zone, country=country, **settings)
        self.workflow = None
        if workflow is not None:
            assert home is not None
            (home / "workflows").mkdir(exist_ok=True)
            (home / "workflows" / "mine.yaml").write_text(workflow, encoding="utf-8")
            self.workflow = "mine"
        self.where = str(home) if home else ":memory:"
        self.jobflow = Jobflow.open(self.where, clock=self.clock, settings=self.settings)
        self.number = 0
        self.report: TickReport | None = None
        self.fresh: list[OutboxMessage] = []
        self.timeline: list[tuple[datetime, OutboxMessage]] = []
        self.names: dict[int, tuple[str, str | None]] = {}

    # -- when ---------------------------------------------------------------------------------------------------

    def moment(self, said: str) -> date | datetime:
        """ "Wed 18 Mar 18:00" as a naive local datetime, "Wed 18 Mar" as a date."""
        match = SPOKEN.match(said)
        assert match, f"not an instant: {said!r}"
        weekday, day, month, year, clock = match.groups()
        found = date(int(year or self.year), MONTHS.index(month) + 1, int(day))
        assert WEEKDAYS[found.weekday()] == weekday, f"{found} is no {weekday}"
        return datetime.combine(found, time.fromisoformat(clock)) if clock else found

    def instant(self, said: str, zone: str | None = None) -> datetime:
        """The aware instant that local words stand for; the first where the time exists twice."""
        naive = self.moment(said)
        assert isinstance(naive, datetime), f"no time of day: {said!r}"
        return naive.replace(tzinfo=ZoneInfo(zone) if zone else self.zone).astimezone(UTC)

    def say(self, instant: datetime | None) -> str:
        if instant is None:
            return NEVER
        local = instant.astimezone(self.zone)
        year = "" if local.year == self.year else f" {local.year}"
        return f"{WEEKDAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]}{year} {local:%H:%M}"

    def at(self, when: str) -> Scenario:
        self.clock.instant = self.instant(when)
        return self

    # -- what the user says -------------------------------------------------------------------------------------

    def add(self, *people: str, on: str | None = None, company: str = "Acme", **options: Any) -> Scenario:
        """`people` are "role=Name"; other words are facts, beside `state` and `timezone`."""
        given = {name: options.pop(name) for name in ("state", "timezone") if name in options}
        application = self.jobflow.add(
            company,
            at=self._on(on),
            contacts=contacts(people),
            facts=self._facts(options),
            workflow=self.workflow,
            **given,
        )
        self.number = application.number
        return self

    def log(self, event: str, *people: str, on: str | None = None, **facts: Any) -> Scenario:
        self.jobflow.log(self.number, event, at=self._on(on), facts=self._facts(facts), contacts=contacts(people))
        return self

    def set(self, **facts: Any) -> Scenario:
        self.jobflow.set(self.number, self._facts(facts))
        return self

    def contact(self, *people: str) -> Scenario:
        self.jobflow.contact(self.number, *contacts(people))
        return self

    def done(self, *names: str, who: str | None = None, on: str | None = None, **facts: Any) -> Scenario:
        for name in names:
            self.jobflow.done(self.task(name, who).number, at=self._on(on), facts=self._facts(facts))
        return self

    def skip(self, *names: str, who: str | None = None) -> Scenario:
        for name in names:
            self.jobflow.skip(self.task(name, who).number)
        return self

    def snooze(self, name: str, until: str, who: str | None = None) -> Scenario:
        self.jobflow.snooze(self.task(name, who).number, self.moment(until))
        return self

    def undo(self) -> Scenario:
        self.jobflow.undo(self.number)
        return self

    def thanked_and_debriefed(self) -> Scenario:
        """All letters of thanks and the debrief done now: the application awaits, unless a referrer is unthanked."""
        for task in self.tasks("thank_you"):
            if task.status in LIVE:
                self.jobflow.done(task.number)
        return self.done("debrief")

    # -- ticks --------------------------------------------------------------------------------------------------

    def tick(self, **options: Any) -> Scenario:
        self.report = self.jobflow.tick(**options)
        seen = {message.id for _, message in self.timeline}
        fresh = [message for message in self.report.messages if message.id not in seen]
        sent = [message for message in self.report.messages if message.status == "sent"]
        self._at_most_one_each(fresh)
        self._at_most_one_each(sent)
        assert not sent or not self._quiet(), f"sent in quiet hours: {self._told(sent)}"
        if not options.get("dry_run"):
            self.fresh += fresh
            self.timeline += [(self.clock.now(), message) for message in fresh]
        return self

    @property
    def said(self) -> tuple[OutboxMessage, ...]:
        """The messages of the last tick."""
        assert self.report is not None
        return self.report.messages

    def tick_every(self, minutes: int, until: str) -> Scenario:
        """Ticks from now (included) to `until` (included)."""
        end = self.instant(until)
        while self.clock.instant <= end:
            self.tick()
            self.clock.instant += timedelta(minutes=minutes)
        self.clock.instant = end
        return self

    def tick_daily(self, until: str, hours: Iterable[str] = ("09:00", "18:00")) -> Scenario:
        """Ticks on every day at these local times, after now, up to `until` (included)."""
        start, end = self.clock.instant, self.instant(until)
        day = start.astimezone(self.zone).date()
        while day <= end.astimezone(self.zone).date():
            for hour in hours:
                due = datetime.combine(day, time.fromisoformat(hour), self.zone).astimezone(UTC)
                if start < due <= end:
                    self.clock.instant = due
                    self.tick()
            day += timedelta(days=1)
        self.clock.instant = end
        return self

    # -- what must hold -----------------------------------------------------------------------------------------

    @property
    def app(self) -> Application:
        return self.jobflow.get(self.number)

    def tasks(self, name: str, who: str | None = None) -> list[Task]:
        return [t for t in self.app.tasks if t.name == name and (who is None or t.contact == who)]

    def task(self, name: str, who: str | None = None, *, settled: bool = False) -> Task:
        """The live instance; where there is none (or `settled` is asked for), the last settled one."""
        found = self.tasks(name, who)
        live = [task for task in found if task.status in LIVE]
        if live and not settled:
            assert len(live) == 1, f"{len(live)} live instances of {name}: {[t.contact for t in live]}"
            return live[0]
        over = [task for task in found if task.status not in LIVE]
        assert over, f"no {'settled ' if settled else ''}instance of {name} for {who}; there is {self.board()}"
        return max(over, key=lambda task: task.number)

    def board(self) -> dict[str, str]:
        return {f"{t.name} ({t.contact})" if t.contact else t.name: t.status for t in self.app.tasks}

    def expect_state(self, state: str, *, outcome: str | None = None, since: str | None = None) -> Scenario:
        app = self.app
        found = (app.state, app.outcome)
        assert found == (state, outcome), f"in {found}, not {(state, outcome)}; {self.board()}"
        if since is not None:
            entered = self.say(app.entered_at)
            assert entered == since, f"in {state} since {entered}, not {since}"
        return self

    def expect_task(
        self,
        name: str,
        who: str | None = None,
        *,
        status: str | None = None,
        opens: str | None = None,
        due: str | None = None,
        lapses: str | None = None,
    ) -> Scenario:
        task = self.task(name, who, settled=status is not None and status not in LIVE)
        wanted = {"status": status, "opens": opens, "due": due, "lapses": lapses}
        actual = {
            "status": task.status,
            "opens": self.say(task.opens_at),
            "due": self.say(task.due_at),
            "lapses": self.say(task.lapses_at),
        }
        asked = {key: value for key, value in wanted.items() if value is not None}
        assert {key: actual[key] for key in asked} == asked, f"{name} ({who}) is {actual}, not {asked}"
        return self

    def expect_no_task(self, name: str, who: str | None = None) -> Scenario:
        """Nothing of that name is to be done, now or later."""
        live = [task for task in self.tasks(name, who) if task.status in LIVE]
        assert live == [], f"{name} is there: {self.board()}"
        return self

    def expect_people(self, name: str, *people: str) -> Scenario:
        """Live instances are for exactly these."""
        found = sorted(str(t.contact) for t in self.tasks(name) if t.status in LIVE)
        assert found == sorted(people), f"{name} for {found}, not for {sorted(people)}"
        return self

    def expect_messages(self, *wanted: tuple[str, ...]) -> Scenario:
        """What ticks have said since this was last asked, in any order: (kind, task) or (kind, task, person).

        Messages about the state (`moved`) are left aside: `expect_moved` asks for those.
        """
        said = [self.spoken(message) for message in self.fresh if message.kind != "moved"]
        self.fresh = []
        named = {item[:2] for item in wanted if len(item) == 3}
        short = [item if item[:2] in named else item[:2] for item in said]
        assert sorted(short) == sorted(wanted), f"said {sorted(short)}, not {sorted(wanted)}"
        return self

    def expect_moved(self) -> Scenario:
        kinds = [message.kind for message in self.fresh]
        assert "moved" in kinds, f"only {kinds}"
        return self

    def expect_timeline(self, name: str, *wanted: tuple[str, str], who: str | None = None) -> Scenario:
        """All messages so far about tasks of that name: (when, kind), in order."""
        said = [
            (self.say(when), message.kind)
            for when, message in self.timeline
            if self.named(message)[0] == name and who in (None, self.named(message)[1])
        ]
        assert said == list(wanted), f"about {name}: {said}, not {list(wanted)}"
        return self

    def expect_nothing(self) -> Scenario:
        """The last tick did nothing and said nothing."""
        assert self.report is not None
        did = (self.report.transitions, self.report.tasks, self.report.messages)
        assert did == ((), (), ()), f"the tick did {did}"
        return self

    def spoken(self, message: OutboxMessage) -> tuple[str, ...]:
        name, who = self.named(message)
        return (message.kind, name, who) if who else (message.kind, name)

    def named(self, message: OutboxMessage) -> tuple[str, str | None]:
        """The task that a message is about, by name and person."""
        if message.task is None:
            return "", None
        if message.task not in self.names:
            self.names |= {t.number: (t.name, t.contact) for t in self.jobflow.get(message.slug).tasks}
        return self.names[message.task]

    # -- small change -------------------------------------------------------------------------------------------

    def _at_most_one_each(self, messages: list[OutboxMessage]) -> None:
        about = [message.task for message in messages if message.task is not None]
        assert len(about) == len(set(about)), f"two messages about one task: {self._told(messages)}"

    def _quiet(self) -> bool:
        local = self.clock.now().astimezone(self.zone)
        minute, start, end = local.hour * 60 + local.minute, self.settings.quiet_start, self.settings.quiet_end
        return start <= minute < end if start < end else minute >= start or minute < end

    def _told(self, messages: list[OutboxMessage]) -> list[tuple[str, ...]]:
        return [(*self.spoken(message), "of", self.say(message.created_at)) for message in messages]

    def _on(self, on: str | None) -> date | datetime | None:
        return None if on is None else self.moment(on)

    def _facts(self, facts: dict[str, Any]) -> dict[str, Any]:
        """Spoken dates as ISO text, everything else as it is."""
        return {
            name: self.moment(value).isoformat() if isinstance(value, str) and SPOKEN.match(value) else value
            for name, value in facts.items()
        }


def contacts(people: Iterable[str]) -> tuple[NewContact, ...]:
    """ "role=Name" as the API takes it."""
    pairs = (person.split("=", 1) for person in people)
    return tuple(NewContact(role=role, name=name) for role, name in pairs)
