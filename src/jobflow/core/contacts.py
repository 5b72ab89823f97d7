"""People as the user types them: `ROLE=NAME[ <EMAIL>]`. Whether the role exists is the workflow's to say."""

from __future__ import annotations

import re

from jobflow.core.errors import Refused
from jobflow.core.quoting import forbidden_character, shown

EXAMPLE = "interviewer=Ada Byron <ada@acme.example>"
LONGEST_NAME = 200
_ROLE = re.compile(r"[a-z][a-z0-9_-]*")
_PERSON = re.compile(r"(?P<name>[^<>]*?)\s*(?:<\s*(?P<email>[^<>]*?)\s*>)?")
_LOCAL = re.compile(r"[^\s@<>()\[\]\\,;:\"]+")
_DOMAIN = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")


def parse_contact(text: str) -> tuple[str, str, str | None]:
    """Role, name and e-mail address (None where none is given). Raises `Refused`."""
    role, separator, person = text.partition("=")
    role = role.strip().lower().replace(" ", "_")
    if not separator or not _ROLE.fullmatch(role):
        raise Refused(f"contact {shown(text)}: expected ROLE=NAME, with <EMAIL> if known.", hint=f"such as '{EXAMPLE}'")
    name, email = parse_person(person)
    return role, name, email


def parse_person(text: str) -> tuple[str, str | None]:
    """`NAME[ <EMAIL>]`: the name and the address. A line break or control character is refused, not cleaned away."""
    forbidden = forbidden_character(text)
    if forbidden:
        raise Refused(f"contact {shown(text)}: a name holds no line break or control character ({forbidden}).")
    match = _PERSON.fullmatch(text.strip())
    if not match:
        raise Refused(f"contact {shown(text)}: expected NAME, with <EMAIL> if known.", hint=f"such as '{EXAMPLE}'")
    email = None if match["email"] is None else check_email(match["email"])
    return check_name(match["name"]), email


def check_name(name: str) -> str:
    """The name, blanks collapsed. Refused where it is empty, too long, or an address."""
    name = " ".join(name.split())
    if not name:
        raise Refused("a contact has no name.", hint=f"such as '{EXAMPLE}'")
    if len(name) > LONGEST_NAME:
        raise Refused(f"contact {shown(name)}: a name has at most {LONGEST_NAME} characters.")
    if "@" in name and _is_email(name):
        raise Refused(f"contact {shown(name)} is an address without a name.", hint=f"such as '{EXAMPLE}'")
    return name


def check_email(email: str) -> str:
    """The address, if it has the shape of one: local@domain.tld, at most 254 characters, no blanks or quotes."""
    if not _is_email(email):
        raise Refused(f"{shown(email)} is no e-mail address.", hint="such as ada@acme.example")
    return email


def _is_email(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    dots_fine = not (local.startswith(".") or local.endswith(".") or ".." in local)
    fits = len(local) <= 64 and len(text) <= 254 and forbidden_character(text) is None
    return bool(at and fits and dots_fine and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain))
