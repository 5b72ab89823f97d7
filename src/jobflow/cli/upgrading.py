"""workflow upgrade."""

from __future__ import annotations

import click

from jobflow.cli.commands import command
from jobflow.cli.session import Session, pass_session


@command(
    "upgrade",
    "jobflow workflow upgrade mine",
    "jobflow workflow upgrade mine --apply",
    "jobflow workflow upgrade mine acme --apply",
)
@click.argument("name", metavar="[NAME]", required=False)
@click.argument("applications", metavar="[APP]...", nargs=-1)
@click.option("--apply", is_flag=True, help="Do it; else it is only shown.")
@click.option("--closed", is_flag=True, help="Those that are over too.")
@pass_session
def upgrade(session: Session, name: str | None, applications: tuple[str, ...], apply: bool, closed: bool) -> None:
    """Take applications over to a workflow as it is now: those that follow an older text of it, or those named.

    Shows which rules are otherwise, whose dates change and to what, and who would be stranded.
    """
    name = name or session.settings().workflow
    if not session.begun:
        session.nothing_yet({"workflow": name, "version": None, "done": False, "changes": [], "applications": []})
        return
    with session.open() as flow:
        upgraded = flow.upgrade(name, *applications, apply=apply, closed=closed)
        if session.json:
            session.give(upgraded.to_json())
            return
        from jobflow.render.upgrade import upgrade_lines

        session.lines(upgrade_lines(upgraded, " ".join((name, *applications))))
