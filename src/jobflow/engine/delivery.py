"""From the outbox to the channels: claim and commit, send with no transaction open, record what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from jobflow.contracts import Channel, Failed, Message, Outcome, Retry, Sent, Unknown
from jobflow.core.backoff import next_attempt
from jobflow.core.digest import digest, html_of, most_pressing, subject_of
from jobflow.core.draft import derived_id
from jobflow.core.errors import JobflowError
from jobflow.core.messages import still_holds
from jobflow.core.records import MessageStatus, OutboxMessage
from jobflow.core.steps import CHANNEL
from jobflow.engine.ledger import Ledger
from jobflow.engine.surroundings import Surroundings
from jobflow.ports import Writer

PAGE = 500
"""Reminders joined into one notification at most."""
PATIENCE = 3
"""Letters in a row that a channel may fail to deliver before the rest waits for the next tick."""


class Delivery(Surroundings):
    """What a tick does after it has committed.

    Reminders go to the user at least once: a crash between sending and recording repeats them. A letter goes to
    somebody else at most once: whatever leaves it open whether it left makes it `unknown`, and the user is asked.
    """

    def _deliver(self, now: datetime, ledger: Ledger) -> None:
        with self.store.writing() as writer:
            lost = writer.bury_messages((*self.parts.channels, *(CHANNEL + name for name in self.parts.steps)), now)
        if lost:
            ledger.lost(f"{lost} messages waited for a channel or step that is there no more; they are given up.")
        for channel in self.parts.channels.values():
            self._deliver_to(channel, now, ledger)

    def _let_go(self) -> None:
        for channel in self.parts.channels.values():
            close = getattr(channel, "close", None)
            if close is not None:
                with suppress(Exception):  # Everything was sent and recorded already.
                    close()

    def _deliver_to(self, channel: Channel, now: datetime, ledger: Ledger) -> None:
        # One letter at a time: a crash leaves no more than one open. One digest at a time: the rest would fail alike.
        page, patience = (1, PATIENCE) if getattr(channel, "letters", False) else (PAGE, 1)
        while patience and not getattr(channel, "spent", False):
            with self.store.writing() as writer:
                claimed = writer.claim_messages(channel.name, now, page)
                ready = self._ready(writer, claimed, now, ledger)
            if ready and not self._send(channel, ready, now, ledger):
                patience -= 1
            if len(claimed) < page:
                return

    def _send(self, channel: Channel, ready: Sequence[OutboxMessage], now: datetime, ledger: Ledger) -> bool:
        """Send what is ready as one message and record what became of it; whether to go on."""
        message = joined(ready)
        outcome = attempt(channel, message)
        match outcome:
            case Sent():
                self._became(ready, "sent", now, ledger)
                return True
            case Failed(reason):
                ledger.failed(channel.name, reason, again=False)
                self._became(ready, "dead", now, ledger, reason)
                return True
            case Unknown(reason) if ready[0].recipient is not None:
                ledger.failed(channel.name, reason, again=False)
                self._became(ready, "unknown", now, ledger, reason)
            case Retry(reason) | Unknown(reason):
                ledger.failed(channel.name, reason, again=True)
                after = outcome.after if isinstance(outcome, Retry) else None
                # By the key of the whole: what left together comes back together, and is known by the same key.
                again = {m.id: next_attempt(message.key, m.attempts + 1, now, after) for m in ready}
                self._became([m for m in ready if again[m.id] is None], "dead", now, ledger, reason)
                for at in sorted({at for at in again.values() if at is not None}):
                    some = [m for m in ready if again[m.id] == at]
                    self._became(some, "pending", now, ledger, reason, at)
        return False

    def _became(
        self,
        messages: Sequence[OutboxMessage],
        status: MessageStatus,
        now: datetime,
        ledger: Ledger,
        error: str | None = None,
        again: datetime | None = None,
    ) -> None:
        if messages:
            with self.store.writing() as writer:
                writer.settle_messages([m.id for m in messages], status, now, error=error, again=again)
            ledger.delivered(messages, status, now)

    def _ready(
        self, writer: Writer, claimed: Sequence[OutboxMessage], now: datetime, ledger: Ledger
    ) -> list[OutboxMessage]:
        """Which of them may be said now: not in quiet hours, still true, and the last word on their task."""
        open_ = [m for m in claimed if m.recipient is not None and m.status == "claimed"]
        if open_:
            reason = "jobflow was stopped while it was being sent"
            writer.settle_messages([m.id for m in open_], "unknown", now, error=reason)
            ledger.delivered(open_, "unknown", now)
        claimed = [m for m in claimed if m not in open_]
        calendar = self._calendar(writer, now.year)
        ends = {m.timezone: calendar.quiet_until(now, ZoneInfo(m.timezone)) for m in claimed}
        # Held back in one night's quiet hours, and no tick came until the next night's.
        for not_before in {end for end in ends.values() if end > now}:
            writer.hold_messages([m.id for m in claimed if ends[m.timezone] == not_before], not_before)
        awake = [m for m in claimed if ends[m.timezone] <= now]
        untrue = [m for m in awake if m.created_at < now and not self._is_true(writer, m)]
        writer.settle_messages([m.id for m in untrue], "dropped", now)
        true = [m for m in awake if m not in untrue]
        latest = set({(m.application, m.task or m.id, m.recipient): m.id for m in true}.values())
        writer.settle_messages([m.id for m in true if m.id not in latest], "overtaken", now)
        return [m for m in true if m.id in latest]

    def _is_true(self, writer: Writer, message: OutboxMessage) -> bool:
        """What waited may be so no longer: a tick since then settled its task."""
        entry = writer.entry(message.application)
        return still_holds(message, entry.state if entry else None)


def joined(messages: Sequence[OutboxMessage]) -> Message:
    """What a channel is given: one letter as it is, or reminders joined. The same messages give the same key."""
    parts = tuple(_alone(message) for message in most_pressing(messages))
    first = parts[0]
    if first.recipient is not None:
        return first
    if len(parts) == 1:
        return replace(first, text=digest(messages), html=html_of(messages))
    key = derived_id(*sorted(part.key for part in parts))
    return Message(
        id=key,
        key=key,
        kind=first.kind,
        subject=subject_of(messages),
        text=digest(messages),
        html=html_of(messages),
        application=first.application if len({part.application for part in parts}) == 1 else None,
        tasks=tuple(number for part in parts for number in part.tasks),
        parts=parts,
    )


def _alone(message: OutboxMessage) -> Message:
    return Message(
        id=message.id,
        key=message.key,
        kind=message.kind,
        subject=message.subject,
        text=message.text,
        html=message.html,
        application=message.slug,
        tasks=() if message.task is None else (message.task,),
        recipient=message.recipient,
    )


def reason_of(error: BaseException) -> str:
    """Why something did not work, on one line."""
    if isinstance(error, JobflowError):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def attempt(channel: Channel, message: Message) -> Outcome:
    """One delivery, whatever the channel does: what it raises or answers otherwise becomes an outcome."""
    try:
        outcome: object = channel.send(message)
    except (Exception, SystemExit) as error:  # A stranger's code: it must not stop the others.
        reason = reason_of(error)
        never_began = isinstance(error, JobflowError) and error.nothing_left
        return Retry(reason) if message.recipient is None or never_began else Unknown(reason)
    if not isinstance(outcome, Sent | Retry | Failed | Unknown):
        reason = f"it answered {type(outcome).__name__} where Sent, Retry, Failed or Unknown was expected"
        return Unknown(reason) if message.recipient is not None else Failed(reason)
    return outcome
