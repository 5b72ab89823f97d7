"""`scenarios:` as values, every fault with its place. They stand in a workflow file or, alone, beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from jobflow.core.calendar import Calendar, instant
from jobflow.core.errors import Refused
from jobflow.core.model import Workflow
from jobflow.core.records import MessageKind
from jobflow.core.timing import NOON
from jobflow.core.when import parse_when
from jobflow.rulebook.faults import Faults, near
from jobflow.rulebook.format import EXPECTATION, SCENARIO, STEP, Keys
from jobflow.rulebook.nodes import Listing, Node, Place, Scalar, Table, plain, shorten
from jobflow.rulebook.reader import read
from jobflow.rulebook.shape import Shapes
from jobflow.workbench.steps import VERBS, Step, Verb

FILE = Keys("a file of scenarios", ("scenarios",), ("scenarios",))
STATUSES = ("none", "waiting", "open", "overdue", "done", "skipped", "lapsed", "cancelled", "withheld")
KINDS: tuple[MessageKind, ...] = ("opened", "due", "overdue", "lapsed", "moved")
_GOES_WITH = {"facts": ("add", "log", "done"), "contacts": ("add", "log"), "until": ("snooze",)}
_TODAY = date(2026, 1, 1)
_NINE = 9 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What must be so at `at`. None: not asked. `tasks` by name, or `NAME of WHOM`; `messages` since the last one."""

    at: datetime
    place: Place
    state: str | None = None
    outcome: str | None = None
    round: int | None = None
    tasks: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    messages: tuple[str, ...] | None = None
    no_messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One test of a workflow: what is said when, and what must be so then; in the order of the file."""

    name: str
    place: Place
    zone: ZoneInfo
    calendar: Calendar
    steps: tuple[Step | Expectation, ...]


def read_scenarios(node: Node, workflow: Workflow, faults: Faults) -> tuple[Scenario, ...]:
    """The scenarios that a list holds; those with faults are left out, and `faults` has why."""
    reader = _Reader(workflow, faults)
    found = [reader.scenario(item) for item in reader.shapes.listing(node, "scenarios")]
    return tuple(scenario for scenario in found if scenario is not None)


def read_beside(source: bytes, workflow: Workflow, faults: Faults) -> tuple[Scenario, ...]:
    """The scenarios of a file of their own, whose one key is `scenarios`."""
    root = read(source, faults)
    items = Shapes(faults).keyed(root, FILE) if root is not None else {}
    return read_scenarios(items["scenarios"], workflow, faults) if "scenarios" in items else ()


def read_steps(node: Node, workflow: Workflow, zone: ZoneInfo, faults: Faults) -> tuple[Step, ...]:
    """The steps of a counterexample: a list whose first one is `add`."""
    reader = _Reader(workflow, faults)
    found = reader.steps(node, zone, None)
    return tuple(step for step in found if isinstance(step, Step))


class _Reader:
    def __init__(self, workflow: Workflow, faults: Faults) -> None:
        self.workflow, self.faults = workflow, faults
        self.shapes = Shapes(faults)
        self.calendar = Calendar()

    def scenario(self, node: Node) -> Scenario | None:
        items = self.shapes.keyed(node, SCENARIO)
        name = self.shapes.text(items["name"], "the scenario's name") if "name" in items else None
        zone = self._zone(items.get("timezone"))
        self.calendar = Calendar(days_off=frozenset(self._days_off(items.get("days_off"))))
        start = self._moment(items.get("at"), zone, None)
        if start is None or name is None or "steps" not in items:
            return None
        first = Step(
            at=start,
            verb="add",
            name=self._known(items.get("state"), self.workflow.states, "state", "JF111"),
            facts=self._facts(items.get("facts")),
            contacts=self._contacts(items.get("contacts")),
        )
        steps = self.steps(items["steps"], zone, start)
        return Scenario(name=name, place=node.place, zone=zone, calendar=self.calendar, steps=(first, *steps))

    def steps(self, node: Node, zone: ZoneInfo, start: datetime | None) -> list[Step | Expectation]:
        """The steps of a list, in order of their moments. `start`: what relative moments count from."""
        found: list[Step | Expectation] = []
        last = start
        for item in self.shapes.listing(node, "steps"):
            items = self.shapes.keyed(item, STEP)
            at = self._moment(items.get("at"), zone, start)
            if at is None:
                continue
            start = start or at
            if last is not None and at < last:
                self.faults.add(item.place, "JF141", "a step before the one above it", "put them in order of time")
            last = at
            found += self._step(item, items, at, zone, start)
        return found

    def _step(
        self, node: Node, items: dict[str, Node], at: datetime, zone: ZoneInfo, start: datetime
    ) -> list[Step | Expectation]:
        verbs = [verb for verb in VERBS if verb in items]
        if len(verbs) > 1 or not (verbs or "expect" in items):
            message = f"a step says one thing, found {' and '.join(verbs) or 'nothing'}"
            self.faults.add(node.place, "JF142", message, f"one of: {', '.join(VERBS)}, expect")
            return []
        for key, verbs_of in _GOES_WITH.items():
            if key in items and not set(verbs) & set(verbs_of):
                message = f"'{key}' goes with {' or '.join(verbs_of)}"
                self.faults.add(items[key].place, "JF123", message, "leave it out")
        found: list[Step | Expectation] = []
        if verbs:
            found.append(self._said(verbs[0], items, at, zone, start))
        if "expect" in items:
            found.append(self._expectation(items["expect"], at))
        return found

    def _said(self, verb: Verb, items: dict[str, Node], at: datetime, zone: ZoneInfo, start: datetime) -> Step:
        node = items[verb]
        facts, contacts = self._facts(items.get("facts")), self._contacts(items.get("contacts"))
        name, whom, until = "", "", None
        if verb == "log":
            name = self._known(node, self.workflow.event_names(), "event", "JF112")
        elif verb in ("done", "skip", "snooze"):
            name, whom = self._task(node)
        elif verb == "set":
            facts = self._facts(node)
        elif verb == "contact":
            contacts = self._contacts(node)
        elif verb == "add" and not (isinstance(node, Scalar) and node.value is None):
            name = self._known(node, self.workflow.states, "state", "JF111")
        if verb == "snooze":
            if "until" not in items:
                self.faults.add(node.place, "JF021", "a snooze needs the key 'until'", "add 'until: +3d'")
            until = self._moment(items.get("until"), zone, start, _NINE)
        said = self._moment(items.get("said"), zone, start)
        return Step(at=at, verb=verb, name=name, whom=whom, facts=facts, contacts=contacts, until=until, said=said)

    def _expectation(self, node: Node, at: datetime) -> Expectation:
        items = self.shapes.keyed(node, EXPECTATION)
        messages = self._messages(items["messages"]) if "messages" in items else None
        outcome = self.shapes.text(items["outcome"]) if "outcome" in items else None
        round_ = self.shapes.integer(items["round"], 0, 1000) if "round" in items else None
        return Expectation(
            at=at,
            place=node.place,
            state=self._known(items.get("state"), self.workflow.states, "state", "JF111") or None,
            outcome=outcome,
            round=round_,
            tasks=self._statuses(items.get("tasks")),
            facts=self._facts(items.get("facts")),
            counts=self._counts(items.get("counts")),
            messages=messages,
            no_messages=self._messages(items.get("no_messages")),
        )

    def _statuses(self, node: Node | None) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, value in (self.shapes.table(node, "tasks and their statuses") if node else {}).items():
            place = node.keys[name] if isinstance(node, Table) else value.place
            self._task(Scalar(place, name))
            found[name] = self.shapes.one_of(value, STATUSES) or ""
        return found

    def _counts(self, node: Node | None) -> dict[str, int]:
        found: dict[str, int] = {}
        for name, value in (self.shapes.table(node, "limits and their counts") if node else {}).items():
            if isinstance(node, Table) and name not in self.workflow.limits:
                self.faults.add(
                    node.keys[name], "JF116", f"unknown limit '{shorten(name)}'", near(name, self.workflow.limits)
                )
            found[name] = self.shapes.integer(value, 0, 1000) or 0
        return found

    def _messages(self, node: Node | None) -> tuple[str, ...]:
        """`KIND TASK`, `moved STATE`, or one of the two words alone; an empty list is none at all."""
        if node is None or (isinstance(node, Listing) and not node.items):
            return ()
        found = []
        for item in self.shapes.listing(node, "messages"):
            text = self.shapes.text(item, "a message such as 'opened status_check'")
            if text is not None:
                self._message(item, text)
                found.append(text)
        return tuple(found)

    def _message(self, node: Node, text: str) -> None:
        kind, _, name = text.partition(" ")
        if not name and kind in (*self.workflow.tasks, *self.workflow.states):
            return
        if not name and kind not in KINDS:
            known = (*self.workflow.tasks, *self.workflow.states)
            self.faults.add(node.place, "JF115", f"unknown task '{shorten(kind)}'", near(kind, known))
        elif kind not in KINDS:
            self.faults.add(node.place, "JF023", f"'{shorten(text)}' is not possible here", near(kind, KINDS))
        elif name and name not in (self.workflow.states if kind == "moved" else self.workflow.tasks):
            what, code, names = (
                ("state", "JF111", self.workflow.states) if kind == "moved" else ("task", "JF115", self.workflow.tasks)
            )
            self.faults.add(node.place, code, f"unknown {what} '{shorten(name)}'", near(name, names))

    def _known(self, node: Node | None, names: Any, what: str, code: str) -> str:
        return (self.shapes.known(node, names, what, code) or "") if node is not None else ""

    def _task(self, node: Node) -> tuple[str, str]:
        text = self.shapes.text(node, "the name of a task") or ""
        name, _, whom = text.partition(" of ")
        if text and name not in self.workflow.tasks:
            self.faults.add(node.place, "JF115", f"unknown task '{shorten(name)}'", near(name, self.workflow.tasks))
        return name, whom

    def _facts(self, node: Node | None) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in (self.shapes.table(node, "facts") if node else {}).items():
            if isinstance(node, Table) and name not in self.workflow.facts:
                self.faults.add(
                    node.keys[name], "JF113", f"unknown fact '{shorten(name)}'", near(name, self.workflow.facts)
                )
            found[name] = plain(value)
        return found

    def _contacts(self, node: Node | None) -> tuple[tuple[str, str], ...]:
        found = []
        for item in self.shapes.listing(node, "contacts") if node else ():
            text = self.shapes.text(item, "a contact as ROLE=NAME") or ""
            role, equals, name = text.partition("=")
            if text and (not equals or not name.strip()):
                self.faults.add(item.place, "JF022", f"expected ROLE=NAME, found '{shorten(text)}'")
            elif text and role not in self.workflow.roles:
                self.faults.add(item.place, "JF114", f"unknown role '{shorten(role)}'", near(role, self.workflow.roles))
            found.append((role, name))
        return tuple(found)

    def _zone(self, node: Node | None) -> ZoneInfo:
        name = self.shapes.text(node, "a time zone such as Europe/Berlin") if node is not None else "UTC"
        if name is not None and name not in available_timezones() and node is not None:
            self.faults.add(
                node.place, "JF301", f"unknown time zone '{shorten(name)}'", near(name, available_timezones())
            )
            name = None
        return ZoneInfo(name or "UTC")

    def _days_off(self, node: Node | None) -> list[date]:
        found = []
        for item in self.shapes.listing(node, "days off") if node else ():
            at = self._moment(item, ZoneInfo("UTC"), None)
            if at is not None:
                found.append(at.date())
        return found

    def _moment(
        self, node: Node | None, zone: ZoneInfo, start: datetime | None, minutes: int = NOON
    ) -> datetime | None:
        """A moment as the command line takes it; relative ones count from the start of the scenario."""
        text = self.shapes.text(node, "a moment such as 2026-03-10 14:00") if node is not None else None
        if text is None or node is None:
            return None
        now = start or instant(_TODAY, NOON, zone)
        try:
            when = parse_when(text, now=now, zone=zone, calendar=self.calendar, purpose="future")
        except Refused as refusal:
            self.faults.add(node.place, "JF143", refusal.message.removesuffix("."), refusal.hint)
            return None
        return when.instant or instant(when.day, minutes, zone)
