"""Random workflow files that are sound, as plain data: for properties of the rule book and of the engine."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from jobflow.core.model import COUNT_OPS, TASK_KINDS

FACTS = {
    "day": {"type": "date", "ask": "When?"},
    "moment": {"type": "datetime"},
    "salary": {"type": "number"},
    "wage": {"type": "money"},
    "mood": {"type": "choice", "options": ["good", "bad"], "by": "round"},
    "notes": {"type": "list"},
    "words": {"type": "text"},
}
LIMIT = "follow_up"
EVENTS = ("reply", "offer", "nudge")
LIVE = ("first", "second", "third")
TASKS = {"first": ("write", "ring"), "second": ("wait",), "third": ()}
SPANNING = ("debrief", "thank")
ALL_TASKS = ("write", "ring", "wait", "debrief", "thank")
ENDS = ("over", "done")
OUTCOMES = ("won", "lost")

_units = st.sampled_from(["minutes", "hours", "days", "weeks", "months", "business days"])
sizes = st.builds(lambda count, unit: f"{count} {unit}", st.integers(0, 9), _units) | st.sampled_from(
    ["P1W", "PT36H", "P1DT2H"]
)
positive_sizes = st.builds(lambda count, unit: f"{count} {unit}", st.integers(1, 9), _units)
_how = st.sampled_from(["first_known", "earliest", "latest"])
_roll = st.sampled_from(["forward", "back"])


def _mapping(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


def _one(key: str, value: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return value.map(lambda found: {key: found})


def _ops(ops: tuple[str, ...], value: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(ops), value, min_size=1, max_size=2)


_order = ("at_least", "at_most", "above", "below", "equals", "not")
_fact_comparisons = st.one_of(
    _one("salary", _ops(_order, st.integers(0, 10**6))),
    _one("wage", _ops(_order, st.integers(0, 9) | st.just({"amount": 5, "currency": "EUR"}))),
    _one("day", _ops(_order, st.dates().map(str))),
    _one("mood", _ops(("equals", "not"), st.sampled_from(["good", "bad"]))),
    _one("mood", _one("in", st.just(["good"]))),
    _one("notes", _one("contains", st.just("luck"))),
)
_simple_conditions = st.one_of(
    _one("known", st.sampled_from(list(FACTS))),
    _one("unknown", st.sampled_from(list(FACTS))),
    _one("settled", st.sampled_from(ALL_TASKS)),
    _one("done", st.sampled_from(ALL_TASKS)),
    _one("happened", st.sampled_from(EVENTS)),
    _one("outcome", st.sampled_from(OUTCOMES)),
    _one("count", _one(LIMIT, _ops(COUNT_OPS, st.integers(0, 5)))),
    _one("fact", _fact_comparisons),
)
conditions = st.recursive(
    _simple_conditions,
    lambda inner: st.one_of(
        _one("all", st.lists(inner, min_size=1, max_size=3)),
        _one("any", st.lists(inner, min_size=1, max_size=3)),
        _one("not", inner),
    ),
    max_leaves=4,
)


def _anchors(fixed: tuple[str, ...]) -> st.SearchStrategy[Any]:
    settled = tuple(f"{task}.settled" for task in ALL_TASKS)
    names = st.sampled_from([*fixed, *("day", "moment"), *ALL_TASKS, *settled, *EVENTS, LIMIT])
    return names | st.builds(lambda how, members: {how: members}, _how, st.lists(names, min_size=1, max_size=3))


def policies(fixed: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Timing policies in a place where the `fixed` anchors mean something."""
    anchors = _anchors(fixed)
    leaf = st.one_of(
        sizes,
        _mapping({"after": sizes}, {"since": anchors, "roll": _roll, "when": conditions}),
        _mapping({"before": sizes, "of": anchors}, {"roll": _roll, "when": conditions}),
        _mapping({"at": anchors}, {"roll": _roll, "when": conditions}),
    )
    return st.recursive(
        leaf,
        lambda inner: st.builds(lambda how, members: {how: members}, _how, st.lists(inner, min_size=1, max_size=3)),
        max_leaves=4,
    )


