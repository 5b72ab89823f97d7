"""Taking applications over to other rules: what that would change, and the change itself, all at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from jobflow.core.application import ApplicationState, TaskState
from jobflow.core.compile import compile_workflow
from jobflow.core.decide import Decision, decide
from jobflow.core.errors import Refused
from jobflow.core.inputs import Upgrade
from jobflow.core.messages import contact_name
from jobflow.core.model import Workflow
from jobflow.core.upgrading import Renames, upgrade_of
from jobflow.core.views import rfc3339
from jobflow.engine.commands import Commands
from jobflow.ports import Entry, Reader, Writer

if TYPE_CHECKING:
    from jobflow.rulebook.load import Loaded
    from jobflow.workbench.comparing import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDates:
    """A task whose dates are otherwise; of one that is new `before` is None, of one that goes `after`.

    `before`, `after`: when it opens, is due and lapses.
    """

    name: str
    whom: str | None
    before: tuple[datetime | None, ...] | None
    after: tuple[datetime | None, ...] | None

    def to_json(self, zone: ZoneInfo) -> dict[str, Any]:
        """As `workflow upgrade --json` prints it."""
        return {
            "name": self.name,
            "whom": self.whom,
            "before": _dates(self.before, zone),
            "after": _dates(self.after, zone),
        }


def _dates(dates: tuple[datetime | None, ...] | None, zone: ZoneInfo) -> dict[str, str | None] | None:
    if dates is None:
        return None
    return {name: rfc3339(at, zone) for name, at in zip(("opens_at", "due_at", "lapses_at"), dates, strict=True)}


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradedApplication:
    """What becomes of one application. `to` None: its state is nowhere to be found there, and it would be stranded."""

    application: str
    company: str
    version: str
    state: str
    to: str | None
    tasks: tuple[NewDates, ...]
    zone: ZoneInfo

    def to_json(self) -> dict[str, Any]:
        """As `workflow upgrade --json` prints it."""
        return {
            "application": self.application,
            "version": self.version,
            "state": self.state,
            "to": self.to,
            "tasks": [task.to_json(self.zone) for task in self.tasks],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """What an upgrade changes, or did change. `changes`: of the rules, by the version that is left (`NAME VERSION`)."""

    workflow: str
    version: int
    done: bool
    changes: dict[str, tuple[Change, ...]]
    applications: tuple[UpgradedApplication, ...]

    @property
    def stranded(self) -> tuple[str, ...]:
        """The applications that can't go along."""
        return tuple(app.application for app in self.applications if app.to is None)

    def to_json(self) -> dict[str, Any]:
        """As `workflow upgrade --json` prints it."""
        return {
            "workflow": self.workflow,
            "version": self.version,
            "done": self.done,
            "changes": [
                {"from": version, **change.to_json()} for version, found in self.changes.items() for change in found
            ],
            "applications": [app.to_json() for app in self.applications],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """The rules that are gone over to, as the store keeps them."""

    workflow: Workflow
    text: str
    renames: Renames


class Upgrading(Commands):
    """`upgrade`."""

    def upgrade(
        self, workflow: str | Loaded, *applications: str | int, apply: bool = False, closed: bool = False
    ) -> Upgraded:
        """Show what it means to take applications over to a workflow as it is now; with `apply`, do it.

        Without `applications`: all that follow an older text of it, with `closed` those that are over too. Named ones
        may follow another workflow. One command: all of them or none, and `undo` takes it back.

        Raises `Refused` where one would be stranded, `InvalidFile`, `UnknownName`, or `RulesLoop`; nothing is changed.
        """
        if not apply:
            target = self._target(workflow, self.store)
            return self._upgraded(self.store, target, self._chosen(self.store, target, applications, closed), None)
        with self.store.writing() as writer:
            target = self._target(workflow, writer)
            chosen = self._chosen(writer, target, applications, closed)
            now = self._now(writer)
            if chosen:
                rules = target.workflow
                writer.put_workflow(rules.hash, rules.name, rules.version, target.text)
            found = self._upgraded(writer, target, chosen, writer)
            if found.stranded:
                raise Refused(
                    f"{', '.join(found.stranded)} would be stranded: their state is not in '{target.workflow.name}'"
                    " any more; nothing was changed.",
                    hint="say what it is called now (`renames: {states: {old: new}}`), or name the others alone.",
                )
            self._mark(writer, now)
            return found

    def _target(self, workflow: str | Loaded, reader: Reader) -> _Target:
        _, _, _, text = self._rules(workflow, reader)
        data = json.loads(text)
        compiled = compile_workflow(data)
        return _Target(workflow=compiled, text=text, renames=Renames.of(data).resolved(compiled))

    def _chosen(self, reader: Reader, target: _Target, applications: Sequence[str | int], closed: bool) -> list[Entry]:
        if applications:
            found = [self._entry(reader, reader.resolve(str(name))) for name in applications]
        else:
            names = [state.id for state in reader.applications(final=closed)]
            found = [self._entry(reader, id_) for id_ in names]
            found = [e for e in found if self._workflow(reader, e.state.workflow_hash).name == target.workflow.name]
        unique = {entry.state.id: entry for entry in found}.values()
        return [entry for entry in unique if entry.state.workflow_hash != target.workflow.hash]

    def _upgraded(self, reader: Reader, target: _Target, chosen: Sequence[Entry], writer: Writer | None) -> Upgraded:
        from jobflow.workbench.comparing import changes

        command = reader.counters().command
        old = {entry.state.workflow_hash: self._workflow(reader, entry.state.workflow_hash) for entry in chosen}
        return Upgraded(
            workflow=target.workflow.name,
            version=target.workflow.version,
            done=writer is not None,
            changes={
                f"{rules.name} {rules.version}": tuple(changes(rules, target.workflow, target.renames))
                for rules in old.values()
            },
            applications=tuple(self._upgrade_one(reader, target, entry, writer, command) for entry in chosen),
        )

    def _upgrade_one(
        self, reader: Reader, target: _Target, entry: Entry, writer: Writer | None, command: int
    ) -> UpgradedApplication:
        now, state = self._now(reader, writing=writer is not None), entry.state
        old = self._workflow(reader, state.workflow_hash)
        wanted = upgrade_of(old, target.workflow, state, target.renames)
        after = None
        if wanted is not None:
            decision = self._decide_upgrade(reader, target, state, wanted, now)
            after = decision.application
            if writer is not None:
                self._refuse_behind(writer, entry, now)
                self._carry_out(writer, entry, decision, now, command)
        return UpgradedApplication(
            application=state.slug,
            company=state.company,
            version=f"{old.name} {old.version}",
            state=state.state,
            to=after.state if after else None,
            tasks=tuple(_new_dates(state, after)) if after else (),
            zone=ZoneInfo(state.timezone) if state.timezone else self.parts.zone,
        )

    def _decide_upgrade(
        self, reader: Reader, target: _Target, state: ApplicationState, wanted: Upgrade, now: datetime
    ) -> Decision:
        context = self._context(reader, now)
        return decide(target.workflow, state, wanted, context, first_number=reader.counters().task)


def _new_dates(before: ApplicationState, after: ApplicationState) -> Iterator[NewDates]:
    """The tasks that are not settled before or after, where something about them changes."""
    old, new = {task.id: task for task in before.tasks}, {task.id: task for task in after.tasks}
    for id_ in dict.fromkeys((*old, *new)):
        was = _times(old.get(id_))
        now = _times(new.get(id_))
        if was != now:
            task, app = (new[id_], after) if id_ in new else (old[id_], before)
            yield NewDates(name=task.name, whom=contact_name(app, task), before=was, after=now)


def _times(task: TaskState | None) -> tuple[datetime | None, ...] | None:
    return None if task is None or task.settled else (task.opens_at, task.due_at, task.lapses_at)
