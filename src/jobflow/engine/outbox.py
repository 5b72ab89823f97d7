"""The user's view of what waits to be delivered, and their word on what could not be."""

from __future__ import annotations

from collections.abc import Callable

from jobflow.core.errors import Refused, UnknownName
from jobflow.core.records import WAITING, MessageStatus, OutboxMessage
from jobflow.engine.surroundings import Surroundings
from jobflow.ports import Reader, Writer

STUCK_SHOWN = 1000
"""Stuck messages that `stuck` gives at most."""


def failing(reader: Reader) -> list[OutboxMessage]:
    """Messages that did not leave when they should have, and are tried again by themselves."""
    return [message for message in reader.messages(status="pending") if message.error]


class Outbox(Surroundings):
    """`outbox list`, `retry`, `sent`, `drop`."""

    def outbox(self, status: MessageStatus | None = None) -> tuple[OutboxMessage, ...]:
        """Messages that wait or are stuck, oldest first; with `status` those of that status, settled ones too."""
        if status is not None:
            return tuple(self.store.messages(status=status))
        waiting = [message for each in WAITING for message in self.store.messages(status=each)]
        return (*self.stuck(), *sorted(waiting, key=lambda message: (message.not_before, message.created_at)))

    def stuck(self) -> tuple[OutboxMessage, ...]:
        """Messages that wait for the user's word: given up, or nobody knows whether they left."""
        return tuple(self.store.stuck_messages(STUCK_SHOWN))

    def failing(self) -> tuple[OutboxMessage, ...]:
        """Messages that did not leave when they should have, and are tried again by themselves."""
        return tuple(failing(self.store))

    def retry_message(self, name: str) -> OutboxMessage:
        """Deliver it (again) at the next tick, all attempts anew: it did not leave, or is wanted once more.

        `name` is an id or a unique beginning of one. Raises `UnknownName` or `Refused`.
        """
        return self._answer(name, "pending", _may_be_retried)

    def mark_sent(self, name: str) -> OutboxMessage:
        """It did leave. Raises `UnknownName` or `Refused`."""
        return self._answer(name, "sent", _may_have_left)

    def drop_message(self, name: str) -> OutboxMessage:
        """Don't deliver it. Raises `UnknownName` or `Refused`."""
        return self._answer(name, "dropped", _may_be_dropped)

    def _answer(self, name: str, status: MessageStatus, check: Callable[[OutboxMessage], None]) -> OutboxMessage:
        with self.store.lease("tick") as mine, self.store.writing() as writer:
            message = _named(writer, name)
            if not mine and message.status in WAITING:
                raise Refused("a tick is delivering right now.", hint="try again in a moment")
            check(message)
            # A tick that is held up must not meet an instant before its last one.
            writer.answer_message(message.id, status, self._now(writer, writing=False))
            return _named(writer, message.id)


def _named(writer: Writer, name: str) -> OutboxMessage:
    messages = writer.messages()
    found = [m for m in messages if m.id == name] or [m for m in messages if name and m.id.startswith(name.lower())]
    if len(found) > 1:
        raise Refused(f"'{name}' could be any of {len(found)} messages.", hint="write more of the id")
    if not found:
        raise UnknownName("message", name, hint="`jobflow outbox list --all` shows their ids.")
    return found[0]


def _may_be_retried(message: OutboxMessage) -> None:
    if message.status == "sent":
        raise Refused("this message was sent already.", hint="nobody is told twice")
    if message.status == "overtaken":
        raise Refused("a newer message said the same and more; it is not sent again.")


def _may_have_left(message: OutboxMessage) -> None:
    if message.status == "overtaken":
        raise Refused("a newer message was sent in its place.")


def _may_be_dropped(message: OutboxMessage) -> None:
    if message.status in ("sent", "overtaken"):
        raise Refused(f"this message is {message.status} already; there is nothing to drop.")
