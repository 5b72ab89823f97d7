"""When: policies against numpy and bare arithmetic, choices against their members, the order of a task's instants."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobflow.core.calendar import Calendar
from jobflow.core.compile import compile_workflow
from jobflow.core.compile_rules import Names, compile_policy
from jobflow.core.context import Context
from jobflow.core.decide import decide
from jobflow.core.errors import JobflowError
from jobflow.core.inputs import Add
from jobflow.core.model import Edge, Workflow
from jobflow.core.sizes import parse_size
from jobflow.core.timing import Scope, after_full_business_day, evaluate, scope_of
from jobflow.testing import ManualClock

from .strategies import (
    DATES,
    EVENTS,
    FACTS,
    STARTS,
    ZONES,
    calendars,
    days,
    facts,
    people,
    policies,
    scaled,
    settings_values,
)
from .strategies import workflows as random_workflows
from .test_calendar import months_by_numpy, offset_by_numpy
from .world import World, check_times

NAMES = Names(frozenset(FACTS), frozenset(), frozenset(EVENTS), frozenset())
EDGES: st.SearchStrategy[Edge] = st.sampled_from(("open", "close"))
DATA = {"workflow": "w", "version": 1, "initial": "a", "facts": FACTS, "states": {"a": {}}}
WORKFLOW: Workflow = compile_workflow(DATA)


def scope(calendar: Calendar, zone: str, known: Mapping[str, Any], entered: datetime) -> Scope:
    context = Context(now=entered, calendar=calendar, zone=ZoneInfo("UTC"))
    add = Add(id="x", number=1, slug="x", company="X", role=None, timezone=zone, at=entered, facts=known)
    state = decide(WORKFLOW, None, add, context).application
    return scope_of(context, WORKFLOW, state)


SCOPES = st.builds(
    lambda calendar, zone, day, moment, entered: scope(
        calendar,
        zone,
        {k: v for k, v in (("decided_on", day and day.isoformat()), ("answer_by", moment and moment.isoformat())) if v},
        entered,
    ),
    calendars(),
    st.sampled_from(ZONES),
    st.none() | days(),
    st.none() | STARTS,
    STARTS,
)


def reached(data: Any, edge: Edge, where: Scope) -> datetime | None:
    found = evaluate(compile_policy(data, "entered", NAMES), edge, where)
    return None if found is None else found.at


# -- the sizes that are about days -----------------------------------------------------------------------------------

UNITS = {"day": 1, "week": 7}


def first_showing(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The first instant at which the wall shows that time, found by trying the offsets around that day."""
    naive = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes)
    offsets = [(naive + timedelta(hours=h)).astimezone(zone).utcoffset() or timedelta() for h in (-30, 30)]
    showing = [naive - offset for offset in offsets if (naive - offset).astimezone(zone).utcoffset() == offset]
    return min(showing, default=naive - offsets[0])


@given(
    SCOPES,
    EDGES,
    st.integers(0, 40),
    st.sampled_from(("day", "week", "month", "business day")),
    st.sampled_from(("after", "before")),
    st.sampled_from(("entered", "decided_on", "answer_by")),
    st.sampled_from((None, "forward", "back")),
)
@settings(max_examples=scaled(3))
def test_sizes_about_days_reach_the_edge_of_the_right_day(
    where: Scope, edge: Edge, count: int, unit: str, way: str, anchor: str, roll: str | None
) -> None:
    policy: dict[str, Any] = {way: f"{count} {unit}s", "since" if way == "after" else "of": anchor}
    found = reached(policy | ({"roll": roll} if roll else {}), edge, where)
    raw = where.application.entered_at.isoformat() if anchor == "entered" else where.application.facts.get(anchor)
    if raw is None:
        assert found is None
        return
    calendar, sign = where.context.calendar, 1 if way == "after" else -1
    day = date.fromisoformat(raw) if len(raw) == 10 else datetime.fromisoformat(raw).astimezone(where.zone).date()
    if unit == "business day":
        day = offset_by_numpy(calendar, day, sign * count, "backward" if sign * count > 0 else "forward")
    elif unit == "month":
        day = months_by_numpy(day, sign * count)
    else:
        day += timedelta(days=sign * count * UNITS[unit])
    if roll:
        day = offset_by_numpy(calendar, day, 0, "forward" if roll == "forward" else "backward")
    minutes = calendar.workday_start if edge == "open" else calendar.workday_end
    assert found == first_showing(day, minutes, where.zone)


@given(SCOPES, EDGES, st.integers(0, 10_000), st.sampled_from((("minute", 1), ("hour", 60))))
def test_minutes_and_hours_are_elapsed_time(where: Scope, edge: Edge, count: int, unit: tuple[str, int]) -> None:
    found = reached(f"{count} {unit[0]}s", edge, where)
    assert found == where.application.entered_at + timedelta(minutes=count * unit[1])


