"""Letters through a year of use and accidents: one for each open task that is written to somebody, and never two.

The story is that of `test_stateful`, with a channel that takes letters. After every step each open task with a template
has exactly one letter, as it would be written now if it waits; no other letter waits; none was handed over twice.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from jobflow import contracts
from jobflow.adapters.rendering import render
from jobflow.contracts import Message
from jobflow.core.application import ApplicationState, TaskState
from jobflow.core.inputs import NewContact
from jobflow.core.records import OutboxMessage
from jobflow.engine import Engine
from jobflow.testing import ManualClock

from .strategies import PEOPLE, scaled
from .test_stateful import ANY, Story
from .world import Channel, Killed, World, in_quiet_hours

TEMPLATES = dict.fromkeys(
    ("note", "thank-you", "thank-referrer", "status-check", "last-email", "polite-no"),
    "Subject: {{ company }}\nDear {{ greeted }}, {{ facts.decision_date }} {{ facts.size }} [blank]",
)
"""Some that the shipped workflow names, but not all."""


class Drafts:
    """Takes letters, in the mode of another channel. What it fails to take has not left."""

    name = "drafts"
    letters: ClassVar[bool] = True

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.other: Channel
        self.taken: list[tuple[Any, Message]] = []

    def send(self, message: Message) -> contracts.Outcome:
        if self.other.mode == "dies before":
            raise Killed
        if self.other.mode == "fails":
            return contracts.Retry("no paper")
        self.taken.append((self.clock.now(), message))
        if self.other.mode == "dies after":
            raise Killed
        return contracts.Sent()


class Written(World):
    """A world in which letters are written, before anything is told."""

    def __init__(self, clock: ManualClock, *, workflows: Mapping[str, Any], **more: Any) -> None:
        self.drafts = Drafts(clock)
        super().__init__(clock, workflows={name: with_templates(data) for name, data in workflows.items()}, **more)
        self.drafts.other = self.channel

    def _start(self) -> Engine:
        parts = super()._start().parts
        channels = {self.drafts.name: self.drafts, **parts.channels}
        return Engine(replace(parts, channels=channels, templates=TEMPLATES, render=render))


def with_templates(workflow: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same, every letter with a template."""
    data: dict[str, Any] = json.loads(json.dumps(workflow))
    for tasks in (data["tasks"], *(state.get("tasks", {}) for state in data["states"].values())):
        for task in tasks.values():
            if task["kind"] == "letter":
                task["template"] = "note"
    return data


class Letters(Story):
    """The same story, of somebody who writes letters and throws some away."""

    world = Written
    memory: Written
    sqlite: Written

    def __init__(self) -> None:
        super().__init__()
        self.thrown_away: set[str | None] = set()
        self.seen = 0  # letters that were taken before this step

    @rule(app=ANY, person=st.sampled_from(PEOPLE), role=ANY, address=st.integers(0, 2))
    def address(self, app: int, person: str, role: int, address: int) -> None:
        if self.apps():
            state = self.pick(app)
            roles = tuple(self.memory.workflow(state).roles)
            contact = NewContact(roles[role % len(roles)], person, f"{person}{address}@acme.example".lower())
            self.both(lambda engine: engine.contact(state.number, contact))

    @rule(which=ANY)
    def throw_away(self, which: int) -> None:
        letters = [m for m in self.memory.store.messages() if m.kind == "letter" and m.status == "pending"]
        if letters:
            letter = letters[which % len(letters)]
            self.both(lambda engine: engine.drop_message(letter.id))
            self.thrown_away.add(letter.task_id)

    def check_told(self, final: set[str], known: set[str], told: int) -> None:
        super().check_told(final, known, told)
        zones = {state.id: state.timezone or self.memory.zone.key for state in self.apps()}
        rows = {message.id: message for message in self.memory.store.messages()}
        for _, message in self.memory.drafts.taken[self.seen :]:
            zone = ZoneInfo(zones[rows[message.id].application])
            assert not in_quiet_hours(self.memory, self.now, zone), f"written in quiet hours: {message}"
            assert message.id not in self.unsayable, f"sent after an event was logged: {message}"

    @invariant()
    def letters(self) -> None:
        if not hasattr(self, "sqlite"):
            return
        assert self.memory.drafts.taken == self.sqlite.drafts.taken
        self.seen = len(self.memory.drafts.taken)
        taken = Counter(message.id for _, message in self.memory.drafts.taken)
        rows = [m for m in self.memory.store.messages() if m.channel == "drafts"]
        of_task: dict[str | None, list[OutboxMessage]] = {}
        for row in rows:
            of_task.setdefault(row.task_id, []).append(row)
        tasks = {task.id: (state, task) for state in self.apps() for task in state.tasks}
        for task_id, letters in of_task.items():
            assert sum(taken[row.id] for row in letters) <= 1, f"handed over twice: {letters}"
            assert sum(row.status != "dropped" for row in letters) <= 1, f"there twice: {letters}"
            if task_id not in tasks:
                assert all(row.status != "pending" for row in letters), f"its task is gone: {letters}"
        for state, task in tasks.values():
            self.check_task(state, task, [row for row in of_task.get(task.id, []) if row.status != "dropped"])

    def check_task(self, state: ApplicationState, task: TaskState, there: list[OutboxMessage]) -> None:
        workflow = self.memory.workflow(state)
        rule_ = workflow.tasks.get(task.name)
        template = TEMPLATES.get(rule_.template or "") if rule_ and rule_.kind in ("letter", "email") else None
        if template is None or task.status != "open":
            assert all(row.status != "pending" for row in there), f"waits in vain: {there}"
        elif task.id not in self.thrown_away:
            assert len(there) == 1, f"no letter: {task}"
        contact = next((c for c in state.contacts if c.id == task.contact), None)
        if contact is None and not task.otherwise:  # for nobody in particular: whoever decides alone, or was met alone
            here = [c for c in state.contacts if state.round in c.rounds]
            deciding = [c for c in here if "decision_maker" in c.roles]
            met = deciding or [c for c in here if "interviewer" in c.roles]
            contact = met[0] if len(met) == 1 else None
        name = contact.name if contact else task.otherwise
        for row in there:
            if row.status == "pending":
                assert row.recipient == (
                    (contact.email or contact.name) if contact else task.otherwise or state.company
                )
                assert row.subject == state.company
                assert row.text.startswith(f"Dear {name.removeprefix('the ') if name else '[name]'}, ")


TestLetters = Letters.TestCase
TestLetters.settings = settings(max_examples=scaled(0.4), stateful_step_count=30)

del Story  # It is told in its own module.
