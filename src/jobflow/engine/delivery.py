"""From the outbox to the channels: claim and commit, send with no transaction open, record what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from jobflow.core.messages import still_holds
from jobflow.core.records import MessageStatus, OutboxMessage
from jobflow.engine.ledger import Ledger
from jobflow.engine.surroundings import Surroundings
from jobflow.ports import Channel, Writer

PAGE = 500
"""Messages handed to a channel at once."""
ATTEMPTS = 8
"""A message that a channel failed to deliver so often is given up, and the tick says so."""


class Delivery(Surroundings):
    """What a tick does after it has committed. A crash in between repeats a reminder to the user, once."""

    def _deliver(self, now: datetime, ledger: Ledger) -> None:
        with self.store.writing() as writer:
            lost = writer.bury_messages(tuple(self.parts.channels), now)
        if lost:
            ledger.lost(f"{lost} messages waited for a channel that config.yaml names no more; they are given up.")
        for channel in self.parts.channels.values():
            while self._deliver_page(channel, now, ledger) == PAGE:
                pass

    def _deliver_page(self, channel: Channel, now: datetime, ledger: Ledger) -> int:
        """Deliver a page; how many messages it had. 0 after a failure: the rest would fail alike."""
        with self.store.writing() as writer:
            claimed = writer.claim_messages(channel.name, now, PAGE)
            ready = self._ready(writer, claimed, now)
        if not ready:
            return len(claimed)
        try:
            channel.deliver(ready)
        except Exception as error:  # A channel that fails must not stop the others; its messages stay.
            ledger.failed(channel.name, error)
            last = [message for message in ready if message.attempts + 1 >= ATTEMPTS]
            self._settle_delivery(last, "dead", now, ledger)
            self._settle_delivery([message for message in ready if message not in last], "pending", now, ledger)
            return 0
        self._settle_delivery(ready, "sent", now, ledger)
        return len(claimed)

    def _settle_delivery(
        self, messages: Sequence[OutboxMessage], status: MessageStatus, now: datetime, ledger: Ledger
    ) -> None:
        if messages:
            with self.store.writing() as writer:
                writer.settle_messages([message.id for message in messages], status, now)
            ledger.delivered(messages, status, now)

    def _ready(self, writer: Writer, claimed: Sequence[OutboxMessage], now: datetime) -> list[OutboxMessage]:
        """Which of them may be said now: not in quiet hours, still true, and the last word on their task."""
        calendar = self._calendar(writer, now.year)
        ends = {m.timezone: calendar.quiet_until(now, ZoneInfo(m.timezone)) for m in claimed}
        # Held back in one night's quiet hours, and no tick came until the next night's.
        for not_before in {end for end in ends.values() if end > now}:
            writer.hold_messages([m.id for m in claimed if ends[m.timezone] == not_before], not_before)
        awake = [m for m in claimed if ends[m.timezone] <= now]
        untrue = [m for m in awake if m.created_at < now and not self._is_true(writer, m)]
        writer.settle_messages([m.id for m in untrue], "dropped", now)
        true = [m for m in awake if m not in untrue]
        latest = set({(m.application, m.task or m.id): m.id for m in true}.values())
        writer.settle_messages([m.id for m in true if m.id not in latest], "overtaken", now)
        return [m for m in true if m.id in latest]

    def _is_true(self, writer: Writer, message: OutboxMessage) -> bool:
        """What waited may be so no longer: a tick since then settled its task."""
        entry = writer.entry(message.application)
        return still_holds(message, entry.state if entry else None)
