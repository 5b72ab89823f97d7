"""Values of the contract as JSON: there and back is the same; anything else is refused at its place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobflow.adapters.plugins.wire import WireFault, decode, encode
from jobflow.contracts import (
    AgendaItem,
    Attachment,
    Failed,
    Message,
    NewMessage,
    NewTask,
    Outcome,
    Retry,
    Sent,
    StepContext,
    StepResult,
    Unknown,
)

text = st.text(st.characters(codec="utf-8"), max_size=20)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
facts = st.dictionaries(text, plain, max_size=3)
instants = st.datetimes(timezones=st.just(UTC))
outcomes = st.one_of(
    st.builds(Sent, st.none() | text),
    st.builds(Retry, text, st.none() | st.timedeltas()),
    st.builds(Failed, text),
    st.builds(Unknown, text),
)
attachments = st.builds(Attachment, name=text, content_type=text, content=st.binary())
messages = st.builds(
    Message,
    id=text,
    key=text,
    kind=st.sampled_from(["opened", "due", "letter"]),
    subject=text,
    text=text,
    html=st.none() | text,
    application=st.none() | text,
    tasks=st.lists(st.integers()).map(tuple),
    recipient=st.none() | text,
    attachments=st.lists(attachments, max_size=2).map(tuple),
)
agendas = st.lists(
    st.builds(AgendaItem, opens_at=st.none() | instants, due_at=instants, title=text, task=st.integers()), max_size=2
).map(tuple)
contexts = st.builds(StepContext, facts=facts, contacts=st.lists(facts, max_size=2).map(tuple), arguments=facts)
results = st.builds(
    StepResult,
    facts=facts,
    tasks=st.lists(st.builds(NewTask, title=text, due_in=st.none() | st.timedeltas()), max_size=2).map(tuple),
    messages=st.lists(st.builds(NewMessage, subject=text, text=text), max_size=2).map(tuple),
)
VALUES: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (Outcome, outcomes),
    (Message, messages),
    (Sequence[AgendaItem], agendas),
    (StepContext, contexts),
    (StepResult | Retry | Failed, results | outcomes.filter(lambda o: isinstance(o, Retry | Failed))),
]


@pytest.mark.parametrize(("hint", "values"), VALUES, ids=lambda value: str(value)[:30])
@given(data=st.data())
def test_there_and_back_is_the_same(hint: Any, values: st.SearchStrategy[Any], data: st.DataObject):
    value = data.draw(values)
    assert decode(json.loads(json.dumps(encode(value, hint), allow_nan=False)), hint) == value


@pytest.mark.parametrize(("hint", "values"), VALUES, ids=lambda value: str(value)[:30])
@given(data=st.data())
def test_other_data_is_refused(hint: Any, values: st.SearchStrategy[Any], data: st.DataObject):
    other = data.draw(plain)
    if hint == Sequence[AgendaItem] and other == []:
        return
    with pytest.raises(WireFault):
        decode(other, hint)


@given(data=st.data(), message=messages)
def test_one_field_of_another_type_is_named(data: st.DataObject, message: Message):
    encoded = encode(message, Message)
    name = data.draw(st.sampled_from(sorted(encoded.keys() - {"is"})))
    with pytest.raises(WireFault, match=f"object instead of .* for Message.{name}"):
        decode({**encoded, name: object()}, Message)
    with pytest.raises(WireFault):
        decode({key: value for key, value in encoded.items() if key != name}, Message)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (None, "None instead of Sent, Retry, Failed or Unknown"),
        (Sent, "type instead of Sent, Retry, Failed or Unknown"),
        (Failed(None), "None instead of str for Failed.reason"),  # type: ignore[arg-type]
        (Retry("x", 3), "int instead of timedelta for Retry.after"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_outcome(value: object, fault: str):
    with pytest.raises(WireFault) as found:
        encode(value, Outcome)
    assert str(found.value) == fault


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        ({"a": float("nan")}, "float instead of .* for StepResult.facts\\['a'\\]"),
        ({"a": [1, {"b": {2}}]}, "set instead of .* for StepResult.facts\\['a'\\]\\[1\\]\\['b'\\]"),
        ({3: 1}, "int instead of str for a key of StepResult.facts"),
        ([], "list instead of a dict for StepResult.facts"),
    ],
)
def test_facts_are_plain_data(facts: Any, fault: str):
    with pytest.raises(WireFault, match=fault):
        encode(StepResult(facts=facts), StepResult)


def test_lists_are_taken_for_tuples_and_halves_of_characters_are_made_whole():
    result = StepResult(tasks=[NewTask(title="a\ud800b", due_in=timedelta(1))])  # type: ignore[arg-type]
    assert decode(encode(result, StepResult), StepResult).tasks == (NewTask(title="a�b", due_in=timedelta(1)),)
    assert decode({"is": "Failed", "reason": "\ud83d\ude00\udc00"}, Outcome) == Failed("\U0001f600�")
