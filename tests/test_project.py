"""The project's own promises: what README tells people to paste is what CI runs, and the wheel is whole."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.checks import CHECKS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PASTED = [line for line in README.splitlines() if line.startswith("python3 -m venv")]


def test_readme_has_two_lines_to_paste():
    install, checks = PASTED
    assert install == "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/jobflow demo"
    assert checks == 'python3 -m venv .venv && .venv/bin/pip install -q -e ".[dev]" && .venv/bin/python -m tests.checks'


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_ci_runs_the_readmes_second_line():
    shown = subprocess.run(["bash", str(ROOT / ".ci/run"), "--print"], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines() == [PASTED[1]]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_ci_refuses_a_readme_without_the_line(tmp_path):
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/run", tmp_path / ".ci/run")
    (tmp_path / "README.md").write_text("Nothing to paste.\n", encoding="utf-8")
    refused = subprocess.run(["bash", str(tmp_path / ".ci/run")], capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "no line that runs the checks" in refused.stderr


def test_every_tool_of_the_checks_is_declared():
    declared = " ".join(PROJECT["project"]["optional-dependencies"]["dev"])
    for tool in ("ruff", "mypy", "import-linter", "pytest", "pytest-cov", "pytest-xdist", "hatchling"):
        assert tool in declared
    assert [name for name, _ in CHECKS][:6] == ["plugins", "style", "format", "types", "layers", "tests"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (found,) = target.glob("*.whl")
    return found


def test_the_wheel_holds_all_of_the_package(wheel: Path):
    source = ROOT / "src" / "jobflow"
    expected = {f"jobflow/{path.relative_to(source).as_posix()}" for path in source.rglob("*.py")}
    expected |= {f"jobflow/{path.relative_to(source).as_posix()}" for path in source.rglob("templates/*.txt")}
    expected |= {f"jobflow/workflows/{path.name}" for path in (ROOT / "workflows").glob("*.yaml")}
    expected |= {"jobflow/py.typed", "jobflow_followup-0.1.0.dist-info/licenses/LICENSE"}
    assert expected <= set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_is_small_and_holds_nothing_else(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"jobflow", "jobflow_followup-0.1.0.dist-info"}
    assert wheel.stat().st_size < 2_000_000


def test_the_wheel_imports_from_where_it_is_unpacked(wheel: Path, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = "import jobflow, pathlib; print(pathlib.Path(jobflow.__file__).parent)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(run.stdout.strip()) == tmp_path / "jobflow"


@pytest.mark.slow
@pytest.mark.skipif(sys.version_info[:2] > (3, 11), reason="the oldest dependencies go with the oldest Python")
def test_the_oldest_dependencies_that_are_allowed_will_do(tmp_path):
    old = tmp_path / "old"
    wanted = [each.replace(">=", "==") for each in PROJECT["project"]["dependencies"]]
    assert all("==" in each for each in wanted)
    # Each by itself: together, some ask for newer ones of the others, and a user gets those.
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(old), *wanted]
    subprocess.run(install, capture_output=True, check=True)
    # The words of the command line, and texts to a calendar and back: what older ones than these did not stand.
    tests = ("tests/cli/test_help.py", "tests/cli/test_newcomer.py", "tests/adapters/channels/test_calendar.py")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    # Plugins of pytest may be parts of the newer ones.
    environ = {**os.environ, "PYTHONPATH": str(old), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
