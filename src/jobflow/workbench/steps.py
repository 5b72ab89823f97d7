"""One thing said to a virtual application on a date: the steps of scenarios and of counterexamples.

A step is plain data, so that a counterexample can be written into a workflow file, kept as JSON, and said again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from jobflow.core.application import ApplicationState, TaskState
from jobflow.core.errors import Refused, UnknownName
from jobflow.core.facts import parse_fact
from jobflow.core.inputs import Add, Input, Learn, Log, NewContact, Settle, Snooze
from jobflow.core.views import rfc3339
from jobflow.workbench.virtual import Situation, Turn, Virtual, at_rest, say

Verb = Literal["add", "log", "done", "skip", "set", "contact", "snooze", "wait"]
VERBS: tuple[Verb, ...] = ("add", "log", "done", "skip", "set", "contact", "snooze", "wait")
COMPANY = "Acme"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something happened at `at` (aware), and is said at `said`: then, where it is None.

    `name`: the state of `add`, the event of `log`, a task's name. `whom`: the contact of the task, where there are
    several of that name; `until`: of a snooze. `contacts` are pairs of role and name.
    """

    at: datetime
    verb: Verb
    name: str = ""
    whom: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    contacts: tuple[tuple[str, str], ...] = ()
    until: datetime | None = None
    said: datetime | None = None

    @property
    def now(self) -> datetime:
        """When it is said."""
        return self.said or self.at

    def to_json(self, zone: ZoneInfo) -> dict[str, Any]:
        """As a scenario's step is written, instants in RFC 3339."""
        data: dict[str, Any] = {"at": rfc3339(self.at, zone)}
        data[self.verb] = f"{self.name} of {self.whom}" if self.whom else (self.name or None)
        if self.verb == "set":
            data["set"] = dict(self.facts)
        elif self.facts:
            data["facts"] = dict(self.facts)
        if self.verb == "contact":
            data["contact"] = [f"{role}={name}" for role, name in self.contacts]
        elif self.contacts:
            data["contacts"] = [f"{role}={name}" for role, name in self.contacts]
        if self.until is not None:
            data["until"] = rfc3339(self.until, zone)
        if self.said is not None:
            data["said"] = rfc3339(self.said, zone)
        return data


def take(virtual: Virtual, situation: Situation, step: Step) -> Turn:
    """Say what the step says when it is said; ticks up to then are the caller's. Raises what jobflow would say."""
    said = _input(virtual, situation, step)
    return say(virtual, situation, said, step.now)


def replay(virtual: Virtual, steps: tuple[Step, ...]) -> Situation:
    """The situation after the steps, ticking at every wake-up in between and at the last one."""
    situation = Situation(None, steps[0].at)
    for step in steps:
        if situation.application is not None:
            situation = at_rest(virtual, situation, step.now)
        situation = replace(situation, now=step.now)
        if step.verb != "wait":
            situation = take(virtual, situation, step).after
    return situation


def _input(virtual: Virtual, situation: Situation, step: Step) -> Input:
    facts = _facts(virtual, step)
    contacts = tuple(_contact(virtual, role, name) for role, name in step.contacts)
    match step.verb:
        case "add":
            return Add(
                id="00000000-0000-8000-a000-000000000001",
                number=1,
                slug=COMPANY.lower(),
                company=COMPANY,
                role=None,
                timezone=None,
                at=step.at,
                state=step.name or None,
                facts=facts,
                contacts=contacts,
            )
        case "log":
            return Log(event=step.name, at=step.at, facts=facts, contacts=contacts)
        case "set" | "contact":
            return Learn(facts=facts, contacts=contacts)
    number = named_task(situation.known, step).number
    if step.verb == "snooze":
        if step.until is None:
            raise Refused("a snooze needs the moment until which the task is put off.")
        return Snooze(number=number, until=step.until)
    how: Literal["done", "skipped"] = "done" if step.verb == "done" else "skipped"
    return Settle(numbers=(number,), how=how, at=step.at, facts=facts)


def _contact(virtual: Virtual, role: str, name: str) -> NewContact:
    if role not in virtual.workflow.roles:
        raise UnknownName("role", role, tuple(virtual.workflow.roles))
    return NewContact(role, name)


def _facts(virtual: Virtual, step: Step) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in step.facts.items():
        rule = virtual.workflow.facts.get(name)
        if rule is None:
            raise UnknownName("fact", name, tuple(virtual.workflow.facts))
        found[name] = (
            None
            if value is None
            else parse_fact(rule, value, confirmed=True, now=step.now, zone=virtual.zone, calendar=virtual.calendar)
        )
    return found


def named_task(application: ApplicationState, step: Step) -> TaskState:
    """The task that a step speaks of: the last of that name, one that is not settled before one that is.

    Raises `UnknownName`.
    """
    names = {contact.id: contact.name for contact in application.contacts}
    found = [task for task in application.tasks if task.name == step.name]
    if step.whom:
        found = [task for task in found if step.whom in (names.get(task.contact or ""), task.otherwise)]
    if not found:
        known = tuple(dict.fromkeys(task.name for task in application.tasks))
        raise UnknownName("task", f"{step.name} of {step.whom}" if step.whom else step.name, known)
    return next((task for task in found if not task.settled), found[-1])
