"""Commands about the data as a whole: backup, restore, forget."""

from __future__ import annotations

import os
import sys

import click

from jobflow.cli.commands import command
from jobflow.cli.files import read_bytes, write_whole
from jobflow.cli.params import application_argument
from jobflow.cli.session import Session, pass_session
from jobflow.core.errors import Refused


@command("backup", "jobflow backup", "jobflow backup jobflow-2026-03-10.zip")
@click.argument("file", metavar="[FILE]", type=click.Path(), required=False)
@pass_session
def backup(session: Session, file: str | None) -> None:
    """Keep all that jobflow knows, your settings, workflows, templates and drafts in one file that only you can read.

    It is checked before it is written, over an older backup at most. Without FILE it is jobflow-backup-DATE-TIME.zip in
    the present folder.
    """
    from jobflow.adapters.archive import make, read
    from jobflow.bootstrap import zone_of
    from jobflow.render.words import plural

    settings = session.settings_or_defaults()
    now = session.clock(settings).now().astimezone(zone_of(settings))
    content, kept = make(session.home, now)
    path = file or f"jobflow-backup-{now:%Y-%m-%d-%H%M}.zip"
    if os.path.lexists(path):
        try:
            read(read_bytes(path))
        except Refused:
            raise Refused(f"{path} is there already, and is no backup.", hint="jobflow backup ANOTHER-NAME") from None
    write_whole(path, content)
    if session.json:
        session.give({"output": path, "bytes": len(content), **kept.to_json()})
    else:
        session.say(f"{path}: {plural(kept.applications, 'application')}, {plural(len(kept.files), 'file')}.")
        session.say("It has everything in it: keep it where nobody else looks. To put it back: jobflow restore FILE")


@command("restore", "jobflow restore jobflow-backup-2026-03-10-1700.zip")
@click.argument("file", metavar="FILE", type=click.Path())
@pass_session
def restore(session: Session, file: str) -> None:
    """Put a backup in place. Where something is recorded already it asks first (or wants --yes), and keeps that."""
    from jobflow.adapters.archive import read
    from jobflow.adapters.archive import restore as put
    from jobflow.render.words import plural

    kept, files = read(read_bytes(file))
    if session.begun and not session.yes and not _asked(session, f"Put the backup of {kept.made_at} over it?"):
        raise Refused(
            f"{session.home.database} is there already.", hint="--yes puts the backup in its place, and keeps it beside"
        )
    now = session.clock(session.settings_or_defaults()).now()
    count, former = put(session.home, files, f"before-{now:%Y%m%d-%H%M%S}")
    if session.json:
        session.give({**kept.to_json(), "applications": count, "former": former})
        return
    session.say(f"Restored as of {kept.made_at}: {plural(count, 'application')}, {plural(len(kept.files), 'file')}.")
    if former is not None:
        session.say(f"What was there before is in {former}")


@command("forget", "jobflow forget acme --dry-run", "jobflow forget acme --yes")
@application_argument()
@click.option("--dry-run", is_flag=True, help="Show what would be erased; erase nothing.")
@pass_session
def forget(session: Session, app: str, dry_run: bool) -> None:
    """Erase an application: its history, tasks, messages, drafts, its lines in the log. It can't be undone.

    Not reached is what has left jobflow: mail that was sent, files that you exported, backups.
    """
    with session.open() as flow:
        plan = flow.forget(app, dry_run=True)
        if not dry_run and not session.yes and not _asked(session, f"Erase {plan.application} for ever?"):
            raise Refused(
                f"{plan.application} would be erased for ever.", hint=f"jobflow forget {plan.application} --yes"
            )
        done = plan if dry_run else flow.forget(app)
        if session.json:
            session.give(done.to_json())
            return
        from jobflow.render.keeping import forgotten_lines

        session.lines(forgotten_lines(done))


def _asked(session: Session, question: str) -> bool:
    """A yes on a terminal; elsewhere nobody is asked."""
    if session.json or not sys.stdin.isatty():
        return False
    return click.confirm(question, default=False)
