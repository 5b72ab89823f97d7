"""Every fault of a workflow at once: one file with nearly all of them, and what it gives, line by line.

To take over new lines after a change: `python -m tests.rulebook.test_check`, then read the difference.
"""

from pathlib import Path

import pytest

from jobflow.core.errors import InvalidFile
from jobflow.rulebook import faults
from jobflow.rulebook.faults import near
from jobflow.rulebook.load import load_source
from jobflow.rulebook.registry import Registry

HERE = Path(__file__).parent
REGISTRY = Registry(steps=("open-calendar-entries",), conditions=("full",))
MINIMAL = "format: 1\nworkflow: w\nversion: 1\ninitial: a\nstates: {a: {}}\n"


def faults_of(text: str) -> list[str]:
    with pytest.raises(InvalidFile) as refusal:
        load_source(text, "f", registry=REGISTRY)
    return [str(fault).removeprefix("f:") for fault in refusal.value.diagnostics]


def test_every_fault_is_told_at_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "MOST_FAULTS", 1000)
    found = faults_of((HERE / "faulty.yaml").read_text(encoding="utf-8"))
    assert found == (HERE / "faulty.txt").read_text(encoding="utf-8").splitlines()


def test_more_than_a_hundred_are_not_told_at_once() -> None:
    assert len(faults_of((HERE / "faulty.yaml").read_text(encoding="utf-8"))) == 100


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("[]", ["1:1 JF022 expected a workflow with keys, found a list."]),
        ("words", ["1:1 JF022 expected a workflow with keys, found the text 'words'."]),
        ("{}", [
            f"1:1 JF021 a workflow needs the key '{key}'. Hint: add '{key}: …'"
            for key in ("format", "workflow", "version", "initial", "states")
        ]),
        (MINIMAL.replace("{a: {}}", "{}"), [
            "4:10 JF111 unknown state 'a'. Hint: none is declared or registered",
            "5:9 JF025 there are no states, expected at least one.",
        ]),
        (MINIMAL.replace("{a: {}}", "[a]"), [
            "4:10 JF111 unknown state 'a'. Hint: none is declared or registered",
            "5:9 JF022 expected the states with keys, found a list.",
        ]),
        (MINIMAL.replace("{a: {}}", "{a: {final: true}}"), [
            "4:10 JF124 the initial state 'a' is final. Hint: start in a state that leads somewhere"
        ]),
        (MINIMAL.replace("format: 1", "format: 2"), [
            "1:9 JF103 this jobflow reads format 1. Hint: a newer jobflow may read it"
        ]),
        (MINIMAL.replace("format: 1", "format: yes"), ["1:9 JF022 expected a whole number, found the text 'yes'."]),
        (MINIMAL.replace("workflow: w", "workflow: [w]"), [
            "2:11 JF022 expected the workflow's name, found a list."
        ]),
        (MINIMAL + "tasks: []\nroles: {x: }\n", [
            "6:8 JF022 expected the tasks with keys, found a list.",
            "7:12 JF022 expected a few words about the role, found nothing. "
            "Hint: delete the key where there is nothing to say",
        ]),
        (MINIMAL + "facts: {x: }\nlimits: {y: 2}\n", [
            "6:12 JF022 expected a fact with keys, found nothing. Hint: write {} where there is nothing to say",
            "7:13 JF022 expected a limit with keys, found the number 2.",
        ]),
        (MINIMAL + "facts: {n: {type: number, from: live}}\n", [
            "6:33 JF123 'from' counts over the search, which only a workflow about it knows. "
            "Hint: write 'subject: search' at the top, or leave it out"
        ]),
        (MINIMAL + "subject: search\nfacts: {n: {type: text, from: live}}\n", [
            "7:31 JF127 'live' is a number, and the fact of type text. Hint: write 'type: number'"
        ]),
    ],
)  # fmt: skip
def test_faults_of_the_frame(text: str, lines: list[str]) -> None:
    assert faults_of(text) == lines


def test_an_empty_list_of_transitions_or_steps_says_that_there_are_none() -> None:
    workflow = load_source(MINIMAL.replace("{a: {}}", "{a: {transitions: [], steps: []}}"), "f").workflow
    assert not workflow.states["a"].transitions
    assert not workflow.states["a"].steps


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("repyl", ["reply"], "did you mean 'reply'?"),
        ("x", ["reply"], "the only one is 'reply'"),
        ("x", ["reply", "offer"], "one of: reply, offer"),
        ("x", [f"name{n}" for n in range(13)], f"one of: {', '.join(f'name{n}' for n in range(12))}, …"),
        ("x", [], "none is declared or registered"),
        ("reply" * 50, ["reply" * 49], f"the only one is '{'reply' * 49}'"),
    ],
)
def test_hints_for_unknown_names(name: str, known: list[str], hint: str) -> None:
    assert near(name, known) == hint


if __name__ == "__main__":
    faults.MOST_FAULTS = 1000
    lines = faults_of((HERE / "faulty.yaml").read_text(encoding="utf-8"))
    (HERE / "faulty.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