@given(SCOPES, EDGES, policies())
def test_the_edge_moves_only_within_the_day(where: Scope, edge: Edge, policy: Any) -> None:
    opened, closed = reached(policy, "open", where), reached(policy, "close", where)
    assert (opened is None) is (closed is None)
    if opened is not None and closed is not None:
        assert opened <= closed or isinstance(policy, dict)
        assert opened.tzinfo is UTC
        assert opened.microsecond == 0
    assert reached(policy, edge, where) == (opened if edge == "open" else closed), "the same twice"


# -- choices ---------------------------------------------------------------------------------------------------------

LEAVES = st.lists(policies(("entered", "round", *DATES)), min_size=1, max_size=4)


@given(SCOPES, EDGES, LEAVES, st.randoms(use_true_random=False))
@settings(max_examples=scaled(2))
def test_choices_are_those_of_their_known_members(where: Scope, edge: Edge, members: list[Any], order: Any) -> None:
    known = [at for at in (reached(member, edge, where) for member in members) if at is not None]
    assert reached({"first_known": members}, edge, where) == (known[0] if known else None)
    assert reached({"earliest": members}, edge, where) == min(known, default=None)
    assert reached({"latest": members}, edge, where) == max(known, default=None)
    mixed = list(members)
    order.shuffle(mixed)
    for how in ("earliest", "latest"):
        assert reached({how: mixed}, edge, where) == reached({how: members}, edge, where)
        assert reached({how: [{how: members}, *members]}, edge, where) == reached({how: members}, edge, where)


@given(SCOPES, EDGES, policies(), st.sampled_from(("decided_on", "answer_by")))
def test_a_member_counts_while_its_condition_holds(where: Scope, edge: Edge, policy: Any, fact: str) -> None:
    guarded = {"first_known": [policy], "when": {"known": fact}}
    assert reached(guarded, edge, where) == (reached(policy, edge, where) if fact in where.application.facts else None)


@given(SCOPES, st.sampled_from(("open", "close")))
def test_a_fact_with_a_time_of_day_keeps_it(where: Scope, edge: Edge) -> None:
    raw = where.application.facts.get("answer_by")
    assert reached({"at": "answer_by"}, edge, where) == (raw and datetime.fromisoformat(raw))


@given(STARTS, calendars(), st.sampled_from(ZONES))
def test_the_first_full_business_day_is_whole(at: datetime, calendar: Calendar, zone: str) -> None:
    context = Context(now=at, calendar=calendar, zone=ZoneInfo("UTC"))
    over = after_full_business_day(at, context, ZoneInfo(zone))
    first = at.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    while not calendar.is_business_day(first):
        first += timedelta(days=1)
    assert over == first_showing(first, calendar.workday_end, ZoneInfo(zone))


# -- sizes as text ---------------------------------------------------------------------------------------------------


@given(st.integers(0, 1200), st.sampled_from(("minute", "hour", "day", "week", "month", "business day")))
@example(1, "year")
def test_sizes_say_the_same_in_the_singular_and_with_blanks(count: int, unit: str) -> None:
    size = parse_size(f"{count} {unit}s")
    for text in (f"{count} {unit}", f" {count}  {unit}s ", f"{count} {unit.upper()}S"):
        again = parse_size(text)
        assert (again.months, again.days, again.business_days, again.seconds) == (
            size.months,
            size.days,
            size.business_days,
            size.seconds,
        )


@given(st.text(max_size=20))
def test_any_text_is_a_size_or_refused(text: str) -> None:
    try:
        size = parse_size(text)
    except ValueError as error:
        assert str(error)
    else:
        assert min(size.months, size.days, size.business_days, size.seconds) >= 0


# -- the order of a task's instants ----------------------------------------------------------------------------------


@given(random_workflows(), settings_values(), st.sampled_from(ZONES), STARTS, facts(), people(), st.integers(0, 60))
@settings(max_examples=scaled(1))
def test_a_task_opens_then_is_due_then_lapses(
    workflow: dict[str, Any], minds: Any, zone: str, start: datetime, known: Any, who: Any, ago: int
) -> None:
    world = World(ManualClock(start), settings=minds, zone=zone, workflows={"random": workflow})
    engine = world.engine
    engine.add("Acme", workflow="random", at=start - timedelta(days=ago), facts=known, contacts=who)
    for step in range(6):
        check_times(world, world.states()[0])
        world.clock.advance(timedelta(hours=31))
        engine.tick()
        with suppress(JobflowError):
            engine.log(1, ("knock", "answer", "meet", "knock", "answer", "refuse")[step])
