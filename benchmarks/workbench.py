"""What it costs to check and to simulate a workflow, and how that grows. `run.py` runs it."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from run import Figure, interleaved

from jobflow.rulebook.load import load_source, load_workflow
from jobflow.workbench.prove import prove
from jobflow.workbench.simulate import distribution, simulate
from jobflow.workbench.virtual import Virtual

SECONDS, MEGABYTES = 10, 500
"""What the check of 30 states with 8 timers may take."""
YEARS = 2_000
"""Application-years that a minute of simulation should make."""


def large(states: int, timers: int = 8) -> dict[str, Any]:
    """A workflow of so many states in a row, each with a task and answers that lead on, back and away.

    `timers` of the states are left by time, the others when their task is dealt with. Two limits, two facts.
    """
    every = max(1, states // timers)
    data: dict[str, Any] = {
        "format": 1, "workflow": "large", "version": 1, "initial": "s0",
        "roles": {"boss": "Somebody"},
        "facts": {"day": {"type": "date"}, "pay": {"type": "number"}},
        "limits": {
            "asks": {"at_most": 2, "apart": "5 business days", "reset": ["answered"]},
            "calls": {"at_most": 3, "apart": "1 week"},
        },
        "events": {"answered": {"drop_past": ["day"]}, "refused": {"to": "end", "outcome": "no"}},
        "states": {},
    }  # fmt: skip
    for number in range(states):
        name, onward = f"s{number}", f"s{number + 1}" if number + 1 < states else "end"
        way: dict[str, Any] = {"to": onward}
        way |= {"outcome": "over"} if onward == "end" else {}
        timed = {"after": "1 week", "since": "day"} if number % 3 else {"after": "1 week"}
        first = [{**way, **timed}] if number % every == 0 and number // every < timers else []
        data["states"][name] = {
            "tasks": {
                f"t{number}": {
                    "kind": "email", "title": "Write", "counts": ("asks", "calls")[number % 2],
                    "opens": "1 business day", "due": "2 business days", "lapses": "5 business days",
                }
            },
            "events": {
                f"good{number}": way | ({"when": {"fact": {"pay": {"at_least": 100 * number}}}} if number % 4 else {}),
                f"bad{number}": {"to": "s0", "when": {"happened": "answered"}},
            },
            "transitions": [*first, {**way, "when": {"settled": f"t{number}"}}],
        }  # fmt: skip
    data["states"]["end"] = {"final": True}
    return data


def check(quick: bool) -> list[Figure]:
    """30 states and 8 timers against what that may take, and against half of it."""
    sizes = (8, 4) if quick else (30, 15)
    whole, half = (load_source(json.dumps(large(states)), "large").workflow for states in sizes)
    taken, less = interleaved(lambda: prove(whole), lambda: prove(half), 1 if quick else 3)
    code = "import sys; from workbench import peak; peak(int(sys.argv[1]))"
    alone = [sys.executable, "-c", code, str(sizes[0])]
    answer = subprocess.run(alone, cwd=Path(__file__).parent, check=True, capture_output=True, text=True)
    megabytes = int(answer.stdout)
    size = f"{sizes[0]} states, 8 timers"
    verdict = prove(whole)
    found = f"{len(verdict.proofs)} proofs, {len(verdict.findings)} findings"
    return [
        Figure("check: time", taken / SECONDS, 1, f"{size} {taken:.2f} s of {SECONDS} s ({found})"),
        Figure("check: memory", megabytes / MEGABYTES, 1, f"{size} {megabytes} MB of {MEGABYTES} MB"),
        Figure("check: growth", taken / less, 8, f"{sizes[0]} states {taken:.2f} s, {sizes[1]} states {less:.2f} s"),
    ]


def peak(states: int) -> None:
    """Check in this process, and print what memory it took at most, in MB."""
    prove(load_source(json.dumps(large(states)), "large").workflow)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def years(quick: bool) -> list[Figure]:
    """Made-up applications under the shipped workflow, in application-years a minute."""
    path = Path(__file__).parent.parent / "workflows" / "after-interview.yaml"
    virtual = Virtual(workflow=load_workflow(path).workflow)
    begin = time.perf_counter()
    told = distribution([simulate(virtual, seed) for seed in range(20 if quick else 1_000)])
    speed = told.years / (time.perf_counter() - begin) * 60
    return [Figure("simulate", YEARS / speed, 1, f"{speed:,.0f} application-years a minute ({told.years:g} years)")]
