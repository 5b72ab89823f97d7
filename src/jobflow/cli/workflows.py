"""workflow list, show; where a workflow that is named is found."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from jobflow.cli.commands import LazyGroup, command
from jobflow.cli.session import Session, pass_session

if TYPE_CHECKING:
    from jobflow.adapters.workflow_files import Compiled, WorkflowFiles

_HERE = "jobflow.cli.workflows"


@click.group(
    "workflow",
    cls=LazyGroup,
    lazy={
        "list": (f"{_HERE}:list_", "Every workflow that can be named."),
        "show": (f"{_HERE}:show", "A workflow's file."),
        "new": ("jobflow.cli.beginning:new", "Begin a workflow of your own from a few answers."),
        "check": ("jobflow.cli.checking:check", "Every fault of a workflow, and what is proved of it."),
        "test": ("jobflow.cli.checking:test", "Run a workflow's own scenarios."),
        "simulate": ("jobflow.cli.simulating:simulate", "Try a workflow on applications, made up or your own."),
        "diagram": ("jobflow.cli.drawing:diagram", "Draw a workflow, and the way that an application took."),
        "schema": ("jobflow.cli.schemas:schema", "The JSON Schema of a file, for editors."),
        "upgrade": ("jobflow.cli.upgrading:upgrade", "Take applications over to a workflow as it is now."),
    },
    examples=("jobflow workflow list", "jobflow workflow show after-interview", "jobflow workflow check mine.yaml"),
)
def workflow() -> None:
    """The rule books: yours in HOME/workflows/NAME.yaml, and those that ship."""


def files_of(session: Session) -> WorkflowFiles:
    """The workflows that can be named here."""
    from jobflow.bootstrap import workflow_files

    return workflow_files(session.home, session.kit())


@command("list", "jobflow workflow list")
@pass_session
def list_(session: Session) -> None:
    """Every workflow that can be named with `add --workflow`; those with faults too."""
    from jobflow.core.errors import InvalidFile

    files = files_of(session)
    default = session.settings().workflow
    rows: list[dict[str, object]] = []
    for name in files.names():
        source = files.own_path(name) or "shipped"
        try:
            found = files.load(name).workflow
            row = {"name": name, "version": found.version, "title": found.title, "source": source, "faults": 0}
        except InvalidFile as error:
            row = {"name": name, "version": None, "title": None, "source": source, "faults": len(error.diagnostics)}
        rows.append({**row, "default": name == default})
    if session.json:
        session.give(rows)
        return
    for item in rows:
        words = f"{item['title']}, version {item['version']}" if not item["faults"] else f"{item['faults']} faults"
        session.say(f"{item['name']}: {words} ({item['source']}{', the default' if item['default'] else ''})")


@command("show", "jobflow workflow show", "jobflow workflow show after-interview > mine.yaml")
@click.argument("name", required=False)
@pass_session
def show(session: Session, name: str | None) -> None:
    """A workflow's file, as it is written: a start for your own."""
    found = files_of(session).load(name or session.settings().workflow)
    if session.json:
        import json

        session.give(json.loads(found.data))
    else:
        click.echo(found.text, nl=not found.text.endswith("\n"))


def load_named(files: WorkflowFiles, name: str) -> Compiled:
    """A path where it looks like one or there is such a file and no such workflow, else a name."""
    if os.sep in name or name.endswith((".yaml", ".yml")):
        from jobflow.rulebook.load import read_file

        return files.compile(read_file(name), name)
    return files.load(name)
