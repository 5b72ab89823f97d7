"""The outbox as text: what is stuck and how to mend it, then what waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from jobflow.core.records import STUCK, WAITING, OutboxMessage
from jobflow.render.words import bold, dim, full_words, plural

SHORT = 8
"""So much of an id is shown: enough to name it."""

_MEND = {
    "dead": "once it is mended: jobflow outbox retry {id} · or: jobflow outbox drop {id}",
    "unknown": "it may have left. If it did: jobflow outbox sent {id} · if not: jobflow outbox retry {id}",
}


def outbox_lines(messages: Sequence[OutboxMessage], zone: ZoneInfo) -> Iterator[str]:
    """Stuck ones with what to type, then those that wait, then (with --all) the rest."""
    if not messages:
        yield "Nothing waits to be delivered."
    groups = {
        "Could not be delivered": [m for m in messages if m.status in STUCK],
        "Waiting": [m for m in messages if m.status in WAITING],
        "Settled": [m for m in messages if m.status not in (*STUCK, *WAITING)],
    }
    for heading, group in groups.items():
        if group:
            yield bold(heading)
        for message in group:
            yield from _message_lines(message, zone)


def _message_lines(message: OutboxMessage, zone: ZoneInfo) -> Iterator[str]:
    to = f" to {message.recipient}" if message.recipient else ""
    yield f"  {message.id[:SHORT]}  {message.subject}{to}  ({message.channel}, {message.status})"
    if message.error:
        yield dim(f"            {message.error}")
    if message.status in _MEND:
        yield dim(f"            {_MEND[message.status].format(id=message.id[:SHORT])}")
    elif message.status in WAITING:
        yield dim(f"            not before {full_words(message.not_before, zone)}")


def answered_line(message: OutboxMessage) -> str:
    """What a word of the user's came to."""
    became = {"pending": "goes out with the next tick", "sent": "counts as sent", "dropped": "will not be sent"}
    return f"“{message.subject}” {became[message.status]}."


def stuck_line(messages: Sequence[OutboxMessage]) -> str:
    """One line for those who look at what to do, not at the outbox."""
    count = Counter[str](message.status for message in messages)
    said = {"dead": "could not be delivered", "unknown": "may or may not have left", "pending": "did not leave yet"}
    parts = [f"{plural(count[status], 'message')} {what}" for status, what in said.items() if count[status]]
    return f"{', '.join(parts)}: jobflow outbox list"
