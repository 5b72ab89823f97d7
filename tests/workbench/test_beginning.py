"""Workflows begun from answers: what was asked for is what the file then says, and nothing else changes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobflow.core.errors import InvalidFile
from jobflow.core.model import PolicyChoice, Shift, Workflow
from jobflow.core.upgrading import Renames
from jobflow.rulebook.load import load_source, load_workflow
from jobflow.workbench.beginning import Answers, begun, lengths_of
from jobflow.workbench.comparing import changes
from tests.properties.strategies import scaled

BOOKS = {name: load_workflow(name).workflow for name in ("after-interview", "patient", "eager", "recruiter")}
LENGTHS = st.sampled_from(("4 days", "1 week", "2 weeks", "10 business days", "1 month", "P10D", "3 Days"))
ANSWERS: dict[str, st.SearchStrategy[Any]] = {
    "ask_after": st.none() | LENGTHS,
    "after_date": st.none() | LENGTHS,
    "follow_ups": st.none() | st.integers(1, 10),
    "apart": st.none() | LENGTHS,
    "let_go_after": st.none() | LENGTHS,
}


def sizes(policy: Any) -> list[str]:
    assert isinstance(policy, PolicyChoice)
    return [member.size.text for member in policy.members if isinstance(member, Shift)]


@given(st.sampled_from(sorted(BOOKS)), st.fixed_dictionaries(ANSWERS))
@settings(max_examples=scaled(0.5))
def test_what_was_answered_is_what_it_says_and_the_rest_is_as_it_was(name: str, given_: dict[str, Any]):
    base, answers = BOOKS[name], Answers(base=name, **given_)
    mine = load_source(begun("mine", answers, base), "mine").workflow
    asks, date = lengths_of(base)
    assert sizes(mine.tasks["status_check"].opens) == [
        answers.after_date or date, answers.ask_after or asks, answers.ask_after or asks,
    ]  # fmt: skip
    limit, was = mine.limits["follow_up"], base.limits["follow_up"]
    assert limit.at_most == (was.at_most if answers.follow_ups is None else answers.follow_ups)
    assert limit.apart is not None
    assert was.apart is not None
    assert limit.apart.text == (answers.apart or was.apart.text)
    (end,) = mine.states["followed-up"].transitions
    (before,) = base.states["followed-up"].transitions
    assert sizes(end.timer)[0] == (answers.let_go_after or sizes(before.timer)[0])
    touched = {change.rule for change in changes(base, mine, Renames())}
    assert touched <= {"limits/follow_up", "states/awaiting/tasks/status_check", "states/followed-up"}


@pytest.mark.parametrize("name", BOOKS)
def test_without_an_answer_nothing_is_otherwise(name: str):
    mine = load_source(begun("mine", Answers(base=name), BOOKS[name]), "mine").workflow
    assert changes(BOOKS[name], mine, Renames()) == []
    assert (mine.name, mine.version) == ("mine", 1)


def test_a_base_that_is_built_otherwise_gets_the_usual_lengths():
    other: Workflow = load_source(
        "{format: 1, workflow: o, version: 1, initial: a,"
        " states: {a: {transitions: [{to: b, after: 1 day}]}, b: {final: true}}}",
        "o",
    ).workflow
    assert lengths_of(other) == ("1 week", "1 business day")


@pytest.mark.parametrize("odd", ["soon", "{}", "1 week, since: reply}", "'", "1 week # no", "\n"])
def test_what_is_no_length_stays_one_text(odd: str):
    """Whatever is answered, the file has the same keys: the reader says what is wrong with the value."""
    text = begun("mine", Answers(base="after-interview", ask_after=odd, apart=odd), BOOKS["after-interview"])
    with pytest.raises(InvalidFile, match=r"JF106|JF026") as caught:
        load_source(text, "mine")
    assert {fault.code for fault in caught.value.diagnostics} <= {"JF106", "JF026"}
