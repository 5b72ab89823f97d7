"""What files hold, as what `add` takes: a row of a table, or a whole application."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from jobflow.core.application import canonical_json
from jobflow.core.errors import Refused
from jobflow.core.facts import LONGEST_TEXT
from jobflow.core.inputs import NewContact
from jobflow.core.quoting import forbidden_character
from jobflow.engine import NewApplication

if TYPE_CHECKING:
    from jobflow.adapters.csv_import import Row

CARRIED = (
    "id", "company", "role", "workflow", "state", "entered_at", "outcome", "timezone", "facts", "contacts", "note",
)  # fmt: skip
"""What `import json` reads of an application; all else is worked out anew."""
FROM_APPLICATION = "from-application"
"""The workflow of applications without an interview yet."""
LONG_AGO = timedelta(weeks=6)
"""How long that workflow waits: what is older has ended, but that nobody could tell the user so while it went on."""
_OVER = {"applied": "no_response", "saved": "not_applied"}


def is_old(row: Row, today: date) -> bool:
    """Whether all that is known of a row is that it was applied for, or saved, long ago."""
    return (row.status.state if row.status else row.kind) in (_OVER.keys() & {row.kind}) and (
        today - row.began.day > LONG_AGO
    )


def as_new(row: Row, confirmed: bool, default: str, *, closed: bool = False) -> NewApplication:
    """What `add` takes. Without an interview it is in the workflow that begins before one.

    A state that did not begin at the date of a row without an interview begins now: nobody knows when else. A date that
    is not the beginning of the state is noted. `closed`: it has waited in vain for too long, and has ended.
    """
    from jobflow.adapters.csv_cells import AHEAD, BETWEEN, DATED

    status, notes = row.status, row.notes
    at: datetime | date | None = row.began.instant or row.began.day
    workflow, state = None, status.state if status else None
    outcome = status.outcome if status else None
    if row.kind != "interviewed":
        workflow, state = FROM_APPLICATION, state or row.kind
        if closed:
            state, outcome = "closed", _OVER[state]
        elif state not in DATED and outcome is None:
            at = None
    elif state in AHEAD or (state is None and default == FROM_APPLICATION):
        state = "interviewed"
    elif state == BETWEEN:
        workflow = FROM_APPLICATION
    if state not in (None, "interviewed", *DATED):
        notes = "\n".join(filter(None, (f"{row.kind}: {row.began.day}", notes)))[:LONGEST_TEXT]
    return NewApplication(
        company=row.company,
        role=row.role,
        workflow=workflow,
        at=at,
        contacts=row.contacts,
        facts={"decision_date": row.decision_by} if row.decision_by else {},
        state=state,
        outcome=outcome,
        interviewed=row.kind == "interviewed",
        note=notes,
        source=row.fingerprint,
        confirmed=confirmed,
    )


@dataclass(frozen=True, slots=True)
class WholeRow:
    """One application in the shape of `show --json`. `line`: which of the file's it is, from 1."""

    line: int
    data: Mapping[str, Any]

    @property
    def company(self) -> str:
        """As it is to be named where something is wrong with it."""
        return str(self.data.get("company", ""))[:200]

    @property
    def role(self) -> str | None:
        """The job."""
        role = self.data.get("role")
        return role if isinstance(role, str) else None

    @property
    def id(self) -> str | None:
        """What it is called in the home that it came from."""
        found = self.data.get("id")
        return found if isinstance(found, str) and 0 < len(found) <= 200 and not forbidden_character(found) else None

    @property
    def fingerprint(self) -> str:
        """The same for the same application, however often it is read."""
        if self.id is not None:
            return f"json:{self.id}"
        identity = canonical_json({name: repr(self.data.get(name)) for name in CARRIED})
        return f"json:{hashlib.sha256(identity.encode()).hexdigest()[:32]}"

    @property
    def contacts(self) -> tuple[NewContact, ...]:
        """Each role of each person."""
        return tuple(_people(self.data.get("contacts")))

    def as_new(self) -> NewApplication:
        """What `add` takes. Raises `Refused`."""
        data = self.data
        needed, further = ("company", "workflow", "state"), ("role", "outcome", "timezone", "note")
        texts = {name: data.get(name) for name in needed + further}
        for name, value in texts.items():
            if not isinstance(value, str) and not (value is None and name in further):
                raise Refused(f"'{name}' is {type(value).__name__}, expected a text.")
        facts, at = data.get("facts") or {}, data.get("entered_at")
        if not isinstance(facts, Mapping) or not isinstance(at, str):
            raise Refused("'facts' is to be a mapping, and 'entered_at' an instant.")
        try:
            entered = datetime.fromisoformat(at)
        except ValueError:
            raise Refused(
                f"'entered_at' is {at[:40]!r}, expected an instant such as 2026-03-10T14:00:00+01:00."
            ) from None
        return NewApplication(
            company=str(texts["company"]),
            role=texts["role"],
            workflow=texts["workflow"],
            at=entered,
            contacts=self.contacts,
            facts=dict(facts),
            timezone=texts["timezone"],
            state=texts["state"],
            outcome=texts["outcome"],
            note=texts["note"],
            source=self.fingerprint,
            confirmed=True,
            interviewed=data.get("round") != 0,
        )


def _people(contacts: object) -> Iterator[NewContact]:
    if contacts is None:
        return
    if not isinstance(contacts, list):
        raise Refused("'contacts' is to be a list.")
    for contact in contacts:
        if not isinstance(contact, Mapping) or not isinstance(contact.get("name"), str):
            raise Refused("a contact has a name and roles.")
        email, notes = contact.get("email"), contact.get("notes") or []
        for number, role in enumerate(contact.get("roles") or []):
            yield NewContact(str(role), contact["name"], str(email) if email else None)
            if number == 0:
                yield from (NewContact(str(role), contact["name"], None, str(note)) for note in notes)


def not_carried(applications: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """What the applications of a file say that `import json` does not read."""
    return tuple(dict.fromkeys(str(name) for data in applications for name in data if name not in CARRIED))


def whole(applications: Sequence[Mapping[str, Any]]) -> list[WholeRow]:
    """The applications of a file, numbered."""
    return [WholeRow(number, data) for number, data in enumerate(applications, start=1)]