_task: dict[str, Any] = {
    "title": st.just("Do {{ company }} {{ contact }}"),
    "when": conditions,
    "opens": policies(("entered", "round")),
    "due": policies(("entered", "opens", "round")),
    "counts": st.just(LIMIT),
    "remind": _mapping({}, {"every": positive_sizes, "at_most": st.integers(0, 5)}),
    "template": st.just("thank-you"),
}
_roles = st.lists(st.sampled_from(["boss", "friend"]), min_size=1, max_size=2, unique=True)


def _lapsing(task: dict[str, Any], lapses: Any, each: Any, otherwise: bool) -> dict[str, Any]:
    if "due" in task and lapses is not None:
        task = {**task, "lapses": lapses}
    if each is not None:
        task = {**task, "each": each, **({"otherwise": "them"} if otherwise else {})}
    return task


def _tasks(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    lapses = policies(("entered", "opens", "due", "round"))
    task = _mapping({"kind": st.sampled_from(TASK_KINDS), **required}, {**_task, **optional})
    return st.builds(_lapsing, task, st.none() | lapses, st.none() | _roles, st.booleans())


_ways = st.one_of(
    st.sampled_from(LIVE).map(lambda to: {"to": to}),
    st.builds(lambda to, outcome: {"to": to, "outcome": outcome}, st.sampled_from(ENDS), st.sampled_from(OUTCOMES)),
)
_bare = policies(("entered", "round")) | st.sampled_from(["day", "reply", LIMIT, "write.settled", "entered"])
_triggers = st.one_of(
    _one("event", st.sampled_from(EVENTS)),
    _mapping({"after": sizes}, {"since": _anchors(("entered", "round")), "roll": _roll, "when": conditions}),
    _mapping({"before": sizes, "of": _anchors(("entered",))}, {"roll": _roll}),
    _mapping({"at": _bare}, {"when": conditions}),
    _mapping({"when": conditions}, {}),
)
_transitions = st.builds(lambda way, trigger: {**way, **trigger}, _ways, _triggers)
_event_extras = _mapping(
    {},
    {
        "when": conditions,
        "counts": st.just(LIMIT),
        "starts": st.just("round"),
        "drop_past": st.just(["day", "moment"]),
        "title": st.just("It happened"),
    },
)
_events = st.builds(lambda way, extras: {**way, **extras}, st.just({}) | _ways, _event_extras)


def _state(name: str) -> st.SearchStrategy[dict[str, Any]]:
    tasks = st.fixed_dictionaries({task: _tasks({}, {}) for task in TASKS[name]})
    events = st.dictionaries(st.sampled_from(EVENTS), _events, max_size=2)
    transitions = st.lists(_transitions, max_size=3)
    return _mapping({"tasks": tasks}, {"events": events, "transitions": transitions, "title": st.just("Here")})


_during = st.just("live") | st.sampled_from(LIVE) | st.just(["first", "third"])
_spanning = _tasks({"during": _during}, {"once": st.sampled_from(["round", "application"])})
_limits = _mapping({"at_most": st.integers(0, 4)}, {"apart": sizes, "reset": st.just(["reply"])})
_endings = st.just({"final": True}) | _one("to", st.sampled_from(LIVE)).map(
    lambda way: {"final": True, "events": {"reply": way}}
)

workflow_files: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "format": st.just(1),
        "workflow": st.just("random"),
        "version": st.integers(1, 99),
        "initial": st.just("first"),
        "roles": st.just({"boss": "Who decides", "friend": "Who helps"}),
        "facts": st.just(FACTS),
        "limits": _one(LIMIT, _limits),
        "events": st.builds(
            lambda events: {
                **events,
                "won": {"to": "over", "outcome": "won"},
                "lost": {"to": "done", "outcome": "lost"},
            },
            st.fixed_dictionaries(dict.fromkeys(EVENTS, _events)),
        ),
        "tasks": st.fixed_dictionaries(dict.fromkeys(SPANNING, _spanning)),
        "states": st.fixed_dictionaries({**{name: _state(name) for name in LIVE}, **dict.fromkeys(ENDS, _endings)}),
    }
)
"""Whole workflow files that the check passes."""
