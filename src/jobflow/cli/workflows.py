"""workflow list, show, check."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from jobflow.cli.commands import LazyGroup, command
from jobflow.cli.session import Session, pass_session

if TYPE_CHECKING:
    from jobflow.adapters.workflow_files import Compiled, WorkflowFiles

FAULTS = 4
_HERE = "jobflow.cli.workflows"


@click.group(
    "workflow",
    cls=LazyGroup,
    lazy={
        "list": (f"{_HERE}:list_", "Every workflow that can be named."),
        "show": (f"{_HERE}:show", "A workflow's file."),
        "check": (f"{_HERE}:check", "Every fault of a workflow file, each with its place."),
    },
    examples=("jobflow workflow list", "jobflow workflow show after-interview", "jobflow workflow check mine.yaml"),
)
def workflow() -> None:
    """The rule books: yours in HOME/workflows/NAME.yaml, and those that ship."""


def _files(session: Session) -> WorkflowFiles:
    from jobflow.bootstrap import workflow_files

    return workflow_files(session.home, session.kit())


@command("list", "jobflow workflow list")
@pass_session
def list_(session: Session) -> None:
    """Every workflow that can be named with `add --workflow`; those with faults too."""
    from jobflow.core.errors import InvalidFile

    files = _files(session)
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
    found = _files(session).load(name or session.settings().workflow)
    if session.json:
        import json

        session.give(json.loads(found.data))
    else:
        click.echo(found.text, nl=not found.text.endswith("\n"))


@command("check", "jobflow workflow check mine", "jobflow workflow check ~/drafts/mine.yaml")
@click.argument("workflows", metavar="[NAME|FILE]...", nargs=-1)
@pass_session
def check(session: Session, workflows: tuple[str, ...]) -> int | None:
    """Every fault of workflow files, each as path:line:column CODE message. Exit code 4 where there is any.

    Without a name: all of your own.
    """
    from jobflow.core.errors import InvalidFile

    files = _files(session)
    names = workflows or tuple(name for name in files.names() if files.own_path(name)) or files.names()
    results: list[dict[str, object]] = []
    for name in names:
        try:
            sound = _load(files, name)
            results.append({"path": sound.path, "workflow": sound.workflow.name, "diagnostics": []})
            if not session.json:
                session.say(f"{sound.path}: fine.")
        except InvalidFile as error:
            results.append({"path": name, "workflow": None, "diagnostics": [asdict(d) for d in error.diagnostics]})
            if not session.json:
                session.lines(str(item) for item in error.diagnostics)
    if session.json:
        session.give(results)
    return FAULTS if any(item["diagnostics"] for item in results) else None


def _load(files: WorkflowFiles, name: str) -> Compiled:
    """A path where it looks like one or there is such a file and no such workflow, else a name."""
    if os.sep in name or name.endswith((".yaml", ".yml")):
        from jobflow.rulebook.load import read_file

        return files.compile(read_file(name), name)
    return files.load(name)
