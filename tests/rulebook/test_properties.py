"""Laws of the rule book: sound files load and come back; whatever is done to a file, it is a workflow or faults."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jobflow.core.compile import compile_workflow
from jobflow.core.errors import InvalidFile
from jobflow.core.model import Workflow
from jobflow.rulebook.load import load_source
from jobflow.rulebook.shipped import shipped
from tests.rulebook.workflow_files import workflow_files

DEFAULT = shipped("after-interview") or ""
FAULTY = (Path(__file__).parent / "faulty.yaml").read_text(encoding="utf-8")
WORDS = [
    "after",
    "when",
    "at",
    "to",
    "1 day",
    "reply",
    "{}",
    "[]",
    "~",
    "true",
    "5",
    "- ",
    ": ",
    "'",
    "*a",
    "live",
    "due",
]


def outcome(text: str | bytes) -> Workflow | InvalidFile:
    """What loading gives; anything but a workflow or faults is a bug and raises."""
    try:
        return load_source(text, "f").workflow
    except InvalidFile as refusal:
        assert refusal.diagnostics
        for fault in refusal.diagnostics:
            assert "\n" not in str(fault)
            assert fault.line >= 1
            assert fault.column >= 1
        return refusal


@given(workflow_files)
def test_sound_files_load_and_their_data_comes_back(data: dict[str, Any]) -> None:
    loaded = load_source(json.dumps(data, indent=1), "f")
    assert loaded.data == data
    assert repr(loaded.workflow) == repr(compile_workflow(json.loads(json.dumps(loaded.data))))


@given(workflow_files, st.data())
def test_a_random_value_anywhere_gives_faults_or_a_workflow(data: dict[str, Any], draw: st.DataObject) -> None:
    changed = json.loads(json.dumps(data))
    spots = list(_spots(changed))
    for _ in range(draw.draw(st.integers(1, 3))):
        holder, key = draw.draw(st.sampled_from(spots))
        holder[key] = draw.draw(_VALUES | st.sampled_from(spots).map(lambda spot: spot[0]))
    try:
        text = json.dumps(changed)
    except ValueError:  # It holds itself now: no file can.
        return
    outcome(text)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**12) | st.floats() | st.text(max_size=5) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3),
    max_leaves=4,
)


def _spots(value: Any) -> Any:
    """Every place in nested data that can be replaced."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in list(pairs):
        yield value, key
        yield from _spots(member)


@given(st.sampled_from([DEFAULT, FAULTY]), st.data())
def test_a_mutated_file_gives_faults_or_a_workflow(text: str, draw: st.DataObject) -> None:
    for _ in range(draw.draw(st.integers(1, 4))):
        start = draw.draw(st.integers(0, len(text)))
        length = draw.draw(st.integers(0, 12))
        text = text[:start] + draw.draw(st.sampled_from(WORDS) | st.text(max_size=3)) + text[start + length :]
    outcome(text)


@given(st.sampled_from([DEFAULT]), st.data())
def test_lines_left_out_or_swapped_give_faults_or_a_workflow(text: str, draw: st.DataObject) -> None:
    lines = text.splitlines()
    for _ in range(draw.draw(st.integers(1, 5))):
        first, second = (draw.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        lines[first] = draw.draw(st.sampled_from(["", lines[second], f"  {lines[first]}"]))
    outcome("\n".join(lines))


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_bytes_give_faults_or_a_workflow(source: bytes | str) -> None:
    assert isinstance(outcome(source), InvalidFile)


@given(workflow_files, st.data())
def test_laying_anything_over_gives_faults_or_a_workflow(data: dict[str, Any], draw: st.DataObject) -> None:
    over = json.loads(json.dumps(data))
    values = [holder[key] for holder, key in _spots(data)]
    for _ in range(draw.draw(st.integers(0, 5))):
        holder, key = draw.draw(st.sampled_from(list(_spots(over))))
        # A copy: what is laid over must change neither what is below nor itself.
        holder[key] = deepcopy(draw.draw(st.none() | st.sampled_from(values)))
    over |= {"workflow": "mine", "extends": "base"}
    try:
        loaded = load_source(json.dumps(over), "f", find={"base": json.dumps(data)}.get)
    except InvalidFile as refusal:
        assert refusal.diagnostics
    else:
        assert loaded.workflow.name == "mine"
