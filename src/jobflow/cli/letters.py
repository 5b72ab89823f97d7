"""letter: what is written to somebody, shown, changed, put into drafts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from jobflow.cli.commands import command
from jobflow.cli.files import write_whole
from jobflow.cli.session import Session, pass_session
from jobflow.core.errors import Refused
from jobflow.core.quoting import shown

if TYPE_CHECKING:
    from jobflow.bootstrap import Jobflow
    from jobflow.core.views import WrittenLetter

SUBJECT = "Subject: "


@command(
    "letter",
    "jobflow letter 1",
    "jobflow letter 1 --tone warm --draft",
    "jobflow letter 1 --edit",
    "jobflow letter acme --template withdrawal      a letter that no task asks for",
)
@click.argument("task", metavar="TASK|APP")
@click.option("--edit", is_flag=True, help="Change it in your editor ($EDITOR), and put it into drafts.")
@click.option("--draft", is_flag=True, help="Put it into drafts as it is.")
@click.option("--tone", metavar="TONE", help="plain, warm, formal, or one of yours: write it anew in that tone.")
@click.option("--template", metavar="NAME", help="Write it anew from this template.")
@click.option("--afresh", is_flag=True, help="Write it anew, whatever there is already.")
@click.option("--html", is_flag=True, help="Print it as HTML.")
@pass_session
def letter(
    session: Session,
    task: str,
    edit: bool,
    draft: bool,
    tone: str | None,
    template: str | None,
    afresh: bool,
    html: bool,
) -> None:
    """Look at the letter of a task (of a call: what to say), with what is yours to fill in.

    It is as it was sent, as it lies in drafts, or else as it would be written now.
    """
    with session.open() as flow:
        found = _letter(flow, task, tone, template, afresh)
        if edit and not found.sent:
            found = _edited(found)
        if (edit or draft) and not found.sent:
            path, content = flow.draft_file(found)
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            write_whole(path, content)
            found = _letter(flow, task, None, None, False) if found.task is not None else found
            session.note(f"draft: {path}")
    if session.json:
        session.give(found.to_json())
    elif html:
        session.say(found.html.rstrip())
    else:
        from jobflow.render.letters import letter_lines

        session.lines(letter_lines(found))


def _letter(flow: Jobflow, task: str, tone: str | None, template: str | None, afresh: bool) -> WrittenLetter:
    if task.isascii() and task.isdigit():
        return flow.letter(int(task), tone=tone, template=template, afresh=afresh)
    if template is None:
        numbers = ", ".join(str(t.number) for t in flow.get(task).tasks if t.status in ("open", "overdue"))
        raise Refused(
            f"{shown(task)} names an application; which letter?",
            hint=f"the number of a task ({numbers or 'none is open'}), or --template withdrawal",
        )
    return flow.letter_for(task, template, tone=tone)


def _edited(found: WrittenLetter) -> WrittenLetter:
    from dataclasses import replace

    from jobflow.core.letters import Letter, as_html, blanks, sent_text, split_subject

    try:
        text = click.edit(f"{SUBJECT}{found.subject}\n\n{found.text}\n", extension=".txt")
    except click.ClickException as error:
        raise Refused(f"the editor did not run: {error.message}.", hint="set EDITOR, such as EDITOR=nano") from None
    if text is None:  # saved nothing
        return found
    subject, body = split_subject(text)
    body = sent_text(body)
    if not body:
        raise Refused("the letter is empty; the draft was left as it is.")
    new = Letter(found.recipient, subject or found.subject, body)
    return replace(
        found, subject=new.subject, text=new.text, html=as_html(new), blanks=blanks(f"{new.subject}\n{new.text}")
    )
