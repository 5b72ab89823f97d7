"""From checked plain data to a `Workflow`. Reads no YAML: a tick compiles what the database holds as JSON.

The data is taken as checked by `rulebook.check`; what a text means (size or anchor, which kind of anchor) is
decided here and nowhere else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Literal, cast

from jobflow.core.application import canonical_json
from jobflow.core.compile_rules import Names, compile_condition, compile_policy
from jobflow.core.model import (
    EventRule,
    FactRule,
    Limit,
    Policy,
    Remind,
    State,
    StepRule,
    TaskRule,
    Transition,
    Workflow,
)
from jobflow.core.sizes import parse_size

Data = Mapping[str, Any]
_NOT_RULES = ("scenarios", "renames")
_TIMER_KEYS = ("after", "since", "before", "of", "roll")
_DEFAULT_REMIND = Remind(every=parse_size("1 business day"), at_most=3)


def workflow_hash(data: Data) -> str:
    """SHA-256 of the canonical JSON, `scenarios` and `renames` left out: neither changes its rules."""
    rules = {key: value for key, value in data.items() if key not in _NOT_RULES}
    return hashlib.sha256(canonical_json(rules).encode()).hexdigest()


def compile_workflow(data: Data) -> Workflow:
    """The workflow that checked data describes. Data that `rulebook.check` passed never fails here."""
    names = declared_names(data)
    states = {name: _state(name, state, names) for name, state in data["states"].items()}
    spanning = tuple(_spanning(name, task, states, names) for name, task in data.get("tasks", {}).items())
    tasks = {task.name: task for task in spanning}
    tasks.update({task.name: task for state in states.values() for task in state.tasks})
    return Workflow(
        name=data["workflow"],
        version=data["version"],
        title=data.get("title") or _words(data["workflow"]),
        subject=data.get("subject", "application"),
        hash=workflow_hash(data),
        initial=data["initial"],
        roles=dict(data.get("roles", {})),
        facts={name: _fact(name, fact) for name, fact in data.get("facts", {}).items()},
        limits={name: _limit(name, limit) for name, limit in data.get("limits", {}).items()},
        events=_events("events", data, names),
        tasks=tasks,
        spanning=spanning,
        states=states,
    )


def declared_names(data: Data) -> Names:
    """Everything that an anchor or a condition may name."""
    states = data["states"].values()
    tasks = [*data.get("tasks", {}), *(name for state in states for name in state.get("tasks", {}))]
    return Names(
        facts=frozenset(data.get("facts", {})),
        tasks=frozenset(tasks),
        events=frozenset(_event_names(data)),
        limits=frozenset(data.get("limits", {})),
    )


def _event_names(data: Data) -> Iterator[str]:
    yield from data.get("events", {})
    for state in data["states"].values():
        yield from state.get("events", {})
        yield from (rule["event"] for rule in state.get("transitions", ()) if "event" in rule)


def _words(name: str) -> str:
    text = name.replace("_", " ").replace("-", " ")
    return text[:1].upper() + text[1:]


def _fact(name: str, data: Data) -> FactRule:
    return FactRule(
        name=name,
        type=data["type"],
        ask=data.get("ask", ""),
        options=tuple(data.get("options", ())),
        by_round=data.get("by") == "round",
        source=data.get("from"),
    )


def _limit(name: str, data: Data) -> Limit:
    apart = data.get("apart")
    return Limit(
        name=name,
        at_most=data.get("at_most"),
        apart=parse_size(apart) if apart is not None else None,
        reset=tuple(data.get("reset", ())),
    )


def _events(path: str, data: Data, names: Names) -> dict[str, EventRule]:
    return {name: _event(name, f"{path}/{name}", rule, names) for name, rule in data.get("events", {}).items()}


def _event(name: str, path: str, data: Data, names: Names) -> EventRule:
    return EventRule(
        name=name,
        path=path,
        to=data.get("to"),
        when=compile_condition(data.get("when"), names),
        outcome=data.get("outcome"),
        message=data.get("message"),
        counts=data.get("counts"),
        starts_round=data.get("starts") == "round",
        drop_past=tuple(data.get("drop_past", ())),
        drop=tuple(data.get("drop", ())),
        title=data.get("title", ""),
    )


def _state(name: str, data: Data, names: Names) -> State:
    path = f"states/{name}"
    return State(
        name=name,
        title=data.get("title") or _words(name),
        final=data.get("final", False),
        before_round=data.get("before") == "round",
        tasks=tuple(
            _task(task, f"{path}/tasks/{task}", rule, names, state=name) for task, rule in data.get("tasks", {}).items()
        ),
        transitions=tuple(
            _transition(f"{path}/transitions/{index}", name, rule, names)
            for index, rule in enumerate(data.get("transitions", ()))
        ),
        events=_events(f"{path}/events", data, names),
        steps=tuple(_step(f"{path}/steps/{index}", rule) for index, rule in enumerate(data.get("steps", ()))),
    )


def _step(path: str, data: Data) -> StepRule:
    return StepRule(kind=data["step"], path=path, arguments={k: v for k, v in data.items() if k != "step"})


def _spanning(name: str, data: Data, states: Mapping[str, State], names: Names) -> TaskRule:
    during = data["during"]
    if during == "live":
        during = [state.name for state in states.values() if not state.final]
    elif isinstance(during, str):
        during = [during]
    once = cast(Literal["round", "application"], data.get("once", "round"))
    return _task(name, f"tasks/{name}", data, names, during=tuple(during), once=once)


def _task(
    name: str,
    path: str,
    data: Data,
    names: Names,
    *,
    state: str | None = None,
    during: tuple[str, ...] = (),
    once: Literal["stay", "round", "application"] = "stay",
) -> TaskRule:
    return TaskRule(
        name=name,
        path=path,
        state=state,
        kind=data["kind"],
        title=data.get("title") or _words(name),
        during=during,
        once=once,
        each=tuple(data.get("each", ())),
        otherwise=data.get("otherwise"),
        when=compile_condition(data.get("when"), names),
        opens=_policy(data, "opens", "entered", names),
        due=_policy(data, "due", "opens", names),
        lapses=_policy(data, "lapses", "due", names),
        counts=data.get("counts"),
        remind=_remind(data.get("remind")),
        template=data.get("template"),
    )


def _policy(data: Data, key: str, anchor: str, names: Names) -> Policy | None:
    return compile_policy(data[key], anchor, names) if key in data else None


def _remind(data: Data | None) -> Remind:
    if data is None:
        return _DEFAULT_REMIND
    every = data.get("every")
    return Remind(
        every=parse_size(every) if every is not None else _DEFAULT_REMIND.every,
        at_most=data.get("at_most", _DEFAULT_REMIND.at_most),
    )


def _transition(path: str, source: str, data: Data, names: Names) -> Transition:
    return Transition(
        path=path,
        source=source,
        to=data["to"],
        event=data.get("event"),
        timer=_timer(data, names),
        when=compile_condition(data.get("when"), names),
        outcome=data.get("outcome"),
        message=data.get("message"),
    )


def _timer(data: Data, names: Names) -> Policy | None:
    if "at" in data:
        return compile_policy(data["at"], "entered", names, bare_anchors=True)
    shift = {key: data[key] for key in _TIMER_KEYS if key in data}
    return compile_policy(shift, "entered", names) if shift else None
