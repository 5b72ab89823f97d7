"""workflow diagram."""

from __future__ import annotations

import click

from jobflow.cli.commands import command
from jobflow.cli.session import Session, pass_session

FORMATS = ("mermaid", "dot", "svg")


@command(
    "diagram",
    "jobflow workflow diagram",
    "jobflow workflow diagram mine --format svg --output mine.svg",
    "jobflow workflow diagram --application acme --format svg --output acme.svg",
)
@click.argument("name", metavar="[NAME|FILE]", required=False)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="mermaid", help="Which language; mermaid.")
@click.option("--application", metavar="APP", help="Show the way that an application took, with its dates.")
@click.option("--output", metavar="FILE", type=click.Path(dir_okay=False), help="Write it there.")
@pass_session
def diagram(session: Session, name: str | None, format_: str, application: str | None, output: str | None) -> None:
    """Draw a workflow: its states, what leads from one to another, the timers and limits.

    Mermaid is drawn by GitHub, GitLab and many editors; SVG needs Graphviz.
    """
    from jobflow.cli.workflows import load_named
    from jobflow.core.errors import Refused
    from jobflow.render.diagram import dot, mermaid
    from jobflow.workbench.drawing import drawn

    if name is not None and application is not None:
        raise Refused("an application is drawn in its own workflow.", hint="give NAME or --application, not both")
    with session.open(memory=application is None) as flow:
        if application is None:
            name, zone = name or session.settings().workflow, flow.parts.zone
            graph = drawn(load_named(flow.workflows, name).workflow)
        else:
            name, zone = flow.workflow_of(application).name, flow.zone_of(application)
            graph = drawn(flow.workflow_of(application), flow.history(application))
    text = mermaid(graph, zone) if format_ == "mermaid" else dot(graph, zone)
    if format_ == "svg":
        from jobflow.adapters.graphviz import svg

        text = svg(text)
    _give(session, name, format_, text, output)


def _give(session: Session, name: str, format_: str, text: str, output: str | None) -> None:
    from jobflow.cli.files import write_whole

    if output is not None:
        write_whole(output, text.encode())
    if session.json:
        session.give({"workflow": name, "format": format_, "output": output, "text": text})
    elif output is None:
        session.lines(text.splitlines())
    else:
        session.say(f"{output}: {name} as {format_}.")
