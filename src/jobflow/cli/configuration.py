"""config show, check."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from jobflow.cli.commands import LazyGroup, command
from jobflow.cli.session import Session, pass_session

if TYPE_CHECKING:
    from jobflow.core.errors import JobflowError
    from jobflow.core.settings import Settings

FAULTS = 4
_HERE = "jobflow.cli.configuration"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@click.group(
    "config",
    cls=LazyGroup,
    lazy={
        "show": (f"{_HERE}:show", "What is in force, with the defaults."),
        "check": (f"{_HERE}:check", "Every fault of config.yaml, each with its place."),
    },
    examples=("jobflow config show", "jobflow config check"),
)
def config() -> None:
    """Your settings, in HOME/config.yaml; every key is optional."""


@command("show", "jobflow config show", "jobflow config show --json")
@pass_session
def show(session: Session) -> None:
    """What is in force, with the defaults; as YAML, a start for your own file."""
    from jobflow.bootstrap import zone_of

    settings = session.settings()
    values = _values(settings, str(zone_of(settings).key))
    if session.json:
        session.give({"path": session.home.config_file, "home": session.home.data, **values})
        return
    import json

    found = "" if os.path.lexists(session.home.config_file) else " (not there: these are the defaults)"
    session.say(f"# {session.home.config_file}{found}")
    for name, value in values.items():
        session.say(f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")


@command("check", "jobflow config check")
@pass_session
def check(session: Session) -> int | None:
    """Every fault of config.yaml, each as path:line:column CODE message. Exit code 4 where there is any."""
    from dataclasses import asdict

    from jobflow.core.errors import InvalidFile

    path = session.home.config_file
    try:
        settings = session.settings()
        faults = [_fault(session, keys, error) for keys, error in _beyond_the_file(session, settings)]
        lines = [_fault_line(fault) for fault in faults]
    except InvalidFile as error:
        faults = [asdict(item) for item in error.diagnostics]
        lines = [str(item) for item in error.diagnostics]
    if session.json:
        session.give({"path": path, "diagnostics": faults})
    else:
        fine = f"{path}: fine." if os.path.lexists(path) else f"{path} is not there; the defaults are fine."
        session.lines(lines or [fine])
    return FAULTS if faults else None


def _beyond_the_file(session: Session, settings: Settings) -> Iterator[tuple[tuple[str, ...], JobflowError]]:
    """What the file alone can't know: the country, the channels, the default workflow. Each with the keys to it."""
    from jobflow.adapters.public_holidays import find_holidays
    from jobflow.bootstrap import workflow_files
    from jobflow.core.errors import JobflowError, Refused, UnknownName

    if settings.country:
        try:
            find_holidays(settings.country, settings.subdivision, session.clock(settings).now().year)
        except Refused as error:
            key = "country" if error.message.startswith("unknown country") else "subdivision"
            yield ("calendar", key), error
    try:
        with session.open(memory=True):
            pass
    except JobflowError as error:
        yield ("channels", error.name) if isinstance(error, UnknownName) else (), error
    for name, options in settings.channels.items():
        refusal = session.kit().refusal(name, options)
        if refusal is not None:
            yield ("channels", name), refusal
    names = workflow_files(session.home, session.kit()).names()
    if settings.workflow not in names:
        yield ("workflow",), UnknownName("workflow", settings.workflow, names)


def _fault(session: Session, keys: tuple[str, ...], error: JobflowError) -> dict[str, Any]:
    """The error as a diagnostic, with the place of what the keys lead to; 0 where they lead nowhere."""
    from jobflow.rulebook.faults import Faults
    from jobflow.rulebook.load import read_file
    from jobflow.rulebook.nodes import Table
    from jobflow.rulebook.reader import read

    path = session.home.config_file
    node = read(read_file(path), Faults(path)) if keys and os.path.lexists(path) else None
    place = None
    for key in keys:
        if isinstance(node, Table) and key in node.items:
            # A channel is named by its key, everything else by the value.
            place, node = (node.keys[key] if keys[0] == "channels" else node.items[key].place), node.items[key]
    return {
        "path": path,
        "line": place.line if place else 0,
        "column": place.column if place else 0,
        "code": "JF305" if keys[:1] == ("calendar",) else None,
        "message": error.message,
        "hint": error.hint,
        "severity": "error",
    }


def _fault_line(fault: Mapping[str, Any]) -> str:
    where = f"{fault['path']}:{fault['line']}:{fault['column']}" if fault["line"] else f"{fault['path']}:"
    hint = f" Hint: {fault['hint']}" if fault["hint"] else ""
    return " ".join([where, *filter(None, [fault["code"]]), f"{fault['message']}{hint}"])


def _values(settings: Settings, zone: str) -> dict[str, Any]:
    """The keys of config.yaml, as one would write them."""
    return {
        "timezone": zone,
        "workday": _range(settings.workday_start, settings.workday_end),
        "quiet_hours": _range(settings.quiet_start, settings.quiet_end),
        "calendar": {
            "country": settings.country,
            "subdivision": settings.subdivision,
            "weekend": [_DAYS[day] for day in sorted(settings.weekend)],
            "days_off": [str(day) for day in sorted(settings.days_off)],
            "working_days": [str(day) for day in sorted(settings.working_days)],
        },
        "workflow": settings.workflow,
        "letters": {"name": settings.sender, "tone": settings.tone},
        "channels": {name: dict(options) for name, options in settings.channels.items()},
    }


def _range(start: int, end: int) -> str:
    return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"
