"""Which rule takes an application out of its state. The only importer of `transitions`.

The workflow is a `transitions.Machine` (`build`), and the engine runs on the flat table read from it (`flatten`): the
same rules in the same order at a fraction of the cost per event. A property test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jobflow.core.model import Condition, EventRule, State, Transition, Workflow

if TYPE_CHECKING:
    from transitions import Machine

WHEN = "when"
"""The trigger of rules that act as soon as their condition holds."""
TIMER = "timer"
"""The trigger of rules that act at an instant."""

Rules = tuple[tuple[Condition | None, Transition], ...]
"""Ways out with their guards, in the order in which they are tried."""

Table = Mapping[tuple[str, str], Rules]


def event_trigger(event: str) -> str:
    """The trigger of an event: apart from the two above, whatever it is called."""
    return f"event:{event}"


def definition(workflow: Workflow, state: State, event: str) -> EventRule | None:
    """What an event does in a state: the state's own rule, else the one at the top, which final states do not have."""
    if event in state.events:
        return state.events[event]
    return None if state.final else workflow.events.get(event)


def rules(workflow: Workflow) -> list[tuple[str, str, Transition]]:
    """Every way out as (state, trigger, rule), in the order in which they are tried."""
    found: list[tuple[str, str, Transition]] = []
    for state in workflow.states.values():
        for rule in state.transitions:
            found.append((state.name, _trigger(rule), rule))
        for event in workflow.event_names():
            own = definition(workflow, state, event)
            if own is not None and own.to is not None:
                found.append((state.name, event_trigger(event), _from_event(state, own, own.to)))
    return found


def _trigger(rule: Transition) -> str:
    if rule.event is not None:
        return event_trigger(rule.event)
    return TIMER if rule.timer is not None else WHEN


def _from_event(state: State, rule: EventRule, to: str) -> Transition:
    return Transition(
        path=rule.path,
        source=state.name,
        to=to,
        event=rule.name,
        when=rule.when,
        outcome=rule.outcome,
        message=rule.message,
    )


class _Guard:
    """A condition as `transitions` wants one: a callable. It keeps its rule, so that `flatten` finds both again."""

    def __init__(self, rule: Transition, test: Callable[[Condition | None], bool]) -> None:
        self.rule, self.test = rule, test

    def __call__(self, _event: Any) -> bool:
        return self.test(self.rule.when)


def build(workflow: Workflow, test: Callable[[Condition | None], bool] = lambda _condition: True) -> Machine:
    """The workflow as a `transitions.Machine`, whose guards ask `test`. Trigger with `machine.events[name].trigger`."""
    from transitions import Machine  # 40 ms: only when a workflow is compiled, never on a tick's way

    machine = Machine(
        model=None, states=list(workflow.states), initial=workflow.initial, auto_transitions=False, send_event=True
    )
    for source, trigger, rule in rules(workflow):
        machine.add_transition(trigger, source, rule.to, conditions=[_Guard(rule, test)])
    return machine


def flatten(machine: Machine) -> Table:
    """The machine as a plain table: (state, trigger) to the rules in order."""
    table: dict[tuple[str, str], tuple[tuple[Condition | None, Transition], ...]] = {}
    for trigger, event in machine.events.items():
        for state, transitions in event.transitions.items():
            guards = [condition.func for transition in transitions for condition in transition.conditions]
            found = [guard.rule for guard in guards if isinstance(guard, _Guard)]
            table[(state, trigger)] = tuple((rule.when, rule) for rule in found)
    return table


@lru_cache(maxsize=64)
def table_of(workflow: Workflow) -> Table:
    """The same table straight from the rules: what a tick uses, which has no time to build a machine."""
    table: dict[tuple[str, str], tuple[tuple[Condition | None, Transition], ...]] = {}
    for source, trigger, rule in rules(workflow):
        table[(source, trigger)] = (*table.get((source, trigger), ()), (rule.when, rule))
    return table


def pick(table: Table, state: str, trigger: str, holds: Callable[[Condition | None], bool]) -> Transition | None:
    """The first rule in file order whose guard holds."""
    for guard, rule in table.get((state, trigger), ()):
        if guard is None or holds(guard):
            return rule
    return None
