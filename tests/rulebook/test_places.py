"""The place of a rule, by its path: the line on which a reader finds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobflow.rulebook.load import load_workflow
from jobflow.rulebook.nodes import place_of
from jobflow.workbench.coverage import rule_paths

BOOK = Path("workflows/after-interview.yaml")
LOADED = load_workflow(BOOK)
LINES = BOOK.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("path", rule_paths(LOADED.workflow))
def test_every_rule_is_found_where_it_stands(path: str):
    place = place_of(LOADED.root, path)
    begins = LINES[place.line - 1][place.column - 1 :]
    name = path.rpartition("/")[2]
    if name.isdecimal():
        assert begins.startswith(("to: ", "{to: "))
        _, state, _, number = path.split("/")
        above = [line for line in LINES[: place.line] if line.startswith((f"  {state}:", "    transitions:"))]
        assert above[-1] == "    transitions:"
        since = LINES[: place.line][::-1]
        own = since[: since.index("    transitions:")]
        assert sum(line.startswith("      - ") for line in own) == int(number) + 1
    else:
        assert begins.startswith(f"{name}:")


@pytest.mark.parametrize("path", ["states/offer/transitions/7", "states/offer/transitions/one", "states/offer/nothing"])
def test_of_a_path_that_leads_further_than_the_file_the_last_place_on_the_way(path: str):
    assert place_of(LOADED.root, path) == place_of(LOADED.root, path.rpartition("/")[0])
    assert place_of(LOADED.root, "") == LOADED.root.place
