"""workflow simulate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from jobflow.cli.commands import command
from jobflow.cli.session import Session, pass_session

if TYPE_CHECKING:
    from jobflow.bootstrap import Jobflow
    from jobflow.core.model import Workflow
    from jobflow.workbench.retelling import Retold
    from jobflow.workbench.simulate import Run
    from jobflow.workbench.virtual import Virtual

EMPLOYERS = ("soon", "late", "never", "twice")


@command(
    "simulate",
    "jobflow workflow simulate mine",
    "jobflow workflow simulate mine --runs 1 --seed 7",
    "jobflow workflow check mine --json | jobflow workflow simulate mine --replay -",
    "jobflow workflow simulate mine --from-history",
)
@click.argument("name", metavar="[NAME|FILE]", required=False)
@click.option("--runs", type=click.IntRange(1, 10**5), default=200, help="How many (default 200); 1 shows its days.")
@click.option("--seed", type=click.IntRange(0), default=1, help="Which ones (default 1): the same seed, the same runs.")
@click.option("--employer", type=click.Choice(EMPLOYERS), help="How the employer answers; else each as it falls out.")
@click.option("--replay", metavar="FILE", type=click.File(encoding="utf-8"), help="Play what `workflow check` found.")
@click.option("--from-history", is_flag=True, help="Play your own applications, and show what would be otherwise.")
@pass_session
def simulate(
    session: Session,
    name: str | None,
    runs: int,
    seed: int,
    employer: str | None,
    replay: Any,
    from_history: bool,
) -> None:
    """Try a workflow on applications that are made up, or on your own, under a virtual clock.

    Nothing is sent and nothing recorded. Registered steps are not run.
    """
    from jobflow.cli.workflows import load_named
    from jobflow.core.errors import Refused

    if replay is not None and from_history:
        raise Refused("--replay and --from-history exclude each other.", hint="give one of the two")
    name = name or session.settings().workflow
    with session.open(memory=not from_history) as flow:
        workflow = load_named(flow.workflows, name).workflow
        if from_history:
            _from_history(session, flow, name, workflow)
        elif replay is not None:
            _replay(session, flow, name, workflow, replay.read(), replay.name)
        else:
            _made_up(session, name, _virtual(flow, workflow), runs, seed, employer)


def _virtual(flow: Jobflow, workflow: Workflow, zone: Any = None) -> Virtual:
    from jobflow.workbench.virtual import Virtual

    return Virtual(
        workflow=workflow, calendar=flow.calendar(), zone=zone or flow.parts.zone, conditions=flow.parts.conditions
    )


def _made_up(session: Session, name: str, virtual: Virtual, runs: int, seed: int, employer: str | None) -> None:
    from jobflow.render.workbench import distribution_lines, run_lines
    from jobflow.workbench.simulate import distribution

    found = _runs(session, virtual, range(seed, seed + runs), employer)
    if runs == 1:
        run = found[0]
        if session.json:
            session.give({"workflow": name, **run.to_json(virtual.zone)})
        else:
            session.lines(run_lines(name, run, virtual.zone))
        return
    told = distribution(found)
    if session.json:
        session.give({"workflow": name, "seed": seed, **told.to_json()})
    else:
        session.lines(distribution_lines(name, seed, told))


def _runs(session: Session, virtual: Virtual, seeds: range, employer: str | None) -> list[Run]:
    """The runs, with a bar on standard error where somebody looks on."""
    import sys

    from jobflow.workbench.simulate import simulate as one

    keep = len(seeds) == 1
    if session.json or not sys.stderr.isatty():
        return [_lean(one(virtual, seed, employer=employer), keep) for seed in seeds]
    with click.progressbar(seeds, label="Simulating", file=sys.stderr) as bar:
        return [_lean(one(virtual, seed, employer=employer), keep) for seed in bar]


def _lean(run: Run, keep: bool) -> Run:
    """Without its turns, unless they are to be shown: a hundred thousand runs should fit into memory."""
    from dataclasses import replace

    return run if keep else replace(run, turns=(), steps=())


def _replay(session: Session, flow: Jobflow, name: str, workflow: Workflow, text: str, source: str) -> None:
    from jobflow.render.workbench import replayed_lines
    from jobflow.workbench.replaying import played, read_replays

    zone = flow.parts.zone
    replays = read_replays(text, source, workflow, zone)
    virtual = _virtual(flow, workflow)
    found = [played(virtual, replay) for replay in replays]
    if session.json:
        session.give({"workflow": name, "replays": [item.to_json(zone) for item in found]})
    elif not found:
        session.say(f"{source}: nothing to play. There is no counterexample in it, and no list of steps.")
    else:
        session.lines(line for item in found for line in replayed_lines(item, zone))


def _from_history(session: Session, flow: Jobflow, name: str, workflow: Workflow) -> None:
    from jobflow.render.workbench import retold_lines

    found = [_compare(flow, app.slug, workflow) for app in flow.list(all=True)]
    if session.json:
        session.give({"workflow": name, "applications": [item.to_json() for item in found]})
    else:
        session.lines(line for item in found for line in retold_lines(item, name))
        if not found:
            session.nothing_yet([])


def _compare(flow: Jobflow, slug: str, workflow: Workflow) -> Retold:
    from jobflow.workbench.retelling import compare

    zone = flow.zone_of(slug)
    app = flow.get(slug)
    own = flow.workflow_of(slug)
    return compare(
        _virtual(flow, own, zone), _virtual(flow, workflow, zone), flow.history(slug), app.slug, app.company, flow.now()
    )
