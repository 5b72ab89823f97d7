"""Loading: paths, texts and shipped names; `extends`; faults of what is extended; files that can't be read."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobflow.core.errors import InvalidFile
from jobflow.core.model import Known, TaskIs
from jobflow.core.sizes import parse_size
from jobflow.rulebook import shipped as shipped_module
from jobflow.rulebook.load import load_source, load_workflow
from jobflow.rulebook.shipped import shipped, shipped_names

BASE = """\
format: 1
workflow: base
version: 4
initial: a
facts: {day: {type: date}, mood: {type: text}}
events: {reply: {to: a, drop_past: [day], title: They wrote}, called: {}}
tasks: {everywhere: {kind: todo, during: live}}
states:
  a:
    tasks: {ask: {kind: call, when: {known: day}, due: {first_known: [1 day]}, lapses: 2 days}}
    transitions: [{to: b, when: {settled: ask}}, {to: b, after: 1 week}]
  b: {final: true}
scenarios: [of the base]
"""
FILES = {"base": BASE}


def load(text: str, **files: str) -> object:
    return load_source(text, "mine.yaml", find=(FILES | files).get)


def faults_of(text: str, **files: str) -> list[str]:
    with pytest.raises(InvalidFile) as refusal:
        load(text, **files)
    return [str(fault) for fault in refusal.value.diagnostics]


def test_a_path_a_text_and_a_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + BASE.encode())
    for loaded in (load_workflow(path), load_workflow(str(path)), load_workflow(BASE)):
        assert loaded.workflow.name == "base"
        assert loaded.text == BASE
        assert loaded.data["scenarios"] == ["of the base"]
    assert load_workflow(path).path == str(path)
    assert load_workflow(BASE).path == "workflow"
    assert load_workflow("after-interview").workflow.name == "after-interview"


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("no-such-file.yaml", "no-such-file.yaml:0:0 JF001 the file can't be read: no such file or directory."),
        (".", ".:0:0 JF001 the file can't be read: is a directory."),
        ("", ":0:0 JF001 the file can't be read: is a directory."),
        ("a\0b", "a\0b:0:0 JF001 the file can't be read: embedded null byte."),
        ("x" * 300, f"{'x' * 300}:0:0 JF001 the file can't be read: file name too long."),
    ],
)
def test_files_that_can_not_be_read(path: str, line: str) -> None:
    with pytest.raises(InvalidFile) as refusal:
        load_workflow(path)
    assert [str(fault) for fault in refusal.value.diagnostics] == [line]


def test_only_the_beginning_of_a_huge_file_is_read() -> None:
    if not Path("/dev/zero").exists():
        pytest.skip("no /dev/zero")
    with pytest.raises(InvalidFile, match="JF003 the file has more than 256 KB"):
        load_workflow("/dev/zero")


def test_mappings_merge_and_texts_numbers_and_lists_replace() -> None:
    loaded = load_source(
        """\
workflow: mine
extends: base
version: 5
facts: {mood: {type: choice, options: [good, bad]}}
events: {reply: {drop_past: []}, called: , wrote: {}}
states:
  a:
    title: The first
    tasks: {ask: {when: {unknown: day}, due: 3 days}, more: {kind: todo}}
    transitions: [{to: b, when: {done: ask}}]
