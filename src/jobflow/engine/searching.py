"""The search itself: one instance of a workflow with `subject: search`, whose facts are counted over all jobs."""

from __future__ import annotations

from datetime import datetime

from jobflow.core.aggregates import aggregates
from jobflow.core.application import ApplicationState, stamp
from jobflow.core.decide import decide
from jobflow.core.errors import Refused
from jobflow.core.inputs import Found
from jobflow.core.views import Application
from jobflow.engine.commands import Commands, NewApplication
from jobflow.engine.ledger import Ledger
from jobflow.ports import Entry, Reader, Writer

SEARCH = "search"
"""The value of the small table that names the instance, and the step that its counts are recorded as."""
TITLE = "Your search"
WORKFLOW = "keep-looking"


class Searching(Commands):
    """`search start`, `search show`, `search stop`, and what a tick counts."""

    def start_search(self, workflow: str = WORKFLOW) -> Application:
        """Begin to look after the search. Raises `Refused` where that has begun, or for a workflow about a job."""
        running = self._search(self.store)
        if running is not None and not running.state.final:
            raise Refused(f"your search is looked after already ({running.state.slug}).", hint="jobflow search show")
        (app,) = self.add_all([NewApplication(company=TITLE, workflow=workflow, subject=SEARCH)])
        with self.store.writing() as writer:
            writer.set_meta(SEARCH, app.id)
            self._count(writer, self._now(writer), None)
        return self._present(self.store, self._entry(self.store, app.id).state, self._now(self.store, writing=False))

    def search(self) -> Application:
        """The instance that looks after the search. Raises `Refused` where there is none."""
        running = self._search(self.store)
        if running is None:
            raise Refused("nobody looks after your search yet.", hint="jobflow search start")
        return self._present(self.store, running.state, self._now(self.store, writing=False))

    def stop_search(self) -> Application:
        """End it: nothing asks about the search any more."""
        return self.log(self.search().slug, "stopped")

    def _search(self, reader: Reader) -> Entry | None:
        id_ = reader.get_meta(SEARCH)
        return None if id_ is None else reader.entry(id_)

    def _count_search(self, now: datetime, ledger: Ledger) -> None:
        """What a tick does first: counts that changed are recorded. Nothing where nobody looks after the search."""
        if self.store.get_meta(SEARCH) is not None:
            with self.store.writing() as writer:
                self._count(writer, now, ledger)

    def _count(self, writer: Writer, now: datetime, ledger: Ledger | None) -> None:
        entry = self._search(writer)
        if entry is None or entry.state.final:
            return
        workflow = self._workflow(writer, entry.state.workflow_hash)
        context = self._context(writer, now)
        counted = aggregates(self._about_jobs(writer), entry.state.began_at, now, context.zone_of(entry.state))
        known = entry.state.facts
        sources = {fact.name: counted[fact.source] for fact in workflow.facts.values() if fact.source is not None}
        changed = {name: value for name, value in sources.items() if known.get(name) != value}
        if not changed:
            return
        found = Found(step=SEARCH, key=f"{entry.state.id}:{SEARCH}:{stamp(now)}", facts=changed)
        decision = decide(workflow, entry.state, found, context, first_number=writer.counters().task)
        self._commit(writer, entry, decision, now, "tick", None)
        if ledger is not None:
            ledger.note(entry.state, decision, context.zone_of(entry.state))

    def _about_jobs(self, reader: Reader) -> list[ApplicationState]:
        return [state for state in reader.applications(final=True) if self._is_job(reader, state)]
