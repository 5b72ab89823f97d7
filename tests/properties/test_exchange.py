"""Out and in again: what export writes, import takes, and nothing but what is said to be lost is lost."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from jobflow import Jobflow, NewApplication, NewContact, Settings
from jobflow.adapters.csv_cells import read_people, shown_person
from jobflow.adapters.csv_import import Row
from jobflow.adapters.csv_table import decode_csv, read_table
from jobflow.adapters.exporting import FORMULA, safe
from jobflow.core.errors import JobflowError
from jobflow.intake import CARRIED
from jobflow.testing import ManualClock

NOW = datetime(2026, 3, 10, 18, tzinfo=UTC)
STATES = {
    "after-interview": ("interviewed", "thanked", "awaiting", "followed-up", "offer", "accepting", "declining"),
    "from-application": (
        "saved",
        "applied",
        "interview_scheduled",
        "next_interview",
        "interviewed",
        "awaiting",
        "offer",
    ),
    "recruiter": ("interviewed", "awaiting"),
}
EVENTS = (
    "applied",
    "interview_scheduled",
    "interviewed",
    "reply",
    "offer",
    "accepted",
    "declined",
    "rejected",
    "withdrawn",
)

texts = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=30)
names = texts.map(lambda text: " ".join(text.split())).filter(bool)
person_names = names.filter(lambda name: not set(name) & set("<>@"))
contacts = st.builds(
    NewContact,
    st.sampled_from(["interviewer", "decision_maker", "recruiter", "referrer"]),
    person_names,
    st.sampled_from([None, "ada@acme.example"]),
    st.none() | names,
)
facts = st.fixed_dictionaries(
    {},
    optional={
        "decision_date": st.dates(NOW.date(), NOW.date() + timedelta(60)).map(str),
        "strengths": st.lists(names.filter(lambda text: ";" not in text), min_size=1, max_size=3),
        "decline_reason": names,
        "offer_pay": st.sampled_from(["52000 USD", "1.50 EUR", "3"]),
    },
)


@st.composite
def applications(draw: st.DrawFn) -> tuple[NewApplication, tuple[str, ...]]:
    workflow = draw(st.sampled_from(sorted(STATES)))
    new = NewApplication(
        company=draw(names),
        role=draw(st.none() | names),
        workflow=workflow,
        at=NOW - timedelta(minutes=draw(st.integers(0, 100_000))),
        contacts=tuple(draw(st.lists(contacts, max_size=3))),
        facts=draw(facts),
        timezone=draw(st.sampled_from([None, "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"])),
        state=draw(st.none() | st.sampled_from(STATES[workflow])),
        note=draw(st.none() | st.lists(names, min_size=1, max_size=3).map("\n".join)),
        confirmed=True,
    )
    return new, tuple(draw(st.lists(st.sampled_from(EVENTS), max_size=3)))


searches = st.lists(applications(), max_size=4)


def home() -> Jobflow:
    return Jobflow.open(clock=ManualClock(NOW), settings=Settings(timezone="UTC"))


def filled(found: Sequence[tuple[NewApplication, Sequence[str]]]) -> Jobflow:
    flow = home()
    for new, events in found:
        with suppress(JobflowError):
            (added,) = flow.add_all([new])
            for event in events:
                with suppress(JobflowError):
                    flow.log(added.number, event)
    return flow


def taken_in(format: str, content: bytes) -> Jobflow:
    flow = home()
    reading = flow.read_file(format, content)
    assert reading.problems == ()
    flow.add_all(reading.new)
    assert flow.read_file(format, content).new == ()
    return flow


def carried(content: bytes) -> list[dict[str, Any]]:
    return [
        {**{key: app[key] for key in CARRIED if key not in ("id", "contacts")}, "contacts": people(app)}
        for app in json.loads(content)
    ]


def people(app: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{key: value for key, value in person.items() if key != "id"} for person in app["contacts"]]


def without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_ids(item) for key, item in value.items() if key != "id"}
    return [without_ids(item) for item in value] if isinstance(value, list) else value


@given(searches)
def test_json_carries_what_it_says_and_is_a_fixed_point(found: list[tuple[NewApplication, tuple[str, ...]]]):
    if not found:
        return
    first = filled(found).export("json", all=True)
    if first == b"[]\n":
        return
    second = taken_in("json", first).export("json", all=True)
    assert carried(second) == carried(first)
    third = taken_in("json", second).export("json", all=True)
    assert without_ids(json.loads(third)) == without_ids(json.loads(second))


@given(searches)
@example([(NewApplication(company="Acme", workflow="from-application", state="interviewed"), ("interview_scheduled",))])
def test_csv_carries_who_what_and_where_it_stands(found: list[tuple[NewApplication, tuple[str, ...]]]):
    flow, other = filled(found), home()
    if not flow.list(all=True):
        return
    content = flow.export("csv", all=True)
    reading = other.read_file("csv", content)
    added = dict(zip([row.line for row in reading.fresh], other.add_all(reading.new), strict=True))
    assert [problem for problem in reading.problems if "the same company" not in problem.reason] == []
    by_line = {row.line: row for row in reading.fresh}
    lines = [row.line for row in read_table(decode_csv(content), len).rows]
    for line, app in zip(lines, flow.list(all=True), strict=True):
        row = by_line.get(line)
        if isinstance(row, Row):
            assert (row.company, row.role) == (app.company, app.role)
            given = {(c.role, c.name) for c in row.contacts}
            assert given == {(role, c.name) for c in app.contacts for role in c.roles}
            assert (added[line].state, added[line].outcome) == (app.state, app.outcome)
            assert row.decision_by is None or str(row.decision_by) == app.facts["decision_date"]


@given(searches)
def test_no_cell_of_the_csv_is_a_formula(found: list[tuple[NewApplication, tuple[str, ...]]]):
    content = filled(found).export("csv", all=True).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(content, newline=""), strict=True) for cell in row]
    assert not any(cell.startswith(FORMULA) for cell in cells)


@given(texts)
@example("'")
@example("''=1")
@example("=1+1")
def test_a_cell_made_safe_is_read_as_it_was(text: str):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["Company"], [safe(text)]])
    rows = read_table(out.getvalue(), len).rows
    assert [row.cells[0] for row in rows] == ([text.strip()] if text.strip() else [])


@given(st.lists(st.tuples(person_names, st.sampled_from([None, "ada@acme.example"])), max_size=4))
@example([("Byron, Ada", None), ("A and B", "ada@acme.example"), ('Bob "B" Thorn', None)])
@example([('"Ada"', None), ("\\", None), ("none", None), ("(HR)", None), ("a; b / c", None)])
@example([("(", None), (")", "ada@acme.example")])
def test_people_in_a_cell_are_read_as_they_were_written(found: list[tuple[str, str | None]]):
    assert read_people("; ".join(shown_person(*person) for person in found)) == found
