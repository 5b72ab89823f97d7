"""What `jobflow.testing.strategies` gives to authors is what jobflow itself makes and takes."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from jobflow import Message
from jobflow.adapters.plugins.wire import decode, encode
from jobflow.contracts import AgendaItem, StepContext
from jobflow.core.application import encode as encoded
from jobflow.core.fold import replay
from jobflow.core.records import Record
from jobflow.rulebook.load import load_workflow
from jobflow.testing.strategies import History, agendas, as_yaml, histories, messages, step_contexts, workflows

from .strategies import scaled
from .world import check_chain


@given(histories())
@settings(max_examples=scaled(0.3))
def test_a_history_is_a_chain_and_its_fold_is_the_state(history: History):
    again = replay(list(history.records))
    assert again is not None
    assert encoded(again) == encoded(history.state)
    check_chain(history.records)
    assert history.state.state in history.workflow.states


@given(histories())
@settings(max_examples=scaled(0.2))
def test_records_reach_a_plugins_process_as_they_are(history: History):
    assert decode(encode(history.records, Sequence[Record]), Sequence[Record]) == history.records


@given(workflows().map(as_yaml))
@settings(max_examples=scaled(0.2))
def test_a_workflow_is_a_file_without_faults(text: str):
    assert load_workflow(text).workflow.name == "random"


@given(messages(), agendas(), step_contexts())
def test_what_plugins_are_given_reaches_their_process_as_it_is(
    message: Message, agenda: list[AgendaItem], context: StepContext
):
    assert decode(encode(message, Message), Message) == message
    assert decode(encode(agenda, Sequence[AgendaItem]), Sequence[AgendaItem]) == tuple(agenda)
    assert decode(encode(context, StepContext), StepContext) == context


def test_histories_are_of_many_kinds():
    seen: set[str] = set()

    @given(histories())
    @settings(max_examples=60, database=None, derandomize=True)
    def look(history: History) -> None:
        seen.update(record.type for record in history.records)

    look()
    assert {"added", "task_added", "task_done", "fact_set", "retracted"} <= seen
    assert isinstance(histories(), st.SearchStrategy)
