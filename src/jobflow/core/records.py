"""What is written down: records of history, chained by hash, and messages of the outbox."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from jobflow.core.application import canonical_json, stamp

Cause = Literal["command", "tick", "undo"]
MessageKind = Literal["opened", "due", "overdue", "lapsed", "moved", "letter", "step"]
MessageStatus = Literal["pending", "claimed", "sent", "dropped", "overtaken", "dead", "unknown"]
WAITING = ("pending", "claimed")
"""The statuses of a message that is still to be delivered."""
STUCK = ("dead", "unknown")
"""The statuses of a message that waits for the user's word."""

GENESIS = ""
"""The hash that the first record of an application follows."""


class Event(NamedTuple):
    """A fact that `decide` found, in the past tense (`task_opened`). `at`: when it happened. `data` is plain JSON."""

    type: str
    at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An event as history keeps it. `seq` counts from 1 without gaps; `batch` is the `seq` of its decision's first.

    `command` numbers the user's commands across all applications; None for ticks. `hash` chains the record to the
    one before: SHA-256 of the previous hash and of everything else in the record. `text`, where given, is the
    canonical JSON of `data`.
    """

    application: str
    seq: int
    type: str
    at: datetime
    recorded_at: datetime
    cause: Cause
    command: int | None
    batch: int
    data: Mapping[str, Any]
    hash: str
    text: str = field(default="", repr=False, compare=False)


def record_hash(
    previous: str,
    application: str,
    seq: int,
    type_: str,
    at: str,
    recorded_at: str,
    cause: str,
    command: int | None,
    batch: int,
    data: str,
) -> str:
    """The hash of one record; instants and data as the texts that are stored."""
    parts = (previous, application, str(seq), type_, at, recorded_at, cause, str(command), str(batch), data)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def make_records(
    events: list[Event],
    *,
    application: str,
    after_seq: int,
    previous: str,
    recorded_at: datetime,
    cause: Cause,
    command: int | None,
) -> list[Record]:
    """Number, stamp and chain one decision's events. `previous` is the hash of record `after_seq`, GENESIS for 0."""
    records: list[Record] = []
    recorded = stamp(recorded_at)
    batch = after_seq + 1
    for seq, event in enumerate(events, start=batch):
        text = canonical_json(event.data)
        digest = record_hash(
            previous, application, seq, event.type, stamp(event.at), recorded, cause, command, batch, text
        )
        records.append(
            Record(
                application=application,
                seq=seq,
                type=event.type,
                at=event.at,
                recorded_at=recorded_at,
                cause=cause,
                command=command,
                batch=batch,
                data=event.data,
                hash=digest,
                text=text,
            )
        )
        previous = digest
    return records


def first_broken(records: list[Record]) -> int | None:
    """The `seq` of the first record whose number or hash does not follow from the one before; None if all do."""
    previous = GENESIS
    for expected, record in enumerate(records, start=1):
        digest = record_hash(
            previous,
            record.application,
            record.seq,
            record.type,
            stamp(record.at),
            stamp(record.recorded_at),
            record.cause,
            record.command,
            record.batch,
            canonical_json(record.data),
        )
        if record.seq != expected or digest != record.hash:
            return expected
        previous = digest
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """One thing to tell someone, frozen when it is enqueued. `key` is unique: the same thing is enqueued once.

    `seq` is the record of history that it tells of. `timezone` names the zone whose quiet hours hold it back.

    `task` is the task's number, None for a `moved`. `subject` and `text` are rendered. `not_before`: the end of the
    quiet hours where it was made in them, or the next attempt. `recipient` None: the user. `status`, `attempts`,
    `settled_at` and `error`, the last reason why it did not leave, are its delivery; `unknown`: nobody can say whether
    it left. A `step` is a step that waits to run: `channel` names it, `text` is its arguments.
    """

    id: str
    key: str
    seq: int
    channel: str
    kind: MessageKind
    application: str
    slug: str
    company: str
    task: int | None
    task_id: str | None
    subject: str
    text: str
    timezone: str
    created_at: datetime
    not_before: datetime
    due_at: datetime | None = None
    status: MessageStatus = "pending"
    attempts: int = 0
    settled_at: datetime | None = None
    recipient: str | None = None
    html: str | None = None
    error: str | None = None
