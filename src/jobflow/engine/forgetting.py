"""Erasing one application, wholly: what is on disk besides the database is for whoever knows the files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jobflow.core.application import ApplicationState
from jobflow.core.errors import Refused
from jobflow.core.records import OutboxMessage, Record
from jobflow.engine.ledger import Ledger
from jobflow.engine.showing import Showing

SCRUB = "scrub"
"""The value of the small table that says that removed bytes may still be on disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doomed:
    """All that is known of an application that is about to be erased. `state` None: its `add` was taken back."""

    id: str
    slug: str
    state: ApplicationState | None
    records: tuple[Record, ...]
    messages: tuple[OutboxMessage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was erased, and what could not be. `files`: that were deleted or rewritten; `left`: in a sentence each."""

    application: str
    records: int
    messages: int
    files: tuple[str, ...]
    left: tuple[str, ...]
    dry_run: bool

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "application": self.application,
            "records": self.records,
            "messages": self.messages,
            "files": list(self.files),
            "left": list(self.left),
            "dry_run": self.dry_run,
        }


class Forgetting(Showing):
    """`forget`."""

    def _doomed(self, application: str | int) -> Doomed:
        """What would be erased. Raises `UnknownName`."""
        id_ = self.store.resolve(str(application))
        entry = self.store.entry(id_)
        records = tuple(self.store.history(id_))
        return Doomed(
            id=id_,
            slug=entry.state.slug if entry else str(records[0].data["slug"]),
            state=entry.state if entry else None,
            records=records,
            messages=tuple(self.store.messages(application_id=id_)),
        )

    def _erase(self, doomed: Doomed, files: Callable[[], tuple[str, ...]]) -> tuple[tuple[str, ...], list[str]]:
        """Erase it: first the `files`, so that a second run finds what a killed one left; then the database.

        Gives the files, and why what shows all tasks could not be brought up to date. Raises `Refused` while a tick
        is at work.
        """
        with self.store.lease("tick") as mine:
            if not mine:
                raise Refused("a tick is at work: nothing was erased.", hint="try again in a moment")
            erased = files()
            with self.store.writing() as writer:
                writer.set_meta(SCRUB, "pending")
                writer.forget(doomed.id)
            return erased, self._finish_erasing()

    def _finish_erasing(self) -> list[str]:
        """Leave no bytes of what was removed, in the database and in what shows all tasks; why the latter failed.

        Does nothing unless something was removed, be it by a `forget` that was killed before it came so far.
        """
        if self.store.get_meta(SCRUB) is None:
            return []
        ledger = Ledger(self._now(self.store, writing=False), self.parts.zone)
        self._show(ledger.now, ledger)
        self.store.scrub()
        with self.store.writing() as writer:
            writer.set_meta(SCRUB, None)
        return list(ledger.report(None, more_due=False).failures)
