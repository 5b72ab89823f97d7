"""The official plugins in `plugins/`: each a distribution like anybody's, on public names alone."""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

import jobflow
import jobflow.testing.strategies
from jobflow.adapters.plugins.kit import Kit
from jobflow.adapters.plugins.options import offer_of
from jobflow.rulebook.config import check_config
from tests.checks import PLUGINS
from tests.docs.pages import blocks

IDS = [path.name for path in PLUGINS]
PUBLIC = {
    "jobflow": {*jobflow.__all__, "testing"},
    "jobflow.testing": {*jobflow.testing.__all__, "strategies"},
    "jobflow.testing.strategies": set(vars(jobflow.testing.strategies)),
}
TICKED = re.compile(r"`(\w+)`")
INSTALL = "not installed: python -m tests.checks does it first"


def project(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((path / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def test_there_are_some():
    assert "jobflow-caldav" in IDS


@pytest.mark.parametrize("path", PLUGINS, ids=IDS)
def test_it_is_whole_and_in_the_index(path: Path):
    assert project(path)["name"] == path.name
    assert (path / "README.md").is_file()
    assert list(path.glob("tests/test_*.py"))
    assert list(path.glob("src/*/py.typed"))
    assert f"]({path.name}/README.md)" in (path.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PLUGINS, ids=IDS)
def test_it_uses_public_names_alone(path: Path):
    for file in path.rglob("*.py"):
        for name in _private(ast.parse(file.read_text(encoding="utf-8"))):
            pytest.fail(f"{file} uses {name}, which is no public name")


def _private(tree: ast.AST):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.startswith("jobflow.") and a.name not in PUBLIC)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "jobflow":
            yield from (f"{node.module}.{a.name}" for a in node.names if a.name not in PUBLIC.get(node.module, ()))


@pytest.mark.parametrize("path", PLUGINS, ids=IDS)
def test_it_is_found_and_can_be_enabled(path: Path, cli):
    for name in project(path)["entry-points"]["jobflow"]:
        assert name in {point.name for point in entry_points(group="jobflow")}, INSTALL
        assert _states(cli)[name] == (False, path.name)
        cli("plugin", "enable", name)
        assert _states(cli)[name] == (True, path.name)


def _states(cli) -> dict[str, tuple[bool, str]]:
    return {each["name"]: (each["enabled"], each["source"].split()[0]) for each in cli("plugin", "list", "--json").json}


@pytest.mark.parametrize("path", PLUGINS, ids=IDS)
def test_its_readme_says_how_to_begin_and_names_every_option(path: Path, tmp_path: Path):
    text = (path / "README.md").read_text(encoding="utf-8")
    explained = {name for line in text.splitlines() if line[:1] == "|" for name in TICKED.findall(line.split("|")[1])}
    plugins = {name: importlib.import_module(at) for name, at in project(path)["entry-points"]["jobflow"].items()}
    for name, plugin in plugins.items():
        assert f"\n    .venv/bin/pip install plugins/{path.name}\n    jobflow plugin enable {name}\n" in text
        offers = [offer_of(channel) for channel in plugin.jobflow_channels()]
        assert {option.name for offer in offers for option in offer.options} <= explained
    kit = Kit(objects=tuple(plugins.values()), data=str(tmp_path))
    shown = blocks(text, "yaml")
    assert shown
    for block in shown:
        settings = check_config("".join(f"{line}\n" for line in block.lines), "config.yaml", kit.options)
        for channel, given in settings.channels.items():
            assert kit.refusal(channel, given) is None
