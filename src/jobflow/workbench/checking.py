"""A workflow file checked whole: its scenarios read, its rules proved, every finding with its place."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from jobflow.core.calendar import Calendar
from jobflow.core.context import ConditionFunction
from jobflow.core.diagnostics import Diagnostic
from jobflow.core.model import Workflow
from jobflow.rulebook.faults import Faults, TooManyFaults
from jobflow.rulebook.nodes import Node, place_of, table_of
from jobflow.workbench.prove import NOT_PROVED, Finding, Proof, prove
from jobflow.workbench.scenario_file import read_scenarios
from jobflow.workbench.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A finding with its place. `counterexample`: steps that lead to it, in order; mostly none."""

    diagnostic: Diagnostic
    counterexample: tuple[Step, ...] = ()

    def to_json(self, zone: ZoneInfo) -> dict[str, Any]:
        """As `workflow check --json` prints it."""
        found = self.diagnostic
        return {
            "code": found.code,
            "severity": found.severity,
            "path": found.path,
            "line": found.line,
            "column": found.column,
            "message": found.message,
            "hint": found.hint,
            "counterexample": [step.to_json(zone) for step in self.counterexample],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is wrong with a workflow, and what holds for it. `findings` in the order of the file."""

    findings: tuple[Placed, ...]
    proofs: tuple[Proof, ...]

    @property
    def ok(self) -> bool:
        """Whether it may be used without a second thought: no error, and nothing that was not proved."""
        return all(
            found.diagnostic.severity != "error" and found.diagnostic.code != NOT_PROVED for found in self.findings
        )


def check_rules(
    workflow: Workflow,
    root: Node,
    path: str,
    *,
    calendar: Calendar | None = None,
    first: date | None = None,
    zone: ZoneInfo | None = None,
    conditions: Mapping[str, ConditionFunction] | None = None,
) -> Checked:
    """Check a workflow that was read from `root`. `calendar`: whose holidays bounds count, from `first` on.

    Pure; raises nothing.
    """
    faults = Faults(path)
    scenarios = table_of(root).get("scenarios")
    if scenarios is not None:
        with suppress(TooManyFaults):
            read_scenarios(scenarios, workflow, faults)
    verdict = prove(workflow, calendar=calendar, first=first, zone=zone, conditions=conditions)
    found = [Placed(diagnostic=fault) for fault in faults.in_order()]
    found += [_placed(finding, root) for finding in verdict.findings]
    found.sort(key=lambda item: (item.diagnostic.path != path, item.diagnostic.line, item.diagnostic.column))
    return Checked(findings=tuple(found), proofs=tuple(verdict.proofs))


def _placed(finding: Finding, root: Node) -> Placed:
    place = place_of(root, finding.rule)
    diagnostic = Diagnostic(
        path=place.source,
        line=place.line,
        column=place.column,
        code=finding.code,
        message=f"{finding.message}.",
        hint=finding.hint,
        severity=finding.severity,
    )
    return Placed(diagnostic=diagnostic, counterexample=finding.counterexample)
