"""A hook that is not documented, or that no test uses on each of the three roads, fails the build."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

import jobflow.testing
from jobflow.adapters.plugins.discovery import Plugins
from jobflow.hookspecs import HOOKS, JobflowSpecs
from jobflow.testing import strategies
from tests.docs.pages import DOCS, blocks, headings, rows, section
from tests.plugins import test_roads
from tests.plugins.roads import ROADS, TRIED

PAGE = (DOCS / "reference/hooks.md").read_text(encoding="utf-8")


def test_every_hook_has_its_section_and_no_other():
    assert tuple(words for _, level, words in headings(PAGE) if level == 2) == HOOKS


def test_every_hook_has_its_row():
    assert tuple(line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| [`")) == HOOKS
    assert rows(PAGE) == []


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_an_example_with_the_arguments_of_the_contract(hook: str):
    source = "\n".join(line for block in blocks(section(PAGE, hook), "python") for line in block.lines)
    found = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.FunctionDef) and each.name == hook]
    assert len(found) == 1
    wanted = [name for name in inspect.signature(getattr(JobflowSpecs, hook)).parameters if name != "self"]
    assert [argument.arg for argument in found[0].args.args] == wanted


def test_the_examples_are_one_plugin_that_is_enabled(tmp_path: Path):
    source = "\n".join(line for block in blocks(PAGE, "python") for line in block.lines)
    (tmp_path / "example.py").write_text(source, encoding="utf-8")
    plugin = Plugins(str(tmp_path), str(tmp_path / "plugins.json")).enable("example")
    assert plugin.offers.hooks == HOOKS


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_tried_on_every_road(hook: str):
    test = getattr(test_roads, TRIED[hook])
    assert "road" in inspect.signature(test).parameters
    assert ROADS == ("file", "installed", "passed")


# -- jobflow.testing ---------------------------------------------------------------------------------------------------


def test_every_name_for_authors_is_described():
    page = (DOCS / "reference/testing.md").read_text(encoding="utf-8")
    words = set(re.findall(r"`([A-Za-z_]+)", page))
    assert set(jobflow.testing.__all__) - words == set()
    listed = {row.partition("(")[0] for row in rows(section(page, "Strategies"))} | {"History", "as_yaml"}
    assert listed == set(strategies.__all__)
