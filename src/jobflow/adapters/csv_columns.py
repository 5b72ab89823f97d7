"""Which column is which: the headers that people use, and `--map FIELD=HEADER` for those that nobody guesses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jobflow.core.errors import Refused, UnknownName, suggest
from jobflow.core.quoting import shown

HEADERS: Mapping[str, tuple[str, ...]] = {
    "company": ("company", "employer", "organization", "organisation", "company name", "employer name", "firm"),
    "role": ("role", "title", "position", "job title", "job", "job role"),
    "interviewed": (
        "interviewed",
        "interview date",
        "date of interview",
        "interviewed on",
        "interviewed at",
        "date interviewed",
        "last interview",
        "interview",
    ),
    "applied": (
        "applied",
        "date applied",
        "applied date",
        "application date",
        "date of application",
        "applied on",
        "applied at",
    ),
    "saved": ("saved", "date saved", "saved date", "saved on", "bookmarked on", "date bookmarked"),
    "interviewer": ("interviewer", "interviewers", "contact", "contacts", "contact name", "contact person"),
    "email": ("contact email", "interviewer email", "email", "email address"),
    "decision_maker": ("decision maker", "decision makers", "hiring manager", "hiring managers"),
    "recruiter": ("recruiter", "recruiters"),
    "referrer": ("referrer", "referrers", "referred by"),
    "decision_by": ("decision by", "decision date", "decide by", "decision expected", "expected decision"),
    "link": ("link", "url", "job url", "job link", "posting", "job posting", "posting url", "job posting url"),
    "notes": ("notes", "note", "comments", "comment", "remarks"),
    "status": ("status", "stage", "state", "outcome"),
}
"""Fields with the headers that are recognised, likeliest first; case, punctuation and blanks do not count."""

REQUIRED = ("company",)
BEGINNINGS = ("interviewed", "applied", "saved")
"""The fields that say when an application began, of which there must be one: the first that a row has is taken."""
SEVERAL = frozenset({"interviewer", "decision_maker", "recruiter", "referrer", "link", "notes"})
"""Fields that may be filled from several columns at once."""


@dataclass(frozen=True, slots=True)
class Columns:
    """For each field found, the numbers of its columns (from 0); `ignored` are those that nothing is read from."""

    header: tuple[str, ...]
    fields: Mapping[str, tuple[int, ...]]
    ignored: tuple[int, ...]

    def title(self, index: int) -> str:
        """A column's header, or its number where it has none."""
        return self.header[index] or f"column {index + 1}"

    def titles(self, field: str) -> str:
        """The headers that a field is read from."""
        return ", ".join(self.title(index) for index in self.fields[field])


def count_recognised(header: Sequence[str], wanted: Iterable[tuple[str, str]]) -> int:
    """How many cells of a would-be header are known or asked for."""
    known = {plain(name) for names in HEADERS.values() for name in names} | {plain(name) for _, name in wanted}
    return sum(plain(cell) in known for cell in header if cell)


def find_columns(header: Sequence[str], wanted: Sequence[tuple[str, str]]) -> Columns:
    """Assign columns to fields; `wanted` (field, header) goes before what is recognised.

    Raises `UnknownName` or `Refused` for a field or header that does not exist, a header that comes twice where one is
    needed, or a required field without a column.
    """
    asked = _asked(header, wanted)
    fields: dict[str, tuple[int, ...]] = {}
    taken = {index for columns in asked.values() for index in columns}
    for field, names in HEADERS.items():
        found = asked.get(field) or _recognised(field, names, header, taken)
        if found:
            fields[field] = found
    missing = [field for field in REQUIRED if field not in fields]
    if not any(field in fields for field in BEGINNINGS):
        missing.append(BEGINNINGS[0])
    if missing:
        raise _missing(missing, header)
    used = {index for columns in fields.values() for index in columns}
    return Columns(tuple(header), fields, tuple(i for i in range(len(header)) if i not in used))


def plain(header: str) -> str:
    """Lower case, words only: `Interview_Date:` is `interview date`, `E-mail` is `email`."""
    return " ".join(re.findall(r"\w+", header.casefold().replace("e-mail", "email").replace("_", " ")))


def _asked(header: Sequence[str], wanted: Sequence[tuple[str, str]]) -> dict[str, tuple[int, ...]]:
    asked: dict[str, tuple[int, ...]] = {}
    for field, name in wanted:
        if field not in HEADERS:
            raise UnknownName("field", field, tuple(HEADERS))
        columns = _named(name, header)
        if not columns:
            near = suggest(name, [cell for cell in header if cell])
            hint = f"did you mean '{near}'?" if near else f"the file has: {', '.join(filter(None, header))}"
            raise Refused(f"--map {field}={name}: no column has the header {shown(name)}.", hint=hint)
        asked[field] = _one_or_several(field, (*asked.get(field, ()), *columns), header)
    return asked


def _named(name: str, header: Sequence[str]) -> tuple[int, ...]:
    exact = tuple(index for index, cell in enumerate(header) if cell == name.strip() and cell)
    return exact or tuple(index for index, cell in enumerate(header) if plain(cell) == plain(name) and plain(cell))


def _recognised(field: str, names: Sequence[str], header: Sequence[str], taken: set[int]) -> tuple[int, ...]:
    """The columns under the likeliest header that is there; under all of them, where a field takes several."""
    found: tuple[int, ...] = ()
    for name in names:
        columns = tuple(i for i, cell in enumerate(header) if plain(cell) == name and i not in taken)
        if columns and not found:
            found = _one_or_several(field, columns, header)
        elif field in SEVERAL:
            found += columns
    return tuple(sorted(found))


def _one_or_several(field: str, columns: tuple[int, ...], header: Sequence[str]) -> tuple[int, ...]:
    if len(columns) > 1 and field not in SEVERAL:
        places = " and ".join(str(index + 1) for index in columns)
        raise Refused(
            f"{field} is to be read from one column, but {shown(header[columns[0]])} stands over columns {places}.",
            hint=f"rename one of them, or say --map {field}=HEADER",
        )
    return columns


def _missing(missing: Sequence[str], header: Sequence[str]) -> Refused:
    asked = " ".join(f"--map {field}=HEADER" for field in missing)
    return Refused(
        f"line 1: no column for {' and '.join(missing)} among the headers {shown(', '.join(filter(None, header)))}.",
        hint=f"name it: {asked}",
    )
