"""workflow check, test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jobflow.cli.commands import command
from jobflow.cli.session import Session, pass_session

if TYPE_CHECKING:
    from jobflow.adapters.workflow_files import Compiled
    from jobflow.bootstrap import Jobflow
    from jobflow.workbench.checking import Checked
    from jobflow.workbench.scenario_file import Scenario
    from jobflow.workbench.scenarios import Result

FAULTS = 4


@command("check", "jobflow workflow check mine", "jobflow workflow check ~/drafts/mine.yaml")
@click.argument("workflows", metavar="[NAME|FILE]...", nargs=-1)
@pass_session
def check(session: Session, workflows: tuple[str, ...]) -> int | None:
    """Every fault of workflows, each as path:line:column CODE message, and what is proved of them.

    Without a name: all of your own. Exit code 4 where there is a fault, or something is not proved.
    """
    from jobflow.render.workbench import checked_lines

    names = _named(session, workflows)
    with session.open(memory=True) as flow:
        results = [(name, _checked(flow, name)) for name in names]
        zone = flow.parts.zone
    ok = all(result.ok for _, result in results)
    if session.json:
        findings = [found.to_json(zone) for _, result in results for found in result.findings]
        proved = [
            {"workflow": name, "property": proof.property, "rule": proof.rule, "bound": proof.bound}
            for name, result in results
            for proof in result.proofs
        ]
        session.give({"ok": ok, "findings": findings, "proved": proved})
    else:
        session.lines(line for name, result in results for line in checked_lines(name, result, zone))
    return None if ok else FAULTS


def _named(session: Session, workflows: tuple[str, ...]) -> tuple[str, ...]:
    """Those that were named, else all of your own, else those that ship."""
    from jobflow.cli.workflows import files_of

    files = files_of(session)
    return workflows or tuple(name for name in files.names() if files.own_path(name)) or files.names()


def _checked(flow: Jobflow, name: str) -> Checked:
    from jobflow.cli.workflows import load_named
    from jobflow.core.errors import InvalidFile
    from jobflow.workbench.checking import Checked, Placed

    try:
        found = load_named(flow.workflows, name)
    except InvalidFile as error:
        return Checked(findings=tuple(Placed(diagnostic=fault) for fault in error.diagnostics), proofs=())
    return checked_rules(flow, found)


def checked_rules(flow: Jobflow, found: Compiled) -> Checked:
    """What is wrong with a workflow and what holds for it, by the calendar and the conditions that there are here."""
    from jobflow.workbench.checking import check_rules

    return check_rules(
        found.workflow,
        found.root,
        found.path,
        calendar=flow.calendar(),
        first=flow.now().astimezone(flow.parts.zone).date(),
        zone=flow.parts.zone,
        conditions=flow.parts.conditions,
    )


@command("test", "jobflow workflow test mine", "jobflow workflow test --junit report.xml")
@click.argument("workflows", metavar="[NAME|FILE]...", nargs=-1)
@click.option("--junit", "report", metavar="FILE", type=click.Path(dir_okay=False), help="Write a JUnit report there.")
@pass_session
def test(session: Session, workflows: tuple[str, ...], report: str | None) -> int | None:
    """Run the scenarios of workflows: those in the file, and those in NAME.scenarios.yaml beside it.

    Without a name: all of your own. Exit code 4 where one does not hold.
    """
    from jobflow.cli.workflows import load_named
    from jobflow.render.workbench import tested_lines
    from jobflow.workbench.coverage import rule_paths
    from jobflow.workbench.scenarios import run_scenario

    results: dict[str, list[Result]] = {}
    untaken: dict[str, tuple[str, ...]] = {}
    with session.open(memory=True) as flow:
        for name in _named(session, workflows):
            found = load_named(flow.workflows, name)
            scenarios = _scenarios(flow, found)
            results[name] = [run_scenario(found.workflow, item, flow.parts.conditions) for item in scenarios]
            acted = frozenset().union(*(result.acted for result in results[name]))
            untaken[name] = tuple(path for path in rule_paths(found.workflow) if path not in acted)
    if report is not None:
        from jobflow.cli.files import write_whole
        from jobflow.workbench.junit import junit

        write_whole(report, junit(results))
    ok = not any(result.failures for of_one in results.values() for result in of_one)
    if session.json:
        told = [{"workflow": name, **result.to_json()} for name, of_one in results.items() for result in of_one]
        never = [{"workflow": name, "rule": path} for name, paths in untaken.items() for path in paths]
        session.give({"ok": ok, "scenarios": told, "never_taken": never})
    else:
        session.lines(line for name in results for line in tested_lines(name, results[name], untaken[name]))
    return None if ok else FAULTS


def _scenarios(flow: Jobflow, found: Compiled) -> list[Scenario]:
    """Those in the file, then those beside it. Raises `InvalidFile` with every fault."""
    from jobflow.rulebook.faults import Faults
    from jobflow.rulebook.nodes import table_of
    from jobflow.workbench.scenario_file import read_beside, read_scenarios

    scenarios: list[Scenario] = []
    own = table_of(found.root).get("scenarios")
    if own is not None:
        faults = Faults(found.path)
        scenarios += read_scenarios(own, found.workflow, faults)
        faults.raise_if_any()
    beside = flow.workflows.beside(found)
    if beside is not None:
        path, source = beside
        faults = Faults(path)
        scenarios += read_beside(source, found.workflow, faults)
        faults.raise_if_any()
    return scenarios
