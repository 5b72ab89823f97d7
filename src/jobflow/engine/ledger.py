"""What a tick did, gathered page by page into the report that it returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from jobflow.core.application import ApplicationState
from jobflow.core.decide import Decision
from jobflow.core.records import MessageStatus, OutboxMessage
from jobflow.core.steps import CHANNEL
from jobflow.core.views import Moved, TaskChange, TickReport

KEEP = 10_000
"""The report names at most so many of each: a bulk tick's memory stays flat. The outbox and the history have all."""

_STATUS_OF = {
    "task_opened": "open",
    "task_put_off": "waiting",
    "task_done": "done",
    "task_skipped": "skipped",
    "task_lapsed": "lapsed",
    "task_cancelled": "cancelled",
    "task_withheld": "withheld",
}


class Ledger:
    """Collects what a tick decided and delivered. `bad`: applications that could not be decided, by id."""

    def __init__(self, now: datetime, zone: ZoneInfo) -> None:
        """Begin an empty one for a tick at `now`."""
        self.now, self.zone = now, zone
        self.bad: dict[str, str] = {}
        self.recorded = False
        self._moves: list[Moved] = []
        self._tasks: list[TaskChange] = []
        self._messages: dict[str, OutboxMessage] = {}
        self._failures: list[str] = []
        self._given_up: list[str] = []

    def quarantine(self, state: ApplicationState, error: Exception) -> None:
        """Name an application that could not be decided."""
        self.bad[state.id] = f"{state.slug}: {type(error).__name__}: {error}"

    def failed(self, channel: str, reason: str, *, again: bool) -> None:
        """Name a channel that could not deliver, and whether a later tick tries again."""
        who = f"channel {channel}"  # which what it refuses begins with, for whoever reads that alone
        self._note_failure(f"{who} could not deliver", reason.removeprefix(f"{who}: "), again)

    def step_failed(self, row: OutboxMessage, reason: str, *, again: bool) -> None:
        """The same of a step that did not run to its end."""
        step = f"step {row.channel.removeprefix(CHANNEL)} for {row.slug}"
        self._note_failure(f"{step} failed", reason, again)
        if not again:
            self.lost(f"{step} is given up. See: jobflow outbox list")

    def _note_failure(self, what: str, reason: str, again: bool) -> None:
        then = " A later tick tries again." if again else ""
        self._failures.append(f"{what}: {reason.rstrip('.')}.{then}")

    def plugins(self, faults: list[str]) -> None:
        """Take in what plugins did wrong."""
        self._failures += faults
        faults.clear()

    def lost(self, what: str) -> None:
        """Say what was given up."""
        self._given_up.append(what)

    def note(self, before: ApplicationState, decision: Decision, zone: ZoneInfo) -> None:
        """Take in one application's decision."""
        self.recorded |= bool(decision.events)
        statuses = {task.id: task.status for task in before.tasks}
        slug = before.slug
        for event in decision.events:
            data = event.data
            if event.type == "moved" and len(self._moves) < KEEP:
                self._moves.append(
                    Moved(
                        application=slug,
                        source=data["from"],
                        to=data["to"],
                        trigger=data["trigger"],
                        at=event.at,
                        zone=zone,
                    )
                )
            to = (
                ("open" if data["told_at"] else "waiting") if event.type == "task_added" else _STATUS_OF.get(event.type)
            )
            if to is not None:
                change = TaskChange(
                    application=slug, task=data["number"], name=data["name"], source=statuses.get(data["id"]), to=to
                )
                statuses[data["id"]] = to  # type: ignore[assignment]
                if len(self._tasks) < KEEP:
                    self._tasks.append(change)
        for message in decision.messages:
            if message.kind != "step" and len(self._messages) < KEEP:  # it says nothing to anybody
                self._messages[message.id] = message

    def delivered(self, messages: Sequence[OutboxMessage], status: MessageStatus, now: datetime) -> None:
        """Take in what became of messages."""
        count = "1 message" if len(messages) == 1 else f"{len(messages)} messages"
        if status == "dead":
            self.lost(f"{count} could not be delivered; given up. See: jobflow outbox list")
        if status == "unknown":
            self.lost(f"nobody can say whether {count} left. See: jobflow outbox list")
        for message in messages:
            if message.id in self._messages or len(self._messages) < KEEP:
                settled = None if status == "pending" else now
                self._messages[message.id] = replace(message, status=status, settled_at=settled)

    def report(self, next_wakeup_at: datetime | None, *, more_due: bool) -> TickReport:
        """The whole of it."""
        return TickReport(
            now=self.now,
            transitions=tuple(self._moves),
            tasks=tuple(self._tasks),
            messages=tuple(self._messages.values()),
            next_wakeup_at=next_wakeup_at,
            more_due=more_due,
            quarantined=tuple(self.bad.values()),
            failures=tuple(self._failures),
            given_up=tuple(self._given_up),
            zone=self.zone,
        )
