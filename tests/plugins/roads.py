"""The three roads by which a plugin comes: a file in HOME/plugins, an installed distribution, an embedder's object."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import pytest

from jobflow import Jobflow
from jobflow.cli.app import run
from jobflow.hookspecs import HOOKS
from jobflow.testing import ManualClock

WHOLE = Path(__file__).with_name("whole.py")
NAME = "whole"
TUESDAY = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
CONFIG = "timezone: UTC\nworkflow: whole\nchannels: {lines: {file: said.txt}}\ncalendar: {also: [wednesdays]}\n"
ROADS = ("file", "installed", "passed")

TRIED: dict[str, str] = {}
"""By hook, the test that tries it on every road."""

_Test = TypeVar("_Test", bound=Callable[..., None])


def tries(hook: str) -> Callable[[_Test], _Test]:
    """Says which hook a test is about; it must take the fixture `road`."""

    def note(test: _Test) -> _Test:
        assert "road" in test.__code__.co_varnames[: test.__code__.co_argcount]
        assert hook in HOOKS
        TRIED[hook] = test.__name__
        return test

    return note


@dataclass
class Road:
    """A home in which the plugin `whole` may be used, whichever way it came."""

    home: Path
    objects: tuple[object, ...]
    clock: ManualClock

    def open(self) -> Jobflow:
        return Jobflow.open(self.home, clock=self.clock, plugins=self.objects)

    def cli(self, *arguments: str) -> int:
        now = self.clock.now().isoformat()
        return run(["--home", str(self.home), "--now", now, *arguments], self.objects)

    def said(self) -> list[str]:
        path = self.home / "said.txt"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def prepare(kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Road:
    for module in (f"jobflow_plugin_{NAME}", f"{NAME}_by_others", "mine_alone"):
        monkeypatch.delitem(sys.modules, module, raising=False)
        sys.modules.pop(module, None)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    home = folder / "home"
    home.mkdir()
    (home / "config.yaml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.chdir(home)
    road = Road(home, (), ManualClock(TUESDAY))
    if kind == "passed":
        road.objects = (module_of(WHOLE, folder, monkeypatch),)
        return road
    if kind == "file":
        put(home, WHOLE)
    else:
        install(folder / "site", WHOLE, monkeypatch)
    assert road.cli("plugin", "enable", NAME) == 0
    return road


def put(home: Path, file: Path, name: str | None = None) -> None:
    """Put a file into HOME/plugins."""
    (home / "plugins").mkdir(parents=True, exist_ok=True)
    text = file.read_text(encoding="utf-8")
    (home / "plugins" / f"{name or file.stem}.py").write_text(text, encoding="utf-8")


def install(site: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put what pip leaves behind where Python looks for it: a module and its metadata."""
    info = site / f"{file.stem}_by_others-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {file.stem}-by-others\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(f"[jobflow]\n{file.stem} = {file.stem}_by_others\n")
    (site / f"{file.stem}_by_others.py").write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(site), os.environ.get("PYTHONPATH")))))


def module_of(file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The file as a module of an embedder."""
    (folder / "lib").mkdir()
    (folder / "lib" / "mine_alone.py").write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder / "lib"))
    return importlib.import_module("mine_alone")


def names(tasks: Any) -> list[str]:
    return [task.name for task in tasks]
