"""People whom the user knows at employers that they applied to: who might put in a word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jobflow.core.contacts import check_email, check_name
from jobflow.core.errors import Refused
from jobflow.core.quoting import forbidden_character
from jobflow.core.views import Application

_LEGAL = frozenset(
    "inc incorporated corp corporation co company ltd limited llc llp plc gmbh ag sa sarl bv ab oy as".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Somebody who works for an employer applied to: `email` may be empty."""

    application: str
    name: str
    email: str
    position: str

    def to_json(self) -> dict[str, str]:
        """Plain values."""
        return {name: getattr(self, name) for name in self.__slots__}


def propose(people: Iterable[Mapping[str, str]], applications: Sequence[Application]) -> tuple[Proposal, ...]:
    """Who of these people works for one of these employers and is not known there yet."""
    by_company: dict[str, list[Application]] = {}
    for app in applications:
        by_company.setdefault(company_key(app.company), []).append(app)
    found = []
    for person in people:
        for app in by_company.get(company_key(person.get("company", "")), ()):
            name, email = _person(person)
            if name and not any(contact.name.casefold() == name.casefold() for contact in app.contacts):
                position = _on_a_line(person.get("position", ""))
                found.append(Proposal(application=app.slug, name=name, email=email, position=position))
    return tuple(found)


def company_key(name: str) -> str:
    """A company's name without its legal form: "Acme, Inc." and "acme" are one."""
    words = re.findall(r"\w+", name.casefold())
    while len(words) > 1 and words[-1] in _LEGAL:
        words.pop()
    return " ".join(words) or name.strip().casefold()


def _on_a_line(text: str) -> str:
    """The text without what a terminal would take for a command."""
    return " ".join("".join(char if not forbidden_character(char) else " " for char in text).split())


def _person(person: Mapping[str, str]) -> tuple[str, str]:
    """A name and an address that a contact may have; empty where they may not."""
    try:
        name = check_name(_on_a_line(person.get("name", "")))
    except Refused:
        return "", ""
    try:
        return name, check_email(person.get("email", ""))
    except Refused:
        return name, ""
