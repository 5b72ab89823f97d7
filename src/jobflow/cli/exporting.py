"""export: applications as a file, in a format that ships or that a plugin knows."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import click

from jobflow.cli.commands import command
from jobflow.cli.files import write_whole
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
        write_whole(output, content)
    if session.json:
        session.give({"name": name, "output": output, "bytes": len(content), "content": _text(output, content)})
    elif output is None:
        click.echo(content, nl=False)
    else:
        session.say(f"{output}: {len(content)} bytes.")


def _text(output: str | None, content: bytes) -> str | None:
    if output is not None:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Refused("this format is no text, so JSON can't hold it.", hint="--output FILE") from None
