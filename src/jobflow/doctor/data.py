"""What is recorded: the database, its last instant, and what could not be delivered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from jobflow.adapters.sqlite import SQLiteStore
from jobflow.core.application import unstamp
from jobflow.core.errors import JobflowError
from jobflow.doctor.check import Check, refused
from jobflow.doctor.patient import Patient
from jobflow.engine.forgetting import SCRUB
from jobflow.engine.outbox import STUCK_SHOWN, failing
from jobflow.engine.surroundings import BACK, RESTORE
from jobflow.engine.ticking import JUMP

SHOWN = 5
"""Messages that are named; of more, only how many."""


def database(patient: Patient) -> Iterator[Check]:
    """Every page, every hash chain, every state; then the clock and the outbox."""
    path = patient.home.database
    if not patient.begun:
        yield Check("database", "ok", "nothing is recorded yet")
        return
    try:
        with closing(SQLiteStore(path, create=False)) as store:
            faults = store.verify()
            for fault in faults:
                yield Check("database", "fault", f"{fault}.", RESTORE)
            if not faults:
                yield Check("database", "ok", f"{path}: every history and every state is as it was written")
            if store.get_meta(SCRUB) is not None:
                found = "what was erased is not gone yet from the bytes of the file: that run was killed."
                yield Check("erased", "warning", found, "say any `jobflow forget APP` again")
            yield from _clock(patient, store)
            yield from _outbox(store)
    except JobflowError as error:
        yield refused("database", error, RESTORE)


def _clock(patient: Patient, store: SQLiteStore) -> Iterator[Check]:
    recorded, ticked = (store.get_meta(name) for name in ("last_instant", "last_tick"))
    now, zone = patient.now, patient.zone
    local = f"{now.astimezone(zone):%Y-%m-%d %H:%M} ({zone.key})"
    if recorded and unstamp(recorded) - now > BACK:
        last = f"{unstamp(recorded).astimezone(zone):%Y-%m-%d %H:%M}"
        found = f"it is {local}, but the last thing was recorded at {last}: until then nothing can be."
        yield Check("clock", "fault", found, "set the clock; or `jobflow undo` what was recorded under a wrong one")
    elif ticked and now - unstamp(ticked) > JUMP and store.get_meta("held_tick"):
        found = f"it is {local}, {(now - unstamp(ticked)).days} days after the last tick; the next one waits."
        yield Check("clock", "warning", found, "jobflow tick --accept-jump, if the clock is right")
    else:
        yield Check("clock", "ok", local)


def _outbox(store: SQLiteStore) -> Iterator[Check]:
    stuck = store.stuck_messages(STUCK_SHOWN)
    for message in stuck[:SHOWN]:
        to = f" to {message.recipient}" if message.recipient else ""
        what = f"“{message.subject}”{to} ({message.channel})"
        id_ = message.id[:8]
        if message.status == "unknown":
            mend = f"if it left: jobflow outbox sent {id_}; if not: jobflow outbox retry {id_}"
            yield Check("outbox", "fault", f"{what} may or may not have left: {message.error}.", mend)
        else:
            mend = f"jobflow outbox retry {id_}, or jobflow outbox drop {id_}"
            yield Check("outbox", "fault", f"{what} could not be delivered: {message.error}.", mend)
    if len(stuck) > SHOWN:
        found = f"{len(stuck) - SHOWN} more could not be delivered, or may not have left."
        yield Check("outbox", "fault", found, "jobflow outbox list")
    again = failing(store)
    for channel in dict.fromkeys(message.channel for message in again):
        reasons = [message.error for message in again if message.channel == channel]
        found = f"{len(reasons)} for {channel} did not leave yet: {reasons[-1]}."
        yield Check("outbox", "warning", found, "they are tried again by themselves")
    if not stuck and not again:
        yield Check("outbox", "ok", "nothing is stuck")
