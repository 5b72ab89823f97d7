"""In what two workflows differ, rule by rule, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jobflow.core.conditions import in_words
from jobflow.core.explain import policy_words
from jobflow.core.model import EventRule, FactRule, Limit, State, TaskRule, Transition, Workflow
from jobflow.core.upgrading import Renames

Words = tuple[str, ...]
"""What a rule says, part by part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One rule that is otherwise. `rule`: its path, by its new name.

    `before`, `after`: what only one of them says, in words; None where it has no such rule.
    """

    rule: str
    before: str | None
    after: str | None

    def to_json(self) -> dict[str, Any]:
        """As `workflow upgrade --json` prints it."""
        return {"rule": self.rule, "before": self.before, "after": self.after}


def changes(old: Workflow, new: Workflow, renames: Renames) -> list[Change]:
    """Every rule that was added, is gone or says something else; what is only renamed says so."""
    before, after = dict(_rules(old)), dict(_rules(new))
    named = {_renamed(path, renames): path for path in before}
    found = []
    for path in dict.fromkeys((*named, *after)):
        was, now = before.get(named.get(path, "")), after.get(path)
        if was is None or now is None:
            found.append(Change(rule=path, before=_joined(was), after=_joined(now)))
        elif was != now or named[path] != path:
            left = ([named[path]] if named[path] != path else []) + [part for part in was if part not in now]
            come = ([path] if named[path] != path else []) + [part for part in now if part not in was]
            found.append(Change(rule=path, before=_joined(left) or "", after=_joined(come) or ""))
    return found + [
        Change(rule=f"states/{name}", before=was, after=now)
        for name in new.states
        for was, now in _ways(old, name, new, renames)
    ]


def _ways(old: Workflow, name: str, new: Workflow, renames: Renames) -> Iterator[tuple[str | None, str | None]]:
    """Ways out of a state that are gone, and those that are new: an order has no names to go by."""
    earlier = next((state for state in old.states if renames.states.get(state, state) == name), None)
    if earlier is None:
        return
    was = [_way(rule, renames.states) for rule in old.states[earlier].transitions]
    now = [_way(rule, {}) for rule in new.states[name].transitions]
    gone, come = [words for words in was if words not in now], [words for words in now if words not in was]
    for index in range(max(len(gone), len(come))):
        yield gone[index] if index < len(gone) else None, come[index] if index < len(come) else None
    if not gone and not come and was != now:
        yield "; ".join(was), "; ".join(now)


def _joined(words: Iterable[str] | None) -> str | None:
    return None if words is None else ", ".join(words)


def _renamed(path: str, renames: Renames) -> str:
    parts = path.split("/")
    kinds: Mapping[str, Mapping[str, str]] = {
        "states": renames.states,
        "tasks": renames.tasks,
        "facts": renames.facts,
        "events": renames.events,
        "limits": renames.limits,
    }
    for place in range(0, len(parts) - 1, 2):
        parts[place + 1] = kinds[parts[place]].get(parts[place + 1], parts[place + 1])
    return "/".join(parts)


def _rules(workflow: Workflow) -> Iterator[tuple[str, Words]]:
    """Every rule that has a name, with what it says."""
    yield from ((f"facts/{fact.name}", tuple(_fact(fact))) for fact in workflow.facts.values())
    yield from ((f"limits/{limit.name}", tuple(_limit(limit))) for limit in workflow.limits.values())
    yield from ((event.path, tuple(_event(event))) for event in workflow.events.values())
    yield from ((task.path, tuple(_task(task))) for task in workflow.spanning)
    for state in workflow.states.values():
        yield f"states/{state.name}", tuple(_state(state))
        yield from ((task.path, tuple(_task(task))) for task in state.tasks)
        yield from ((event.path, tuple(_event(event))) for event in state.events.values())


def _state(state: State) -> Iterator[str]:
    yield f"'{state.title}'"
    yield from ["final"] if state.final else []
    yield from ["before an interview"] if state.before_round else []
    yield from (f"runs {step.kind}" for step in state.steps)


def _fact(fact: FactRule) -> Iterator[str]:
    yield fact.type
    yield from [f"one of {', '.join(fact.options)}"] if fact.options else []
    yield from ["kept for each round"] if fact.by_round else []
    yield from [f"counts {fact.source}"] if fact.source else []


def _limit(limit: Limit) -> Iterator[str]:
    yield f"at most {limit.at_most}" if limit.at_most is not None else "no cap"
    yield from [f"{limit.apart.text} apart"] if limit.apart else []
    yield from [f"anew after {' or '.join(limit.reset)}"] if limit.reset else []


def _event(event: EventRule) -> Iterator[str]:
    yield f"to {event.to}" if event.to else "moves nothing"
    yield from [f"ends as {event.outcome}"] if event.outcome else []
    yield from [f"while {in_words(event.when)}"] if event.when else []
    yield from [f"counts under {event.counts}"] if event.counts else []
    yield from ["begins a round"] if event.starts_round else []
    yield from (f"forgets {name} once it has passed" for name in event.drop_past)
    yield from (f"forgets {name}" for name in event.drop)


def _task(task: TaskRule) -> Iterator[str]:
    yield f"{task.kind} '{task.title}'"
    yield f"opens {policy_words(task.opens) if task.opens else 'at once'}"
    yield f"due {policy_words(task.due)}" if task.due else "no due date"
    yield f"lapses {policy_words(task.lapses)}" if task.lapses else "never lapses"
    yield from [f"while {in_words(task.when)}"] if task.when else []
    yield from [f"counts under {task.counts}"] if task.counts else []
    yield from [f"for each {' or '.join(task.each)}"] if task.each else []
    yield from [f"else for {task.otherwise}"] if task.otherwise else []
    yield from [f"during {', '.join(task.during)}", f"once in the {task.once}"] if task.during else []
    yield f"reminded every {task.remind.every.text}, {task.remind.at_most} times"
    yield from [f"template {task.template}"] if task.template else []


def _way(rule: Transition, names: Mapping[str, str]) -> str:
    words = f"to {names.get(rule.to, rule.to)}" + (f" as {rule.outcome}" if rule.outcome else "")
    words += f", on {rule.event}" if rule.event else ""
    words += f", {policy_words(rule.timer)}" if rule.timer else ""
    return words + (f", while {in_words(rule.when)}" if rule.when else "")
