"""Law 5: the flat table that the engine runs on and the `transitions.Machine` that defines it agree on every input."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobflow.core.compile import compile_workflow
from jobflow.core.machine import build, event_trigger, flatten, pick, rules, table_of
from jobflow.core.model import Condition, Transition, Workflow
from jobflow.rulebook.load import load_workflow
from jobflow.rulebook.registry import Registry

from .strategies import STEP, as_yaml, scaled, workflows
from .world import shipped

WORKFLOWS = st.just(shipped().workflow) | workflows().map(compile_workflow)


class Subject:
    def __init__(self, state: str) -> None:
        self.state = state


class Guards:
    """Gives each guard its answer and notes which were asked, in order."""

    def __init__(self, answers: list[bool], workflow: Workflow) -> None:
        self.conditions: list[Condition] = []
        for _, _, rule in rules(workflow):
            if rule.when is not None and rule.when not in self.conditions:
                self.conditions.append(rule.when)
        self.answers = answers
        self.asked: list[Condition | None] = []

    def __call__(self, condition: Condition | None) -> bool:
        if condition is None:
            return True
        self.asked.append(condition)
        return self.answers[self.conditions.index(condition) % len(self.answers)]


def trigger(machine: Any, trigger: str, state: str) -> tuple[bool, str]:
    """What the library does: whether something fired, and where it led."""
    from transitions import MachineError

    subject = Subject(state)
    if trigger not in machine.events:
        return False, state
    try:
        return machine.events[trigger].trigger(subject), subject.state
    except MachineError:
        return False, subject.state


@given(WORKFLOWS, st.lists(st.booleans(), min_size=1, max_size=12))
@settings(max_examples=scaled(1))
@example(shipped().workflow, [True])
@example(shipped().workflow, [False])
def test_the_table_moves_as_the_machine_does(workflow: Workflow, answers: list[bool]) -> None:
    by_machine, by_table = Guards(answers, workflow), Guards(answers, workflow)
    machine, table = build(workflow, by_machine), table_of(workflow)
    triggers = ["when", "timer", *map(event_trigger, (*workflow.event_names(), "nonsense"))]
    for state in workflow.states:
        for name in triggers:
            by_machine.asked, by_table.asked = [], []
            moved, reached = trigger(machine, name, state)
            rule = pick(table, state, name, by_table)
            assert (rule is not None, rule.to if rule else state) == (moved, reached), (state, name)
            assert by_table.asked == by_machine.asked, (state, name)


@given(WORKFLOWS)
@settings(max_examples=scaled(1))
def test_the_table_is_the_machine_read_flat(workflow: Workflow) -> None:
    assert flatten(build(workflow)) == table_of(workflow)


@given(WORKFLOWS)
@settings(max_examples=scaled(0.5))
def test_rules_stand_in_the_order_of_the_file(workflow: Workflow) -> None:
    for (state, _), entries in table_of(workflow).items():
        own = [rule for _, rule in entries if rule.path.startswith(f"states/{state}/transitions/")]
        assert [rule for _, rule in entries][: len(own)] == own, "a state's transitions come before its events"
        assert own == sorted(own, key=_index)
        assert {rule.source for _, rule in entries} == {state}


def _index(rule: Transition) -> int:
    return int(rule.path.rpartition("/")[2])


@given(workflows())
@settings(max_examples=scaled(0.5))
def test_random_workflows_are_valid_files(data: dict[str, Any]) -> None:
    loaded = load_workflow(as_yaml(data), registry=Registry(steps=(STEP,)))
    assert loaded.data == data
    assert table_of(loaded.workflow) == table_of(compile_workflow(data))
