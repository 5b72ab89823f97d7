"""Histories, explanations, plans and ticks as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from jobflow.core.records import Record
from jobflow.core.views import Explanation, PlanItem, TickReport
from jobflow.core.when import spell_date
from jobflow.render.words import bold, clock, dim, fact_words, full_words, moment_words, reason_of

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_SHOWN = (
    "event", "step", "from", "to", "trigger", "number", "name", "title", "company", "role", "slug", "state", "email",
    "roles", "value", "until", "opens_at", "due_at", "because", "outcome", "note", "limit",
)  # fmt: skip
"""What of a record's data a person wants to see, in this order; `history --json` has all of it."""


def history_lines(records: Sequence[Record], zone: ZoneInfo) -> Iterator[str]:
    """One line for each record: when it happened, what, and the data that matters."""
    for record in records:
        late = ""
        if (record.recorded_at - record.at).total_seconds() >= 60:
            late = dim(f"  recorded {full_words(record.recorded_at, zone)}")
        words = record.type.replace("_", " ")
        yield f"{record.seq:>4}  {full_words(record.at, zone)}  {words:<16} {_told(record, zone)}".rstrip() + late


def _told(record: Record, zone: ZoneInfo) -> str:
    if record.type == "upgraded":
        rules = record.data["workflow"]
        return f"to {rules['name']} {rules['version']}, {_data(record.data, zone)}"
    if record.type != "retracted":
        return _data(record.data, zone)
    first, last = record.data["seq"], record.seq - 1
    return f"record {first} is taken back" if first == last else f"records {first} to {last} are taken back"


def _data(data: Mapping[str, Any], zone: ZoneInfo) -> str:
    told = {**data, **data.get("rule", {})}  # a task that a step added: no workflow says what it is
    shown = {name: told[name] for name in _SHOWN if told.get(name) not in (None, "", [], {})}
    return ", ".join(f"{name.removesuffix('_at')} {_value(value, zone)}" for name, value in shown.items())


def _value(value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return full_words(datetime.fromisoformat(value), zone)
    return fact_words(value)


def explain_lines(explanation: Explanation, now: datetime) -> Iterator[str]:
    """Every rule in force: its place in the YAML, its verdict, what it wants and what is."""
    yield bold(f"{explanation.company} ({explanation.application}) is in state '{explanation.state}'.")
    for rule in explanation.rules:
        at = f", {moment_words(rule.at, now, explanation.zone)}" if rule.at else ""
        place = dim(f"  ({rule.file}:{rule.line})") if rule.line is not None else ""
        yield f"{rule.path}: {rule.verdict}{at}{place}"
        if rule.wanted and rule.wanted != "always":
            yield dim(f"    wants: {rule.wanted}")
        if rule.actual:
            yield dim(f"    is:    {rule.actual}")
        yield from (dim(f"           {reason}") for reason in rule.because)
    for message in explanation.messages:
        told = f"{message.kind} {message.name.replace('_', ' ')} ({message.channel})"
        yield f"{told}: {message.status}, {moment_words(message.at, now, explanation.zone)}"
        yield dim(f"           {message.why}")
    if explanation.silence is not None:
        yield f"Nothing was sent today: {explanation.silence}."


def plan_lines(items: Sequence[PlanItem]) -> Iterator[str]:
    """Day by day."""
    if not items:
        yield "Nothing will come due."
        return
    for day, group in groupby(items, lambda item: item.at.astimezone(item.zone).date()):
        yield bold(spell_date(day))
        for item in group:
            what = (
                f"moves to {item.name}" if item.what == "moves" else f"{item.name.replace('_', ' ')} {_verb(item.what)}"
            )
            yield f"  {clock(item.at, item.zone)}  {item.company}: {what}"
            reason = reason_of(item.why)
            yield from (dim(f"         {line}") for line in (reason, *item.because) if line)


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
