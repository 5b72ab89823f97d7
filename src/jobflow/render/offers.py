"""Offers as text: side by side, as far as a terminal is wide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from textwrap import wrap

from jobflow.core.offers import Offer, Offers
from jobflow.render.words import bold, dim, fact_words, moment_words

ABREAST = 3
"""Offers beside each other."""
WIDTH = 24
"""Characters of a column."""
_ROWS = {
    "pay": "Pay",
    "benefits": "On top",
    "start": "Start",
    "deadline": "Answer by",
    "pros": "For it",
    "cons": "Against it",
}
_OPTIONS: Mapping[str, str] = {"benefits": "benefit", "pros": "pro", "cons": "con"}


def offer_lines(offer: Offer, now: datetime) -> Iterator[str]:
    """One offer, and what is not known of it."""
    app = offer.application
    yield bold(f"{app.company}{f', {app.role}' if app.role else ''} ({app.slug}): {app.state_title}")
    for name, title in _ROWS.items():
        if offer.terms[name] is not None:
            yield f"  {title + ':':<12}{fact_words(offer.terms[name])}"
    unknown = [name for name in _ROWS if offer.terms[name] is None]
    if unknown:
        options = " ".join(f"--{_OPTIONS.get(name, name)} …" for name in unknown)
        yield f"Not known yet: {', '.join(_ROWS[name].lower() for name in unknown)}. jobflow offer {app.slug} {options}"
    for task in app.tasks:
        if task.status in ("open", "overdue"):
            yield f"  {task.number:>3}  {task.title}, due {moment_words(task.due_at, now, app.zone)}"
    yield "All of them side by side: jobflow offers"


def offers_lines(found: Offers, now: datetime) -> Iterator[str]:
    """All offers, what is pending, whom to tell."""
    if not found.offers:
        yield "There is no offer on the table."
    for start in range(0, len(found.offers), ABREAST):
        yield from _band(found.offers[start : start + ABREAST])
    if found.pending:
        yield bold("Still open elsewhere")
    for app in found.pending:
        decision = app.facts.get("decision_date")
        by = f", they decide by {fact_words(decision)}" if decision else ""
        yield f"  {app.company}{f', {app.role}' if app.role else ''} ({app.slug}): {app.state_title}{by}"
    if found.offers and found.pending and found.first_deadline is not None:
        which = "it" if len(found.pending) == 1 else "one of them"
        day = fact_words(found.first_deadline.isoformat())
        yield dim(f"  Would you rather have {which}? Tell them of the offer, and ask for an answer before {day}.")
    if found.tell:
        yield bold("Whom to tell, and by when")
    for telling in found.tell:
        by = "no date" if telling.by is None else f"by {moment_words(telling.by, now, telling.zone)}"
        number = f"{telling.task:>5}" if telling.task is not None else "     "
        yield f"{number}  {telling.who}: {telling.what} ({by})"


def _band(offers: Sequence[Offer]) -> Iterator[str]:
    heads = [wrap(_head(offer), WIDTH) for offer in offers]
    yield from (bold(line) for line in _row("", heads))
    for name, title in _ROWS.items():
        cells = [_cell(offer.terms[name]) for offer in offers]
        yield from _row(title, cells)


def _head(offer: Offer) -> str:
    app = offer.application
    return f"{app.company}{f', {app.role}' if app.role else ''}"


def _cell(value: object) -> list[str]:
    items = value if isinstance(value, list) else ["?" if value is None else value]
    return [line for item in items for line in wrap(fact_words(item), WIDTH) or [""]]


def _row(title: str, cells: Sequence[Sequence[str]]) -> Iterator[str]:
    for number, line in enumerate(zip_longest(*cells, fillvalue="")):
        yield f"  {title if number == 0 else '':<11} {'  '.join(f'{cell:<{WIDTH}}' for cell in line)}".rstrip()
