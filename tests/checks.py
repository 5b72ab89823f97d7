"""All checks, one after the other: `python -m tests.checks`. Stops at the first that fails, with its exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent
FULLY_COVERED = "*/jobflow/core/*,*/jobflow/rulebook/*"
PYTHON = (sys.executable, "-m")
COVERAGE = (*PYTHON, "coverage", "report")
PLUGINS = tuple(path.parent for path in sorted(ROOT.glob("plugins/*/pyproject.toml")))
# As a user would have them, entry points and all; what their tests need is their own `test` extra.
INSTALL = (*PYTHON, "pip", "install", "-q", "--disable-pip-version-check", "--no-build-isolation")

CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("plugins", (*INSTALL, *(part for path in PLUGINS for part in ("-e", f"{path}[test]")))),
    ("style", (*PYTHON, "ruff", "check", ".")),
    ("format", (*PYTHON, "ruff", "format", "--check", ".")),
    ("types", (*PYTHON, "mypy")),
    ("layers", (str(Path(sys.executable).with_name("lint-imports")), "--no-cache")),
    ("tests", (*PYTHON, "pytest", "-q", "-n", "auto", "--cov", "--cov-report=")),
    ("coverage of core and rulebook", (*COVERAGE, f"--include={FULLY_COVERED}", "--fail-under=100")),
    ("coverage elsewhere", (*COVERAGE, f"--omit={FULLY_COVERED}", "--fail-under=90")),
)


def run(name: str, command: tuple[str, ...]) -> int:
    """Run one check; its output is shown as it comes."""
    started = perf_counter()
    print(f"-- {name}", flush=True)
    code = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"}, check=False).returncode
    verdict = "passed" if code == 0 else f"FAILED (exit {code})"
    print(f"-- {name}: {verdict}, {perf_counter() - started:.0f} s", flush=True)
    return code


def main() -> int:
    """0 when all passed, else the exit code of the first that failed."""
    for passed, (name, command) in enumerate(CHECKS):
        code = run(name, command)
        if code:
            print(f"checks: {passed} passed, 1 failed")
            return code
    print(f"checks: {len(CHECKS)} passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
