"""Workflows that are sound by construction, from a seed, and the same with one fault seeded."""

import copy
from collections.abc import Callable, Iterator
from random import Random  # noqa: TID251  # seeded
from typing import Any

Data = dict[str, Any]
KINDS = ("letter", "call", "email", "todo", "form")


def valid_workflow(seed: int) -> Data:
    """One in which every rule can act, every silence ends, and nobody is pestered."""
    dice = Random(seed)
    count = dice.randint(2, 6)
    names = [f"s{n}" for n in range(count)]
    data: Data = {
        "format": 1,
        "workflow": "made-up",
        "version": 1,
        "initial": "s0",
        "roles": {"interviewer": "Somebody who asked"},
        "facts": {"decision_date": {"type": "date"}, "mood": {"type": "text"}},
        "limits": {"contact": {"at_most": dice.randint(1, 3), "apart": "2 business days", "reset": ["reply"]}},
        "events": {
            "reply": {"to": dice.choice(names), "drop_past": ["decision_date"]},
            "offer": {"to": "closed", "outcome": "offer"},
            "reached_out": {"counts": "contact"},
        },
        "states": {},
    }
    for n in range(count):
        data["states"][names[n]] = _state(dice, n, [*names[n + 1 :], "closed"])
    data["states"]["closed"] = {"final": True}
    # Whatever stands further along must be reached by something: each state leads to the next one by an event.
    for n in range(count - 1):
        data["states"][names[n]].setdefault("events", {})[f"on{n}"] = {"to": names[n + 1]}
    return data


def _state(dice: Random, n: int, onward: list[str]) -> Data:
    tasks: Data = {}
    for letter in "ab"[: dice.randint(0, 2)]:
        tasks[f"t{n}{letter}"] = _task(dice)
    to = dice.choice(onward)
    state: Data = {"tasks": tasks} if tasks else {}
    first = next(iter(tasks), None)
    ways: list[Data] = []
    kind = dice.choice(("after", "settled", "done", "latest", "first_known"))
    if kind in ("settled", "done") and len(tasks) == 1 and first is not None:
        if kind == "settled":
            ways.append(_to(dice, to, when={"settled": first}))
        else:
            ways.append(_to(dice, to, when={"done": first}))
            ways.append(_to(dice, dice.choice(onward), after="30 business days"))
    elif kind == "latest":
        members = [{"after": "6 weeks", "since": "entered"}, {"after": "2 business days", "since": "decision_date"}]
        ways.append(_to(dice, to, at={"latest": members}))
    elif kind == "first_known":
        members = [{"after": "2 business days", "since": "decision_date"}, {"after": "6 weeks", "since": "entered"}]
        ways.append(_to(dice, to, at={"first_known": members}))
    else:
        ways.append(_to(dice, to, after=dice.choice(("30 business days", "45 days", "2 months"))))
    state["transitions"] = ways
    return state


def _to(dice: Random, to: str, **trigger: Any) -> Data:
    way: Data = {"to": to, **trigger}
    if to == "closed":
        way["outcome"] = dice.choice(("no_response", "let_go"))
    return way


def _task(dice: Random) -> Data:
    task: Data = {"kind": dice.choice(KINDS)}
    opens = dice.choice((None, "3 days", "1 week", "2 business days", "anchored"))
    if opens == "anchored":
        anchored = [{"after": "1 business day", "since": "decision_date"}, {"after": "5 days", "since": "entered"}]
        task["opens"] = {"first_known": anchored}
    elif opens:
        task["opens"] = opens
    if dice.random() < 0.7:
        task["due"] = dice.choice(("1 day", "2 business days", "3 days"))
    lapses = dice.choice(("3 business days", "1 week", "5 business days"))
    task["lapses"] = lapses if "due" in task else {"after": lapses, "since": "opens"}
    if task["kind"] in ("letter", "call", "email") and dice.random() < 0.6:
        task["counts"] = "contact"
    if dice.random() < 0.2:
        task["each"] = ["interviewer"]
        if dice.random() < 0.5:
            task["otherwise"] = "the team"
    return task


def seed_fault(data: Data, seed: int) -> tuple[str, Data]:
    """The workflow with one fault, and what was done to it."""
    dice = Random(seed)
    kinds = list(FAULTS.items())
    dice.shuffle(kinds)
    for name, fault in kinds:
        spoilt = copy.deepcopy(data)
        if fault(dice, spoilt) and spoilt != data:
            return name, spoilt
    raise AssertionError("no fault fits")


def _ways(data: Data) -> list[tuple[Data, int]]:
    return [(s, i) for s in data["states"].values() for i in range(len(s.get("transitions", ())))]


def _tasks(data: Data) -> list[tuple[Data, str]]:
    return [(state["tasks"], name) for state in data["states"].values() for name in state.get("tasks", ())]


