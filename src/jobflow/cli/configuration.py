"""config show, check."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from jobflow.cli.commands import LazyGroup, command
from jobflow.cli.session import Session, pass_session

if TYPE_CHECKING:
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

    from jobflow.core.errors import InvalidFile, JobflowError

    path = session.home.config_file
    faults: list[dict[str, Any]] = []
    lines: list[str] = []
    try:
        with session.open(memory=True):  # what the file alone can't know: channels, the default workflow's name
            pass
        _known_workflow(session)
    except InvalidFile as error:
        faults = [asdict(item) for item in error.diagnostics]
        lines = [str(item) for item in error.diagnostics]
    except JobflowError as error:
        faults = [{"path": path, "line": 0, "column": 0, "message": error.message, "hint": error.hint}]
        lines = [f"{path}: {error}"]
    if session.json:
        session.give({"path": path, "diagnostics": faults})
    else:
        fine = f"{path}: fine." if os.path.lexists(path) else f"{path} is not there; the defaults are fine."
        session.lines(lines or [fine])
    return FAULTS if faults else None


def _known_workflow(session: Session) -> None:
    from jobflow.bootstrap import workflow_files
    from jobflow.core.errors import Unknown

    name, names = session.settings().workflow, workflow_files(session.home).names()
    if name not in names:
        raise Unknown("workflow", name, names)


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
        "channels": {name: dict(options) for name, options in settings.channels.items()},
    }


def _range(start: int, end: int) -> str:
    return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"
