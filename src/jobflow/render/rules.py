"""Histories, explanations, plans and ticks as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from jobflow.core.records import Record
from jobflow.core.views import Explanation, PlanItem, TickReport
from jobflow.core.when import spell_date
from jobflow.render.words import bold, clock, dim, fact_words, full_words, moment_words

_SHOWN_FIRST = ("event", "from", "to", "trigger", "number", "name", "outcome", "note")
_HIDDEN = frozenset({"id", "workflow_hash", "hash", "batch"})


def history_lines(records: Sequence[Record], zone: ZoneInfo) -> Iterator[str]:
    """One line for each record: when it happened, what, and the data that matters."""
    for record in records:
        late = ""
        if (record.recorded_at - record.at).total_seconds() >= 60:
            late = dim(f"  recorded {full_words(record.recorded_at, zone)}")
        words = record.type.replace("_", " ")
        yield f"{record.seq:>4}  {full_words(record.at, zone)}  {words:<16} {_data(record.data)}".rstrip() + late


def _data(data: Mapping[str, Any]) -> str:
    names = [name for name in _SHOWN_FIRST if name in data]
    names += [name for name in data if name not in _SHOWN_FIRST and name not in _HIDDEN]
    return ", ".join(f"{name}={_value(data[name])}" for name in names if data[name] not in (None, "", [], {}))


def _value(value: Any) -> str:
    if isinstance(value, Mapping) and set(value) != {"amount", "currency"}:
        return "{" + _data(value) + "}"
    return fact_words(value) if not isinstance(value, list) else "; ".join(_value(item) for item in value)


def explain_lines(explanation: Explanation, now: datetime) -> Iterator[str]:
    """Every rule in force: its place in the YAML, its verdict, what it wants and what is."""
    yield bold(f"{explanation.company} ({explanation.application}) is in state '{explanation.state}'.")
    for rule in explanation.rules:
        at = f" {moment_words(rule.at, now, explanation.zone)}" if rule.at else ""
        yield f"{rule.path}: {rule.verdict}{at}"
        if rule.wanted and rule.wanted != "always":
            yield dim(f"    wants: {rule.wanted}")
        if rule.actual:
            yield dim(f"    is:    {rule.actual}")


def plan_lines(items: Sequence[PlanItem]) -> Iterator[str]:
    """Day by day."""
    if not items:
        yield "Nothing will come due."
        return
    for day, group in groupby(items, lambda item: item.at.astimezone(item.zone).date()):
        yield bold(spell_date(day))
        for item in group:
            what = f"moves to {item.name}" if item.what == "moves" else f"{item.name.replace('_', ' ')} {_verb(item.what)}"
            yield f"  {clock(item.at, item.zone)}  {item.company}: {what}"
            if item.why:
                yield dim(f"         {item.why}")


def _verb(what: str) -> str:
    return {"due": "is due", "withheld": "is withheld"}.get(what, what)


def dry_tick_lines(report: TickReport, digest: str) -> Iterator[str]:
    """What a tick would do."""
    if not (report.transitions or report.tasks or report.messages):
        yield "Nothing is due."
        return
    yield "A tick now would do this; nothing was written."
    for move in report.transitions:
        yield f"  {move.application}: {move.source} to {move.to} ({move.trigger})"
    for change in report.tasks:
        source = f"{change.source} to {change.to}" if change.source else f"new, {change.to}"
        yield f"  {change.application}: task {change.task} {change.name.replace('_', ' ')}: {source}"
    if report.messages:
        yield "It would say:"
        yield from digest.splitlines()