""".replace("drop_past: []", "drop_past: [day]"),
        "mine.yaml",
        find=FILES.get,
    )
    workflow = loaded.workflow
    assert (workflow.name, workflow.version, workflow.initial) == ("mine", 5, "a")
    assert workflow.facts["mood"].options == ("good", "bad")
    assert list(workflow.events) == ["reply", "wrote"]
    assert workflow.events["reply"].title == "They wrote"
    ask = workflow.tasks["ask"]
    assert ask.when == Known("day", wanted=False)
    assert ask.due is not None
    assert getattr(ask.due, "size", None) == parse_size("3 days")
    assert ask.lapses is not None
    assert [rule.when for rule in workflow.states["a"].transitions] == [TaskIs("ask", "done")]
    assert set(workflow.tasks) == {"everywhere", "ask", "more"}
    assert "scenarios" not in loaded.data
    assert "extends" not in loaded.data


def test_names_like_keys_of_tasks_are_no_policies() -> None:
    base = BASE.replace("everywhere: {kind", "due: {title: Due, kind").replace("due: {title", "when: {title")
    workflow = load_source(
        "workflow: w\nextends: base\ntasks: {when: {kind: call}}\n", "f", find={"base": base}.get
    ).workflow
    assert (workflow.tasks["when"].kind, workflow.tasks["when"].title) == ("call", "Due")


def test_extending_what_extends() -> None:
    middle = "workflow: middle\nextends: base\nstates: {a: {title: In the middle}}\n"
    loaded = load_source("workflow: mine\nextends: middle\n", "f", find=(FILES | {"middle": middle}).get)
    assert loaded.workflow.states["a"].title == "In the middle"
    assert loaded.workflow.version == 4


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("extends: base\n", [
            "mine.yaml:1:1 JF021 a workflow that extends another needs its own key 'workflow'. "
            "Hint: add 'workflow: NAME'"
        ]),
        ("workflow: mine\nextends: [base]\n", ["mine.yaml:2:10 JF022 'extends' takes the name of a workflow."]),
        ("workflow: mine\nextends: basse\n", [
            "mine.yaml:2:10 JF104 unknown workflow 'basse'. Hint: one of: after-interview, eager, from-application,"
            " keep-looking, patient, recruiter"
        ]),
        ("workflow: base\nextends: base\n", [
            "mine.yaml:2:10 JF104 workflows that extend each other: base → base."
        ]),
        ("workflow: mine\nextends: loop\n", [
            "mine.yaml:2:10 JF104 in pool:2:10: workflows that extend each other: mine → loop → pool → loop."
        ]),
        ("workflow: mine\nextends: deep0\n", [
            "mine.yaml:2:10 JF104 in deep9:2:10: workflows that extend each other: more than 10 levels."
        ]),
        ("workflow: mine\nextends: broken\n", [
            "mine.yaml:2:10 JF005 in broken:2:1: not YAML: did not find expected ',' or ']'."
        ]),
        ("workflow: mine\nextends: listing\n", ["mine.yaml:2:10 JF022 in listing:1:1: expected a workflow with keys."]),
        ("workflow: mine\nextends: twice\n", [
            "mine.yaml:2:10 JF011 in twice:2:1: the key 'version' stands here twice, first in line 1. Hint: keep one",
            "mine.yaml:1:1 JF021 a workflow needs the key 'format'. Hint: add 'format: …'",
            "mine.yaml:1:1 JF021 a workflow needs the key 'initial'. Hint: add 'initial: …'",
            "mine.yaml:1:1 JF021 a workflow needs the key 'states'. Hint: add 'states: …'",
        ]),
        ("workflow: mine\nextends: base\nevents: {replied: }\n", [
            "mine.yaml:3:10 JF105 there is no 'replied' to remove. Hint: did you mean 'reply'?"
        ]),
        # What the change breaks over there, and what is wrong here.
        ("workflow: mine\nextends: base\nfacts: {day: }\nstates: {a: {titel: A}}\n", [
            "mine.yaml:2:10 JF113 in base:6:37: unknown fact 'day'. Hint: the only one is 'mood'",
            "mine.yaml:2:10 JF113 in base:10:45: unknown fact 'day'. Hint: the only one is 'mood'",
            "mine.yaml:4:14 JF020 unknown key 'titel' in a state. Hint: did you mean 'title'?",
        ]),
        ("workflow: mine\nextends: base\ntitle: \n", [
            "mine.yaml:3:7 JF022 expected text, found nothing. Hint: delete the key where there is nothing to say"
        ]),
    ],
)  # fmt: skip
def test_faults_are_shown_in_the_extending_file(text: str, lines: list[str]) -> None:
    deep = {f"deep{n}": f"workflow: deep{n}\nextends: deep{n + 1}\n" for n in range(20)}
    found = faults_of(
        text,
        loop="workflow: loop\nextends: pool\n",
        pool="workflow: pool\nextends: loop\n",
        broken="[1",
        listing="[1]",
        twice="version: 1\nversion: 2\n",
        **deep,
    )
    assert sorted(found) == sorted(lines)


def test_shipped_workflows_are_found_and_sound() -> None:
    assert "after-interview" in shipped_names()
    for name in shipped_names():
        text = shipped(name)
        assert text is not None
        assert load_source(text, name).workflow.name == name
    assert shipped("nothing") is None
    assert shipped("../pyproject") is None
    assert shipped("") is None


@pytest.fixture
def unread() -> Iterator[None]:
    """What ships is read once in a process: here it is another, twice."""
    forget()
    yield
    forget()


def forget() -> None:
    shipped_names.cache_clear()
    shipped.cache_clear()


@pytest.mark.usefixtures("unread")
def test_shipped_workflows_come_from_the_package_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows" / "packed.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "workflows" / "notes.txt").write_text("", encoding="utf-8")
    monkeypatch.setattr(shipped_module, "files", lambda _package: tmp_path)
    assert shipped_names() == ("packed",)
    assert shipped("packed") == BASE


@pytest.mark.usefixtures("unread")
def test_without_any_folder_nothing_is_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped_module, "files", lambda _package: tmp_path)
    monkeypatch.setattr(shipped_module, "__file__", os.fspath(tmp_path / "a" / "b" / "c" / "d.py"))
    assert shipped_names() == ()
    assert shipped("after-interview") is None
