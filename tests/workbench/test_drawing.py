"""Pictures of workflows: nothing is left out, any text survives, the way that was taken is marked with its dates."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobflow import Jobflow, NewContact, Settings
from jobflow.core.model import Workflow
from jobflow.render.diagram import dot, mermaid
from jobflow.rulebook.load import load_source, load_workflow
from jobflow.testing import ManualClock
from jobflow.workbench.drawing import ANYWHERE, Graph, drawn
from tests.properties.strategies import scaled

from .made_up import valid_workflow

BERLIN = ZoneInfo("Europe/Berlin")
needs_graphviz = pytest.mark.skipif(
    shutil.which("dot") is None and not os.environ.get("CI"), reason="Graphviz is not installed"
)
LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Co", "Cn"))
TITLES = st.text(LETTERS, min_size=1, max_size=60).filter(lambda text: bool(text.strip()))


def rules_that_lead(workflow: Workflow) -> set[tuple[str, str, str]]:
    """Read off the workflow anew: from where, to where, by which rule."""
    found = set()
    for state in workflow.states.values():
        found |= {(state.name, rule.to, rule.path) for rule in state.transitions}
        found |= {(state.name, event.to, event.path) for event in state.events.values() if event.to}
    return found | {(ANYWHERE, event.to, event.path) for event in workflow.events.values() if event.to}


def check_whole(workflow: Workflow, graph: Graph) -> None:
    led = [(edge.source, edge.to, rule) for edge in graph.edges for rule in edge.rules]
    assert sorted(led) == sorted(rules_that_lead(workflow))
    assert len({(edge.source, edge.to) for edge in graph.edges}) == len(graph.edges)
    assert all(len(edge.lines) == len(edge.rules) and all(edge.lines) for edge in graph.edges)
    names = [node.name for node in graph.nodes]
    assert [name for name in names if name != ANYWHERE] == list(workflow.states)
    assert len(set(names)) == len(names)
    assert {edge.source for edge in graph.edges} | {edge.to for edge in graph.edges} <= set(names)


@given(st.integers(0, 10**6))
@settings(max_examples=scaled(0.5))
def test_every_rule_that_leads_somewhere_is_on_one_edge_and_every_state_is_one_node(seed: int):
    workflow = load_source(json.dumps(valid_workflow(seed)), "made-up").workflow
    check_whole(workflow, drawn(workflow))


def test_the_shipped_workflow_is_drawn_whole():
    workflow = load_workflow("after-interview").workflow
    graph = drawn(workflow)
    check_whole(workflow, graph)
    (edge,) = (edge for edge in graph.edges if (edge.source, edge.to) == ("thanked", "awaiting"))
    assert edge.lines == [
        "when debrief is settled and thank_referrer is settled",
        "2 business days after this state began",
    ]
    (node,) = (node for node in graph.nodes if node.name == "followed-up")
    assert node.lines[0].endswith("; at most 2 in all, 5 business days apart")
    assert [note.partition(":")[0].partition(";")[0] for note in graph.notes] == [
        "debrief", "prepare", "thank referrer", "ask decision date",
    ]  # fmt: skip


def story() -> tuple[Workflow, list[Any]]:
    clock = ManualClock(datetime(2026, 3, 10, 14, 0, tzinfo=UTC))
    flow = Jobflow.open(clock=clock, settings=Settings(timezone="Europe/Berlin", channels={}))
    flow.add("Acme", contacts=(NewContact("interviewer", "Ada"),))
    clock.set(datetime(2026, 3, 11, 23, 30, tzinfo=UTC))  # the 12th in Berlin
    flow.done(1)
    clock.advance(timedelta(days=2))
    flow.log("acme", "offer")
    return flow.workflow_of("acme"), list(flow.history("acme"))


def test_the_way_that_was_taken_is_marked_with_its_dates():
    workflow, records = story()
    graph = drawn(workflow, records)
    taken = {(edge.source, edge.to): len(edge.taken) for edge in graph.edges if edge.taken}
    assert taken == {("interviewed", "thanked"): 1, (ANYWHERE, "offer"): 1}
    assert [node.name for node in graph.nodes if node.entered] == ["interviewed", "thanked", "offer"]
    assert [node.name for node in graph.nodes if node.present] == ["offer"]
    for text in (mermaid(graph, BERLIN), dot(graph, BERLIN)):
        assert "Tue 10 March 2026" in text
        assert text.count("Thu 12 March 2026") == 2, "at the edge and in the state"
        assert "here since Sat 14 March 2026" in text
    assert "s0 ==>" in mermaid(graph, BERLIN)
    assert "==>" not in mermaid(drawn(workflow), BERLIN)


def test_what_was_taken_back_is_not_marked():
    workflow, records = story()
    flow = Jobflow.open(clock=ManualClock(records[-1].recorded_at), settings=Settings(channels={}))
    flow.add("Acme")
    flow.log("acme", "offer")
    flow.undo()
    assert not any(edge.taken for edge in drawn(workflow, flow.history("acme")).edges)


def titled(title: str) -> Graph:
    data = {
        "format": 1, "workflow": "odd", "version": 1, "initial": "end", "title": title,
        "states": {
            "end": {
                "title": title,
                "tasks": {"graph": {"kind": "todo", "title": title}},
                "transitions": [{"to": "class", "after": "1 week", "outcome": "subgraph"}],
            },
            "class": {"title": title, "final": True},
        },
    }  # fmt: skip
    return drawn(load_source(json.dumps(data, ensure_ascii=False), "odd").workflow)


@needs_graphviz
@given(TITLES)
@settings(max_examples=scaled(0.1))
def test_any_title_comes_back_from_graphviz_as_it_was(title: str):
    text = dot(titled(title), BERLIN)
    done = subprocess.run(["dot", "-Tjson0"], input=text.encode(), capture_output=True, check=True)
    (node,) = (found for found in json.loads(done.stdout)["objects"] if found["name"] == "s1")
    label = node["label"].replace("\\\\", "\0").replace("\\l", " ").replace("\0", "\\")
    assert "".join(label.split()) == "".join(title.split())


@given(TITLES)
@settings(max_examples=scaled(0.5))
def test_no_title_breaks_out_of_its_quotes_in_mermaid(title: str):
    text = mermaid(titled(title), BERLIN)
    lines = text.splitlines()
    assert lines[0] == "flowchart TD"
    for line in lines[1:]:
        assert re.fullmatch(r' {4}(?:s\d+(?:\(\[|\[|\{\{)"[^"`]*"(?:\]\)|\]|\}\})|s\d+ -->\|"[^"`]*"\| s\d+)', line), (
            line
        )
    shown = re.search(r's1\(\["(.*)"\]\)', text)
    assert shown is not None
    back = shown[1].replace("<br/>", " ")
    for code, character in (
        ("quot", '"'),
        ("lt", "<"),
        ("gt", ">"),
        ("96", "`"),
        ("92", "\\"),
        ("42", "*"),
        ("amp", "&"),
    ):
        back = back.replace(f"#{code};", character)
    assert "".join(back.replace("#35;", "#").split()) == "".join(title.split())


@needs_graphviz
def test_the_default_workflow_fits_one_page_and_no_word_is_cut(tmp_path: Path):
    graph = drawn(load_workflow("after-interview").workflow)
    done = subprocess.run(["dot", "-Tsvg"], input=dot(graph, BERLIN).encode(), capture_output=True, check=True)
    root = ElementTree.fromstring(done.stdout)
    width, height = (float((root.get(name) or "").removesuffix("pt")) for name in ("width", "height"))
    # A4 is 595 by 842 points: with the smallest letters at 9 points, 7 are left on paper.
    assert max(width / 595, height / 842) < 9 / 7
    shown = " ".join(element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text"))
    for node in graph.nodes:
        assert node.title in shown
    for edge in graph.edges:
        for line in edge.lines:
            assert set(line.split()) <= set(shown.split())
