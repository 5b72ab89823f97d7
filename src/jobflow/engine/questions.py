"""What can be asked: nothing here writes."""

from __future__ import annotations

import builtins
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from jobflow.core.calendar import instant
from jobflow.core.context import Context
from jobflow.core.draft import Draft
from jobflow.core.explain import explain
from jobflow.core.model import Workflow
from jobflow.core.present import present_tasks
from jobflow.core.records import Record
from jobflow.core.views import Application, Explanation, PlanItem, Task
from jobflow.engine.moments import When, as_instant, check_moment
from jobflow.engine.planning import foreseen, plan_application
from jobflow.engine.surroundings import Surroundings
from jobflow.engine.telling import silence, told

FORESEEN = timedelta(days=366)
"""How far `explain` looks ahead for what comes next."""


class Questions(Surroundings):
    """`get`, `list`, `next`, `history`, `explain`, `plan`."""

    def get(self, application: str | int) -> Application:
        """One application as of now. Raises `UnknownName`."""
        entry = self._entry(self.store, self.store.resolve(str(application)))
        return self._present(self.store, entry.state, self._now(self.store, writing=False))

    def list(self, *, all: bool = False) -> tuple[Application, ...]:
        """Every application that is not closed, or every one, by number."""
        now = self._now(self.store, writing=False)
        states = (state for state in self.store.applications(final=all) if self._is_job(self.store, state))
        return tuple(self._present(self.store, state, now) for state in states)

    def next(self, now: datetime | None = None) -> tuple[Task, ...]:
        """What to do now, most pressing first: overdue, then by due date."""
        at = as_instant(now, self.parts.zone) if now else self._now(self.store, writing=False)
        context = self._context(self.store, at)
        found: builtins.list[Task] = []
        for state in self.store.applications(final=False):
            workflow = self._workflow(self.store, state.workflow_hash)
            found += [t for t in present_tasks(context, workflow, state) if t.status in ("open", "overdue")]
        far = datetime.max.replace(tzinfo=at.tzinfo)
        return tuple(sorted(found, key=lambda task: (task.due_at or far, task.number)))

    def history(self, application: str | int) -> tuple[Record, ...]:
        """Everything recorded about an application, the retracted too."""
        records = self._records_of(self.store, self.store.resolve(str(application)))
        return tuple(replace(record, data=MappingProxyType(dict(record.data))) for record in records)

    def zone_of(self, application: str | int) -> ZoneInfo:
        """The zone that an application's rules apply in."""
        entry = self.store.entry(self.store.resolve(str(application)))
        return ZoneInfo(entry.state.timezone) if entry and entry.state.timezone else self.parts.zone

    def explain(self, application: str | int) -> Explanation:
        """Which rule, which anchor, which date; and why what is not due is not."""
        state = self._entry(self.store, self.store.resolve(str(application))).state
        context = self._context(self.store, self._now(self.store, writing=False))
        workflow = self._workflow(self.store, state.workflow_hash)
        said = told(self.store.messages(application_id=state.id), context, workflow, state)
        coming = plan_application(context, workflow, state, context.now + FORESEEN)
        return replace(
            explain(Draft(context, workflow, state, False, 0), foreseen(context, workflow, state)),
            messages=tuple(said),
            silence=silence(said, context, workflow, state, self.parts.reminded, coming),
        )

    def plan(self, application: str | int | None = None, *, until: When = None) -> tuple[PlanItem, ...]:
        """What will come due if nothing happens, in order, up to `until` (eight weeks where None)."""
        now = self._now(self.store, writing=False)
        context = self._context(self.store, now)
        if until is None:
            end = now + timedelta(weeks=8)
        elif isinstance(until, datetime):
            end = as_instant(until, self.parts.zone)
        else:
            check_moment(until)
            end = instant(until, 24 * 60, self.parts.zone)
        if application is None:
            states = builtins.list(self.store.applications(final=False))
        else:
            states = [self._entry(self.store, self.store.resolve(str(application))).state]
        items: builtins.list[PlanItem] = []
        for state in states:
            items += plan_application(context, self._workflow(self.store, state.workflow_hash), state, end)
        return tuple(sorted(items, key=lambda item: (item.at, item.application)))

    def workflow_of(self, application: str | int) -> Workflow:
        """The compiled workflow that an application is pinned to."""
        entry = self._entry(self.store, self.store.resolve(str(application)))
        return self._workflow(self.store, entry.state.workflow_hash)

    def context_at(self, now: datetime) -> Context:
        """The surroundings of a decision at `now` (aware), for calling `decide` and the other pure functions."""
        return self._context(self.store, as_instant(now, self.parts.zone))
