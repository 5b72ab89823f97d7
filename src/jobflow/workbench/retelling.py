"""A history told again as the steps that a person said, so that other rules can be tried on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from jobflow.core.errors import JobflowError
from jobflow.core.fold import effective
from jobflow.core.model import Workflow
from jobflow.core.records import Record
from jobflow.workbench.happenings import Difference, Happening, differences, happenings
from jobflow.workbench.steps import Step, take
from jobflow.workbench.virtual import Situation, Turn, Virtual, wait

YOU = "you said so"
"""Why tasks were settled and facts dropped that a person settled and dropped."""


def retold(records: Sequence[Record], workflow: Workflow) -> tuple[Step, ...]:
    """What was said, as far as it was not taken back; what ticks and steps of a workflow did is left out."""
    in_force = effective(records)
    teller = _Teller(workflow, in_force)
    said = (record for record in in_force if record.command is not None)
    return tuple(
        step for _, batch in groupby(said, key=lambda record: record.batch) for step in teller.steps(list(batch))
    )


class _Teller:
    def __init__(self, workflow: Workflow, in_force: Sequence[Record]) -> None:
        self.workflow = workflow
        self.renames = [record.data["renames"] for record in in_force if record.type == "upgraded"]
        people = {record.data["id"]: record.data["name"] for record in in_force if record.type == "contact_added"}
        added = [record.data for record in in_force if record.type == "task_added"]
        named = {data["id"]: self._called("tasks", data["name"]) for data in added}
        self.tasks = {id_: name for id_, name in named.items() if name in workflow.tasks}
        self.whom = {data["id"]: people.get(data["contact"] or "", data["otherwise"] or "") for data in added}
        self.roles: dict[str, tuple[str, ...]] = {}

    def steps(self, batch: list[Record]) -> Iterator[Step]:
        contacts = tuple(
            pair for record in batch if record.type == "contact_added" for pair in self._named(record.data)
        )
        told = [record.data for record in batch if record.type == "fact_set"]
        facts = {self._called("facts", data["name"]): data["value"] for data in told}
        dropped = [r for r in batch if r.type == "fact_dropped" and r.data["because"] == YOU]
        facts |= {self._called("facts", record.data["name"]): None for record in dropped}
        main = [step for record in batch if (step := self._main(record)) is not None]
        if main:
            yield replace(main[0], facts=facts, contacts=contacts if main[0].verb in ("add", "log") else ())
            yield from main[1:]
        elif facts or contacts:
            record = batch[0]
            base = Step(at=record.recorded_at, verb="set", facts=facts)
            yield replace(base, contacts=contacts) if facts else replace(base, verb="contact", contacts=contacts)

    def _main(self, record: Record) -> Step | None:
        """What a record says that somebody said it, None where it is something that followed."""
        data, at, said = record.data, record.at, record.recorded_at
        if record.type == "added":
            state = self._called("states", data["state"])
            return Step(at=at, said=said, verb="add", name=state if state != self.workflow.initial else "")
        if record.type == "event_logged":
            return Step(at=at, said=said, verb="log", name=self._called("events", data["event"]))
        name, whom = self.tasks.get(data.get("id", ""), ""), self.whom.get(data.get("id", ""), "")
        if name and record.type == "task_snoozed":
            until = datetime.fromisoformat(data["until"])
            return Step(at=at, said=said, verb="snooze", name=name, whom=whom, until=until)
        if name and record.type in ("task_done", "task_skipped") and data["because"] == YOU:
            return Step(at=at, said=said, verb="done" if record.type == "task_done" else "skip", name=name, whom=whom)
        return None

    def _called(self, kind: str, name: str) -> str:
        """What it is called now, after every upgrade."""
        for renames in self.renames:
            name = renames.get(kind, {}).get(name, name)
        return name

    def _named(self, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        known = self.roles.get(data["id"], ())
        self.roles[data["id"]] = tuple(data["roles"])
        fresh = [role for role in data["roles"] if role not in known] or data["roles"]
        yield from ((role, data["name"]) for role in fresh)


def lived(virtual: Virtual, steps: Iterable[Step], until: datetime) -> tuple[list[Happening], list[tuple[Step, str]]]:
    """What happens where these steps are said, up to `until`; and the steps that can't be said, with the reason."""
    refused: list[tuple[Step, str]] = []

    def turns() -> Iterator[Turn]:
        situation = Situation(None, until)
        for step in steps:
            if situation.application is not None:
                for turn in wait(virtual, situation, step.now):
                    situation = turn.after
                    yield turn
            try:
                turn = take(virtual, replace(situation, now=step.now), step)
            except JobflowError as error:
                refused.append((step, str(error)))
                continue
            situation = turn.after
            yield turn
        if situation.application is not None:
            yield from wait(virtual, situation, until)

    return list(happenings(turns())), refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Retold:
    """What would have been otherwise for one application. `refused`: what was said and could not be, and why."""

    application: str
    company: str
    zone: ZoneInfo
    differences: tuple[Difference, ...]
    refused: tuple[tuple[Step, str], ...]

    def to_json(self) -> dict[str, Any]:
        """As `workflow simulate --from-history --json` prints it."""
        return {
            "application": self.application,
            "company": self.company,
            "differences": [item.to_json(self.zone) for item in self.differences],
            "refused": [{**step.to_json(self.zone), "because": why} for step, why in self.refused],
        }


def compare(
    own: Virtual, other: Virtual, records: Sequence[Record], application: str, company: str, now: datetime
) -> Retold:
    """What the rules of `other` would have made of a history under those of `own`, up to `now`. Raises nothing."""
    steps = retold(records, own.workflow)
    before, _ = lived(own, steps, now)
    after, refused = lived(other, steps, now)
    return Retold(
        application=application,
        company=company,
        zone=own.zone,
        differences=tuple(differences(before, after)),
        refused=tuple(refused),
    )
