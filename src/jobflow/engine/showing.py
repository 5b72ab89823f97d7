"""The agenda: every open and coming task, for the channels that show them all. Shown only when it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Protocol, runtime_checkable

from jobflow.contracts import AgendaItem, Outcome, Retry, Sent
from jobflow.core.application import canonical_json, stamp
from jobflow.engine.delivery import reason_of
from jobflow.engine.ledger import Ledger
from jobflow.engine.surroundings import Surroundings

SHOWN = ("waiting", "open", "overdue")


@runtime_checkable
class Shows(Protocol):
    """A channel that shows the agenda."""

    @property
    def name(self) -> str:
        """Its name in config.yaml."""

    def show(self, agenda: tuple[AgendaItem, ...]) -> Outcome:
        """Show these and nothing else."""


class Showing(Surroundings):
    """What a tick does last. Its cost follows the number of live applications: for a person's search, not a firm's."""

    def _show(self, now: datetime, ledger: Ledger) -> None:
        channels = [channel for channel in self.parts.channels.values() if isinstance(channel, Shows)]
        if not channels:
            return
        agenda = tuple(self._agenda(now))
        plain = [_plain(item) for item in agenda]
        for channel in channels:
            meta = f"agenda:{channel.name}"
            # With its options: another file, or another alarm, is to be shown although no task changed.
            shown = canonical_json([plain, self.parts.settings.channels.get(channel.name)])
            digest = hashlib.sha256(shown.encode()).hexdigest()
            if self.store.get_meta(meta) == digest:
                continue
            outcome = _attempt(channel, agenda)
            if isinstance(outcome, Sent):
                with self.store.writing() as writer:
                    writer.set_meta(meta, digest)
            else:
                ledger.failed(channel.name, outcome.reason, again=True)

    def _agenda(self, now: datetime) -> Iterator[AgendaItem]:
        for state in self.store.applications(final=False):
            application = self._present(self.store, state, now)
            for task in application.tasks:
                if task.status in SHOWN and task.opens_at is not None:
                    yield AgendaItem(
                        uid=task.id,
                        task=task.number,
                        application=application.slug,
                        company=application.company,
                        title=task.title,
                        kind=task.kind,
                        status=task.status,
                        opens_at=task.opens_at,
                        due_at=task.due_at,
                        timezone=task.zone.key or "UTC",
                        why=task.why,
                    )


def _plain(item: AgendaItem) -> dict[str, object]:
    return {name: stamp(v) if isinstance(v, datetime) else v for name, v in asdict(item).items()}


def _attempt(channel: Shows, agenda: tuple[AgendaItem, ...]) -> Outcome:
    try:
        outcome: object = channel.show(agenda)
    except (Exception, SystemExit) as error:  # A stranger's code: it must not stop the others.
        return Retry(reason_of(error))
    if not isinstance(outcome, Outcome):
        return Retry(f"it answered {type(outcome).__name__} where Sent, Retry, Failed or Unknown was expected")
    return outcome
