"""Commands about the search in numbers: stats, report."""

from __future__ import annotations

import os

import click

from jobflow.cli.commands import command
from jobflow.cli.files import write_whole
from jobflow.cli.session import Session, pass_session
from jobflow.core.errors import Refused

FILE = "jobflow-report.html"


@command("stats", "jobflow stats", "jobflow stats --json")
@pass_session
def stats(session: Session) -> None:
    """How far your applications came, how long employers take to answer, and what changed this month.

    How long is estimated by Kaplan and Meier, so that those count who have not answered yet. Where too few answered, it
    says so.
    """
    with session.open() as flow:
        found = flow.stats()
        if session.json:
            session.give(found.to_json())
            return
        from jobflow.render.numbers import stats_lines

        session.lines(stats_lines(found))


@command("report", "jobflow report", "jobflow report --output search.html")
@click.option("--output", metavar="FILE", type=click.Path(), default=FILE, help=f"Where to write it (default: {FILE}).")
@click.option("--force", is_flag=True, help="Write over a file that is no report of jobflow's.")
@pass_session
def report(session: Session, output: str, force: bool) -> None:
    """Your search as one HTML file: where applications went, how fast employers answer, what is to be done.

    It needs no network, on a phone or on paper; nobody but you can read the file.
    """
    from jobflow.render.report import report_html

    with session.open() as flow:
        content = report_html(flow.stats(), flow.list(), flow.next(), flow.now(), flow.parts.zone).encode()
    if not force and os.path.isfile(output) and not _is_report(output):
        raise Refused(f"{output} is there already, and is no report of jobflow's.", hint="--output FILE, or --force")
    write_whole(output, content)
    if session.json:
        session.give({"output": output, "bytes": len(content)})
    else:
        session.say(f"{output}: open it in a browser. It has names in it: mind whom you give it to.")


def _is_report(path: str) -> bool:
    from jobflow.render.report import MARK

    with open(path, "rb") as file:
        return MARK.encode() in file.read(500)
