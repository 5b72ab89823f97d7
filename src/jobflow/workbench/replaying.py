"""Counterexamples played: what happens as their steps are said, and what silence makes of it then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from jobflow.core.errors import JobflowError, RulesLoop
from jobflow.core.model import Workflow
from jobflow.rulebook.faults import Faults
from jobflow.rulebook.nodes import Listing, Node, Table, items_of, table_of, text_of
from jobflow.rulebook.reader import read
from jobflow.workbench.happenings import Happening, happenings
from jobflow.workbench.scenario_file import read_steps
from jobflow.workbench.steps import Step, take
from jobflow.workbench.virtual import Situation, Turn, Virtual, wait

MOST_SILENT = 40
"""Ticks shown after the last step: a circle is plain by then."""
SILENCE = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Steps to play. `title`: what they show, as `workflow check` said it; empty where it did not."""

    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What happened. `end`: `closed`, `nothing is due`, `goes on`, or what was refused."""

    replay: Replay
    happened: tuple[Happening, ...]
    state: str | None
    end: str

    def to_json(self, zone: ZoneInfo) -> dict[str, Any]:
        """As `workflow simulate --replay --json` prints it."""
        return {
            "title": self.replay.title,
            "happenings": [happening.to_json(zone) for happening in self.happened],
            "state": self.state,
            "end": self.end,
        }


def read_replays(text: str, source: str, workflow: Workflow, zone: ZoneInfo) -> tuple[Replay, ...]:
    """A list of steps, or the JSON of `workflow check` with all its counterexamples. Raises `InvalidFile`."""
    faults = Faults(source)
    root = read(text, faults)
    faults.raise_if_any()
    found: list[Replay] = []
    for title, node in _listed(root):
        steps = read_steps(node, workflow, zone, faults)
        if steps:
            found.append(Replay(title=title, steps=steps))
        if steps and steps[0].verb != "add":
            faults.add(
                node.place, "JF142", "the first step must be 'add'", "begin with {at: 2026-03-02 12:00, add: null}"
            )
    faults.raise_if_any()
    return tuple(found)


def _listed(root: Node | None) -> Iterator[tuple[str, Node]]:
    if isinstance(root, Listing):
        yield "", root
    for finding in items_of(table_of(root).get("findings")):
        items = table_of(finding)
        steps = items.get("counterexample")
        if steps is not None and items_of(steps):
            yield f"{text_of(items.get('code')) or ''} {text_of(items.get('message')) or ''}".strip(), steps
    if isinstance(root, Table) and "counterexample" in root.items:
        yield text_of(root.items.get("message")) or "", root.items["counterexample"]


def played(virtual: Virtual, replay: Replay) -> Played:
    """Say the steps, then wait. Raises nothing."""
    turns: list[Turn] = []
    situation = Situation(None, replay.steps[0].now)
    end = ""
    try:
        for step in replay.steps:
            if situation.application is not None:
                for turn in wait(virtual, situation, step.now):
                    turns.append(turn)
                    situation = turn.after
            if step.verb != "wait":
                turns.append(take(virtual, replace(situation, now=step.now), step))
                situation = turns[-1].after
        silent = list(islice(wait(virtual, situation, situation.now + SILENCE), MOST_SILENT))
        turns += silent
        end = _end(turns[-1].after, len(silent))
    except RulesLoop as error:
        end = str(error)
    except JobflowError as error:
        end = f"can't be said: {error}"
    state = turns[-1].after.known.state if turns else None
    return Played(replay=replay, happened=tuple(happenings(turns)), state=state, end=end)


def _end(situation: Situation, silent: int) -> str:
    if situation.known.final:
        return "closed"
    return "goes on" if silent >= MOST_SILENT else "nothing is due"
