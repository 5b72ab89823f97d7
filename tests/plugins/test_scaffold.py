"""`plugin new` writes a distribution that is whole: it installs, its tests pass as generated, and it delivers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobflow.adapters.plugins.scaffold import write_scaffold
from jobflow.core.errors import Refused

FILES = [
    "pyproject.toml",
    "README.md",
    "src/jobflow_loud_whisper/__init__.py",
    "src/jobflow_loud_whisper/py.typed",
    "tests/test_jobflow_loud_whisper.py",
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("code")
    folder, files = write_scaffold("jobflow-loud-whisper", str(where))
    assert files == FILES
    return Path(folder)


def run(*command: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV_", "JOBFLOW"))}
    env = {**kept, "PYTHONDONTWRITEBYTECODE": "1", **environ}
    return subprocess.run([sys.executable, *command], cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_no_place_is_left_to_be_filled_in(made: Path):
    for file in FILES:
        assert "@" not in (made / file).read_text(encoding="utf-8").replace("@dataclass", "").replace(
            "@jobflow.hookimpl", ""
        ).replace("@pytest.fixture", "")


def test_its_tests_pass_as_generated(made: Path):
    done = run("-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", folder=made)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_its_tests_fail_on_a_channel_that_is_broken(made: Path, tmp_path: Path):
    folder, _ = write_scaffold("broken", str(tmp_path))
    module = Path(folder) / "src/jobflow_broken/__init__.py"
    module.write_text(module.read_text(encoding="utf-8").replace("return jobflow.Sent()", "return True"))
    done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", folder=Path(folder))
    assert done.returncode == 1
    assert "it answered bool, no outcome" in done.stdout


def test_it_installs_is_found_and_delivers(made: Path, tmp_path: Path):
    site, home, out = tmp_path / "site", tmp_path / "home", tmp_path / "out.txt"
    install = ["pip", "install", "-q", "--no-build-isolation", "--no-deps", "--no-index", "--target", str(site)]
    done = run("-m", *install, str(made), folder=tmp_path)
    assert done.returncode == 0, done.stderr

    def jobflow(*arguments: str) -> str:
        done = run("-m", "jobflow", "--home", str(home), *arguments, folder=tmp_path, PYTHONPATH=str(site))
        assert done.returncode == 0, done.stderr
        return done.stdout

    (plugin,) = (each for each in json.loads(jobflow("plugin", "list", "--json")) if each["name"] == "loud-whisper")
    assert (plugin["state"], plugin["source"]) == ("available", "jobflow-loud-whisper 0.1.0")
    assert "channels: {loud-whisper: {path: …}}" in jobflow("plugin", "enable", "loud-whisper")
    (home / "config.yaml").write_text(f"timezone: UTC\nchannels: {{loud-whisper: {{path: {out}}}}}\n")
    jobflow("add", "Acme", "--now", "2026-03-10T17:00")
    jobflow("tick", "--now", "2026-03-11T09:00")
    assert "Acme" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["", "Loud", "-x", "a b", "../up", "jobflow-", "ünder", "1st", "a--b"])
def test_a_name_that_is_none_is_refused_and_nothing_is_written(name: str, tmp_path: Path):
    with pytest.raises(Refused, match="no name for a plugin") as found:
        write_scaffold(name, str(tmp_path))
    assert found.value.hint == "small letters, digits and '-', such as jobflow-shout"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(made: Path):
    with pytest.raises(Refused, match="is there already"):
        write_scaffold("loud-whisper", str(made.parent))
