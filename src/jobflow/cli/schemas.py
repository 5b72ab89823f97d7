"""workflow schema."""

from __future__ import annotations

import json

import click

from jobflow.cli.commands import command
from jobflow.cli.session import Session, pass_session

FILES = ("workflow", "config", "scenarios")


@command(
    "schema",
    "jobflow workflow schema --output workflow.schema.json",
    "jobflow workflow schema --for config --output config.schema.json",
)
@click.option("--for", "of", type=click.Choice(FILES), default="workflow", help="Of which files; workflow.")
@click.option("--output", metavar="FILE", type=click.Path(dir_okay=False), help="Write it there.")
@pass_session
def schema(session: Session, of: str, output: str | None) -> None:
    """The JSON Schema of a workflow, of config.yaml or of scenarios, for editors that complete and check.

    It offers what is installed here: kinds of tasks, templates, steps, conditions, channels.
    """
    from jobflow.cli.workflows import files_of
    from jobflow.rulebook.schema import workflow_schema
    from jobflow.rulebook.schema_config import config_schema
    from jobflow.rulebook.schema_scenarios import scenarios_schema

    files = files_of(session)
    if of == "workflow":
        made = workflow_schema(files.registry)
    elif of == "config":
        kit = session.kit()
        channels = {name: kit.options(name) or () for name in kit.channel_names()}
        made = config_schema(channels, files.names())
    else:
        made = scenarios_schema()
    if output is None:
        session.give(made)
        return
    from jobflow.cli.files import write_whole

    write_whole(output, (json.dumps(made, indent=2, ensure_ascii=False) + "\n").encode())
    if session.json:
        session.give({"output": output, "for": of})
    else:
        session.say(f"{output}: the schema of {of}.")
