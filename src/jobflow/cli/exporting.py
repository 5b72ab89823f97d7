"""export: applications as a file, in a format that ships or that a plugin knows."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from jobflow.cli.commands import command
from jobflow.cli.params import TextType
from jobflow.cli.session import Session, pass_session
from jobflow.core.errors import Refused

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class _FormatName(TextType):
    name = "name"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The formats that there are here."""
        from click.shell_completion import CompletionItem

        from jobflow.cli.commands import kit_for

        with suppress(Exception):  # Completion must never break the line that somebody is typing.
            names = kit_for(ctx, ()).names("jobflow_exporters")
            return [CompletionItem(name) for name in names if name.startswith(incomplete)]
        return []


@command(
    "export",
    "jobflow export json",
    "jobflow export json --all --output applications.json",
)
@click.argument("name", metavar="NAME", type=_FormatName())
@click.option("--output", metavar="FILE", type=click.Path(), help="Write it there; else to standard output.")
@click.option("--all", "all_", is_flag=True, help="The closed too.")
@pass_session
def export(session: Session, name: str, output: str | None, all_: bool) -> None:
    """Write your applications as a file: `json`, or a format that an enabled plugin offers."""
    with session.open() as flow:
        content = flow.export(name, all=all_)
    if output is not None:
        _write(output, content)
    if session.json:
        session.give({"name": name, "output": output, "bytes": len(content), "content": _text(output, content)})
    elif output is None:
        click.echo(content, nl=False)
    else:
        session.say(f"{output}: {len(content)} bytes.")


def _write(path: str, content: bytes) -> None:
    """All of it or nothing; a new file can be read by nobody else: it holds names and addresses."""
    # A pipe or a device is written to, not replaced.
    new = path if os.path.exists(path) and not os.path.isfile(path) else f"{path}.new"
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        if new != path:
            os.replace(new, path)
    except OSError as error:
        if new != path:
            with suppress(OSError):
                os.unlink(new)
        raise Refused(f"{path} can't be written: {(error.strerror or str(error)).lower()}.") from error


def _text(output: str | None, content: bytes) -> str | None:
    if output is not None:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Refused("this format is no text, so JSON can't hold it.", hint="--output FILE") from None
