"""Ends a process at the N-th write, sync or removal that it asks the kernel for, by strace."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

CALLS = "write,pwrite64,fsync,fdatasync,unlink,unlinkat,ftruncate,rename,renameat,renameat2"
ROOT = Path(__file__).parents[2]
EVERY = bool(os.environ.get("JOBFLOW_NIGHTLY")) or os.environ.get("HYPOTHESIS_PROFILE") == "nightly"


@dataclass(frozen=True)
class Moment:
    """The n-th call of one name: strace counts each name by itself."""

    call: str
    nth: int


@dataclass(frozen=True)
class Run:
    """What became of one run. `at`: the call at which it was killed, None where it was let through."""

    at: Moment | None
    killed: bool
    returncode: int
    stdout: str
    stderr: str


def environment(**more: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("JOBFLOW", "COV_CORE"))}
    return {**inherited, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "PYTHONDONTWRITEBYTECODE": "1", **more}


def need_strace() -> None:
    """Skips where there is no strace or it may not trace; in CI that is a failure."""
    reason = None
    if shutil.which("strace") is None:
        reason = "strace is not installed: nothing can be killed in the middle of a write"
    elif subprocess.run(["strace", "-f", "-o", os.devnull, "true"], capture_output=True).returncode != 0:
        reason = "strace may not trace here: nothing can be killed in the middle of a write"
    if reason is not None and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason is not None:
        pytest.skip(reason)


def run(command: Sequence[str], log: Path, at: Moment | None = None) -> Run:
    """Run a command, killed when it makes the call `at`."""
    inject = [] if at is None else ["-e", f"inject={at.call}:signal=SIGKILL:when={at.nth}"]
    trace = ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={CALLS}", *inject, *command]
    done = subprocess.run(trace, env=environment(), capture_output=True, text=True, timeout=120)
    killed = "killed by SIGKILL" in log.read_text()
    return Run(at, killed, done.returncode, done.stdout, done.stderr)


def moments(log: Path, sample: int) -> list[Moment]:
    """When to kill what an uninterrupted run logged: at every call in a nightly run, else at a sample.

    `sample` of the writes and as many of the syncs and removals, each from the first to the last.
    """
    seen: Counter[str] = Counter()
    found: list[Moment] = []
    for call in re.findall(r"^\d+ +(\w+)\(", log.read_text(), re.MULTILINE):
        seen[call] += 1
        found.append(Moment(call, seen[call]))
    if EVERY:
        return found
    writes = [moment for moment in found if "write" in moment.call]
    others = [moment for moment in found if "write" not in moment.call]
    return _spread(writes, sample) + _spread(others, sample)


def _spread(found: list[Moment], sample: int) -> list[Moment]:
    if len(found) <= sample:
        return found
    return [found[round(step * (len(found) - 1) / (sample - 1))] for step in range(sample)]