def _pick(dice: Random, found: list[Any]) -> Iterator[Any]:
    if found:
        yield dice.choice(found)


def drop_exit(dice: Random, data: Data) -> bool:
    """No way out of a state by itself any more."""
    for state, index in _pick(dice, _ways(data)):
        del state["transitions"][index]
        return True
    return False


def turn_back(dice: Random, data: Data) -> bool:
    """A way leads back to where applications begin, or stays."""
    for state, index in _pick(dice, _ways(data)):
        way = state["transitions"][index]
        way["to"] = "s0"
        way.pop("outcome", None)
        return True
    return False


def no_lapse(dice: Random, data: Data) -> bool:
    """A task waits for the user for ever."""
    for tasks, name in _pick(dice, _tasks(data)):
        return tasks[name].pop("lapses", None) is not None
    return False


def lapse_at_once(dice: Random, data: Data) -> bool:
    """A task lapses when it opens."""
    for tasks, name in _pick(dice, _tasks(data)):
        tasks[name].pop("due", None)
        tasks[name]["lapses"] = {"after": "0 days", "since": "opens"}
        return True
    return False


def unknown_anchor(dice: Random, data: Data) -> bool:
    """A way out counts from a date that may never be known."""
    for state, index in _pick(dice, _ways(data)):
        way = state["transitions"][index]
        for key in ("after", "at", "when"):
            way.pop(key, None)
        way.update({"after": "1 week", "since": "decision_date"})
        return True
    return False


def leave_early(dice: Random, data: Data) -> bool:
    """A way out comes before the tasks of the state open."""
    found = [(s, i) for s, i in _ways(data) if any("opens" in t for t in s.get("tasks", {}).values())]
    for state, index in _pick(dice, found):
        way = state["transitions"][index]
        for key in ("since", "at", "when"):
            way.pop(key, None)
        way["after"] = "1 business day"
        return True
    return False


def impossible(dice: Random, data: Data) -> bool:
    """A condition that never holds."""
    for state, index in _pick(dice, _ways(data)):
        state["transitions"][index]["when"] = {"all": [{"known": "mood"}, {"unknown": "mood"}]}
        return True
    return False


def move_at_once(dice: Random, data: Data) -> bool:
    """A way out without delay, and one back."""
    for state, index in _pick(dice, _ways(data)):
        way = state["transitions"][index]
        target = data["states"][way["to"]]
        if target.get("final"):
            return False
        for key in ("after", "since", "at"):
            way.pop(key, None)
        way["when"] = {"not": {"known": "mood"}}
        back = {"to": next(n for n, s in data["states"].items() if s is state), "when": {"unknown": "mood"}}
        target.setdefault("transitions", []).insert(0, back)
        return True
    return False


def twice(dice: Random, data: Data) -> bool:
    """A way out stands there twice, the second time to somewhere else."""
    for state, index in _pick(dice, _ways(data)):
        way = state["transitions"][index]
        others = [name for name in data["states"] if name != way["to"]]
        second = {key: value for key, value in way.items() if key != "outcome"} | {"to": dice.choice(others)}
        state["transitions"].insert(index + 1, second)
        return True
    return False


def unreachable(dice: Random, data: Data) -> bool:
    """A state that nothing leads to."""
    data["states"]["island"] = {"transitions": [{"to": "closed", "after": "1 week"}]}
    return True


def no_contact(dice: Random, data: Data) -> bool:
    """A limit that allows nothing."""
    data["limits"]["contact"]["at_most"] = 0
    return any(tasks[name].get("counts") for tasks, name in _tasks(data))


def reset_by_itself(dice: Random, data: Data) -> bool:
    """A limit that its own event sets back."""
    data["limits"]["contact"]["reset"].append("reached_out")
    return True


def pester(dice: Random, data: Data) -> bool:
    """A letter again and again, and nothing counts it."""
    name = dice.choice([n for n, s in data["states"].items() if not s.get("final")])
    state = data["states"][name]
    state.setdefault("tasks", {})["nag"] = {"kind": "email", "due": "1 day", "lapses": "2 business days"}
    state["transitions"] = [{"to": name, "when": {"done": "nag"}}, *state["transitions"]]
    return True


def swap_to_later(dice: Random, data: Data) -> bool:
    """A length in days becomes one a hundred times as long: sound, only slower."""
    for state, index in _pick(dice, [(s, i) for s, i in _ways(data) if "after" in s["transitions"][i]]):
        state["transitions"][index]["after"] = "150 days"
        return True
    return False


FAULTS: dict[str, Callable[[Random, Data], bool]] = {
    fault.__name__: fault
    for fault in (
        drop_exit,
        turn_back,
        no_lapse,
        lapse_at_once,
        unknown_anchor,
        leave_early,
        impossible,
        move_at_once,
        twice,
        unreachable,
        no_contact,
        reset_by_itself,
        pester,
        swap_to_later,
    )
}
