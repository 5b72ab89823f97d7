"""The command line as tests use it: `cli(...)` in this process, `shell(...)` in one of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import jobflow
from jobflow.cli.app import run

SOURCE = Path(jobflow.__file__).parent.parent
NOW = "2026-03-10T18:00:00Z"


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("JOBFLOW_HOME", str(folder))
    monkeypatch.setenv("JOBFLOW_NOW", NOW)
    monkeypatch.setenv("TZ", "UTC")
    return folder


@pytest.fixture
def cli(home: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    def call(*arguments: str, code: int | None = 0) -> Result:
        capsys.readouterr()
        got = run(arguments)
        captured = capsys.readouterr()
        result = Result(got, captured.out, captured.err)
        assert code is None or result.code == code, result
        return result

    return call


@pytest.fixture
def shell(home: Path) -> Callable[..., Result]:
    def call(*arguments: str, code: int | None = 0, stdin: str = "", **environ: str) -> Result:
        env = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONUTF8": "1", **environ}
        command = [sys.executable, "-m", "jobflow", *arguments]
        done = subprocess.run(command, env=env, input=stdin.encode(), capture_output=True, check=False)
        result = Result(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))
        assert code is None or result.code == code, result
        return result

    return call


@pytest.fixture
def acme(cli: Callable[..., Result]) -> Any:
    """One application: interviewed just now, two people, nothing known. Tasks 1-4."""
    people = ("--contact", "interviewer=Ada Byron <ada@acme.example>", "--contact", "decision_maker=Grace Hopper")
    return cli("add", "Acme Corp", "--role", "Engineer", *people, "--json").json
