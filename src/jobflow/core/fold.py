"""From records to state. No rule is applied here: what was decided is in the records, so that they replay for ever.

`effective` says which records are in force (undo retracts by a record), `replay` folds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from jobflow.core.application import AddedRule, ApplicationState, Contact, LimitUse, TaskState, evolve, made, unstamp
from jobflow.core.records import Event, Record


def effective(records: Iterable[Record]) -> list[Record]:
    """The records in force: a `retracted` one takes back everything from the batch it names up to itself."""
    kept: list[Record] = []
    for record in records:
        if record.type == "retracted":
            kept = [earlier for earlier in kept if earlier.seq < record.data["seq"]]
        else:
            kept.append(record)
    return kept


def replay(records: Sequence[Record]) -> ApplicationState | None:
    """The state that a whole history gives; None where its `add` was retracted (or there is no record)."""
    state: ApplicationState | None = None
    for record in effective(records):
        state = apply(state, Event(record.type, record.at, record.data))
    return None if state is None else evolve(state, {"revision": records[-1].seq})


def apply(state: ApplicationState | None, event: Event) -> ApplicationState:
    """The state after one more event."""
    if state is None:
        state = _added(event)
        if "wakes_at" in event.data:
            state = evolve(state, {"next_wakeup_at": _instant(event.data["wakes_at"])})
        return state
    state = evolve(state, {})
    advance(state, event)
    return state


def advance(state: ApplicationState, event: Event) -> None:
    """Make one more event part of a state that nobody else holds: a decision's own, or a replay's."""
    changes = _HANDLERS[event.type](state, event.at, event.data)
    changes["revision"] = state.revision + 1
    if "wakes_at" in event.data:
        changes["next_wakeup_at"] = _instant(event.data["wakes_at"])
    state.__dict__.update(changes)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else unstamp(text)


def _added(event: Event) -> ApplicationState:
    data = event.data
    return ApplicationState(
        id=data["id"],
        number=data["number"],
        slug=data["slug"],
        company=data["company"],
        role=data["role"],
        workflow_hash=data["workflow"]["hash"],
        timezone=data["timezone"],
        began_at=event.at,
        state=data["state"],
        final=data["final"],
        stay=1,
        entered_at=event.at,
        entered_recorded_at=unstamp(data["told_at"]),
        outcome=data["outcome"],
        round=data.get("round", 1),
        round_at=event.at,
        revision=1,
        facts={},
        past_facts={},
        contacts=(),
        tasks=(),
        events={},
        limits={},
        timed_under=data["timed_under"],
        next_wakeup_at=None,
    )


_Changes = dict[str, Any]


def _contact_added(state: ApplicationState, _at: datetime, data: Mapping[str, Any]) -> _Changes:
    # Notes are there only where there are any: what was stored before there were is the same to the byte.
    contact = made(
        Contact,
        {
            "id": data["id"],
            "name": data["name"],
            "email": data["email"],
            "roles": tuple(data["roles"]),
            "rounds": tuple(data["rounds"]),
            **({"notes": tuple(data["notes"])} if "notes" in data else {}),
        },
    )
    others = tuple(c for c in state.contacts if c.id != contact.id)
    if len(others) == len(state.contacts):
        return {"contacts": (*others, contact)}
    return {"contacts": tuple(contact if c.id == contact.id else c for c in state.contacts)}


def _fact_set(state: ApplicationState, _at: datetime, data: Mapping[str, Any]) -> _Changes:
    return {"facts": {**state.facts, data["name"]: data["value"]}}


def _fact_dropped(state: ApplicationState, _at: datetime, data: Mapping[str, Any]) -> _Changes:
    return {"facts": {name: value for name, value in state.facts.items() if name != data["name"]}}


def _event_logged(state: ApplicationState, at: datetime, data: Mapping[str, Any]) -> _Changes:
    last = state.events.get(data["event"])
    return {"events": {**state.events, data["event"]: max(at, last) if last else at}}


def _counted(state: ApplicationState, at: datetime, data: Mapping[str, Any]) -> _Changes:
    use = state.limits.get(data["limit"])
    last = max(at, use.last_at) if use and use.last_at else at
    return {"limits": {**state.limits, data["limit"]: LimitUse(count=(use.count if use else 0) + 1, last_at=last)}}


def _limit_reset(state: ApplicationState, _at: datetime, data: Mapping[str, Any]) -> _Changes:
    return {"limits": {name: use for name, use in state.limits.items() if name != data["limit"]}}


def _round_started(state: ApplicationState, at: datetime, data: Mapping[str, Any]) -> _Changes:
    moved = {name: value for name, value in state.facts.items() if name in data["facts_of_round"]}
    past = {**state.past_facts, str(state.round): moved} if moved else state.past_facts
    return {
        "round": data["round"],
        "round_at": at,
        "events": {},
        "past_facts": past,
        "facts": {name: value for name, value in state.facts.items() if name not in moved},
    }


def _moved(state: ApplicationState, at: datetime, data: Mapping[str, Any]) -> _Changes:
    return {
        "state": data["to"],
        "final": data["final"],
        "outcome": data["outcome"],
        "stay": state.stay + 1,
        "entered_at": at,
        "entered_recorded_at": unstamp(data["told_at"]),
    }


def _task_added(state: ApplicationState, at: datetime, data: Mapping[str, Any]) -> _Changes:
    told_at = _instant(data["told_at"])
    opens_at, due_at, lapses_at = data["opens_at"], data["due_at"], data["lapses_at"]
    task = made(
        TaskState,
        {
            "id": data["id"],
            "number": data["number"],
            "name": data["name"],
            "contact": data["contact"],
            "otherwise": data["otherwise"],
            "round": state.round,
            "stay": state.stay,
            "since": at,
            "status": "waiting" if told_at is None else "open",
            "opens_at": opens_at and unstamp(opens_at),
            "due_at": due_at and unstamp(due_at),
            "lapses_at": lapses_at and unstamp(lapses_at),
            "snoozed_until": None,
            "recorded_open_at": told_at,
            "told_at": told_at,
            "settled_at": None,
            "late": False,
        },
    )
    if "rule" in data:  # only those that steps added carry one: the others are spared it, for ever and by the million
        task.__dict__["rule"] = AddedRule(**data["rule"])
    return {"tasks": (*state.tasks, task)}


def _change_task(state: ApplicationState, data: Mapping[str, Any], **changes: Any) -> _Changes:
    wanted = data["id"]
    return {"tasks": tuple([evolve(t, changes) if t.id == wanted else t for t in state.tasks])}


def _times(data: Mapping[str, Any]) -> dict[str, datetime | None]:
    return {name: _instant(data[name]) for name in ("opens_at", "due_at", "lapses_at")}


def _task_timed(state: ApplicationState, _at: datetime, data: Mapping[str, Any]) -> _Changes:
    return _change_task(state, data, **_times(data))


def _task_put_off(state: ApplicationState, _at: datetime, data: Mapping[str, Any]) -> _Changes:
    return _change_task(state, data, **_times(data), status="waiting", recorded_open_at=None, told_at=None)


def _task_opened(state: ApplicationState, _at: datetime, data: Mapping[str, Any]) -> _Changes:
    told_at = _instant(data["told_at"])
    return _change_task(state, data, **_times(data), status="open", recorded_open_at=told_at, told_at=told_at)


def _task_snoozed(state: ApplicationState, _at: datetime, data: Mapping[str, Any]) -> _Changes:
    return _change_task(state, data, snoozed_until=_instant(data["until"]))


def _task_reminded(state: ApplicationState, _at: datetime, data: Mapping[str, Any]) -> _Changes:
    return _change_task(state, data, told_at=_instant(data["told_at"]))


def _settled(status: str) -> Callable[[ApplicationState, datetime, Mapping[str, Any]], _Changes]:
    def settle(state: ApplicationState, at: datetime, data: Mapping[str, Any]) -> _Changes:
        wanted, changes = data["id"], {"status": status, "settled_at": at, "late": data.get("late", False)}
        return {"tasks": tuple([evolve(t, changes) if t.id == wanted else t for t in state.tasks])}

    return settle


def _step_ran(_state: ApplicationState, _at: datetime, _data: Mapping[str, Any]) -> _Changes:
    return {}  # what it found follows in records of its own


def _retimed(_state: ApplicationState, _at: datetime, data: Mapping[str, Any]) -> _Changes:
    return {"timed_under": data["timed_under"]}


def _upgraded(state: ApplicationState, _at: datetime, data: Mapping[str, Any]) -> _Changes:
    renames, kept = data["renames"], data["kept"]

    def renamed(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
        names = renames.get(kind, {})
        return {names.get(name, name): value for name, value in values.items()}

    def task(one: TaskState) -> TaskState:
        changes: _Changes = {"name": renames.get("tasks", {}).get(one.name, one.name)}
        return evolve(one, changes | ({"rule": AddedRule(**kept[one.id])} if one.id in kept else {}))

    return {
        "workflow_hash": data["workflow"]["hash"],
        "state": data["state"],
        "final": data["final"],
        "outcome": data["outcome"],
        "facts": renamed("facts", state.facts),
        "past_facts": {round_: renamed("facts", facts) for round_, facts in state.past_facts.items()},
        "events": renamed("events", state.events),
        "limits": renamed("limits", state.limits),
        "tasks": tuple([task(one) for one in state.tasks]),
    }


_HANDLERS: dict[str, Callable[[ApplicationState, datetime, Mapping[str, Any]], _Changes]] = {
    "contact_added": _contact_added,
    "fact_set": _fact_set,
    "fact_dropped": _fact_dropped,
    "event_logged": _event_logged,
    "counted": _counted,
    "limit_reset": _limit_reset,
    "round_started": _round_started,
    "moved": _moved,
    "task_added": _task_added,
    "task_timed": _task_timed,
    "task_put_off": _task_put_off,
    "task_opened": _task_opened,
    "task_snoozed": _task_snoozed,
    "task_reminded": _task_reminded,
    "task_done": _settled("done"),
    "task_skipped": _settled("skipped"),
    "task_lapsed": _settled("lapsed"),
    "task_cancelled": _settled("cancelled"),
    "task_withheld": _settled("withheld"),
    "step_ran": _step_ran,
    "retimed": _retimed,
    "upgraded": _upgraded,
}

EVENT_TYPES = ("added", *_HANDLERS, "retracted")
"""Every type of record that a history can hold."""
