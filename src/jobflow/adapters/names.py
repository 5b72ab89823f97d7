"""Which application a name on the command line stands for: the same rule over every store."""

from __future__ import annotations

from typing import Protocol

from jobflow.core.errors import Refused, UnknownName, suggest
from jobflow.core.slugs import plain_slug

_SHOWN = 6
_SEARCHED = 5_000


class Names(Protocol):
    """What a store must be able to look up for `resolve_name`."""

    def id_of_number(self, number: int) -> str | None:
        """The application with that number, a retracted one too."""

    def id_of_slug(self, slug: str) -> str | None:
        """The application with exactly that slug."""

    def slugs_from(self, prefix: str, limit: int) -> list[str]:
        """Slugs that begin so, sorted, at most `limit`."""


def resolve_name(names: Names, name: str) -> str:
    """The id that a number, an exact slug or a unique prefix names, in this order. A company's own spelling will do.

    Raises `UnknownName` (with near misses) or `Refused` when several slugs begin so.
    """
    if not _encodable(name):
        raise UnknownName("application", ascii(name)[1:-1], hint="jobflow list")
    found = names.id_of_number(int(name)) if _is_number(name) else None
    for spelling in dict.fromkeys((name, name.strip().lower(), plain_slug(name))):
        found = found or _by_slug(names, spelling)
    if found is None:
        raise _unknown(names, name)
    return found


def _is_number(name: str) -> bool:
    """A number as jobflow prints them; "007" is not one, and 64 bits are the most that a store can look up."""
    return name.isascii() and name.isdecimal() and len(name) <= 18 and str(int(name)) == name


def _encodable(name: str) -> bool:
    """Bytes of a terminal that are no UTF-8 arrive as lone surrogates; no slug has them."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _by_slug(names: Names, slug: str) -> str | None:
    exact = names.id_of_slug(slug)
    if exact is not None or not slug:
        return exact
    found = names.slugs_from(slug, _SHOWN + 1)
    if len(found) > 1:
        more = " and more" if len(found) > _SHOWN else ""
        listed = ", ".join(found[:_SHOWN]) + more
        raise Refused(f"'{slug}' could be any of {listed}.", hint="write more of the name, or its number")
    return names.id_of_slug(found[0]) if found else None


def _unknown(names: Names, name: str) -> UnknownName:
    known = names.slugs_from("", _SEARCHED)
    if not known:
        return UnknownName("application", name, hint="none is recorded yet; `jobflow add COMPANY` adds one")
    if len(known) <= _SHOWN or suggest(name, known):
        return UnknownName("application", name, known)
    return UnknownName("application", name, hint="`jobflow list --all` shows them")
