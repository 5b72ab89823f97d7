"""workflow new."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

import click

from jobflow.cli.commands import command
from jobflow.cli.session import Session, pass_session

if TYPE_CHECKING:
    from jobflow.workbench.beginning import Answers

_NAME = re.compile(r"[^\W\d][\w-]{0,63}")
MOST = 10
QUESTIONS = {
    "ask_after": "How long after your letters do you ask where they stand, if nobody named a date",
    "after_date": "How long after a date that they named",
    "follow_ups": "How often do you ask in all, before you let go",
    "apart": "How long from one time to the next",
    "let_go_after": "How long after the last time is it over",
}


@command(
    "new",
    "jobflow workflow new mine",
    'jobflow workflow new mine --ask-after "4 days" --follow-ups 1',
    "jobflow workflow new mine --from patient",
)
@click.argument("name")
@click.option("--from", "base", metavar="WORKFLOW", help="Which one it is like; else your default one.")
@click.option("--ask-after", metavar="LENGTH", help="How long until you ask, if nobody named a date.")
@click.option("--after-date", metavar="LENGTH", help="How long after a date that they named.")
@click.option("--follow-ups", type=click.IntRange(1, MOST), help="How often you ask in all.")
@click.option("--apart", metavar="LENGTH", help="How long from one time to the next.")
@click.option("--let-go-after", metavar="LENGTH", help="How long after the last time it is over.")
@pass_session
def new(
    session: Session,
    name: str,
    base: str | None,
    ask_after: str | None,
    after_date: str | None,
    follow_ups: int | None,
    apart: str | None,
    let_go_after: str | None,
) -> None:
    """Begin a workflow of your own, which says only what is different; it is checked before it is written.

    Where no option is given and somebody sits at the terminal, each is asked for; an empty answer leaves it as it is.
    """
    from jobflow.adapters.workflow_files import ENDING
    from jobflow.cli.files import write_whole
    from jobflow.cli.workflows import files_of
    from jobflow.core.errors import Refused
    from jobflow.workbench.beginning import Answers, begun

    files = files_of(session)
    base = base or session.settings().workflow
    found = files.load(base).workflow
    if not _NAME.fullmatch(name):
        hint = "letters, digits, '_' and '-', a letter first"
        raise Refused(f"'{name}' can't be the name of a workflow; nothing was changed.", hint=hint)
    if name in files.names() or files.folder is None:
        raise Refused(f"there is a workflow '{name}' already; nothing was changed.", hint="choose another name")
    answers = Answers(
        base=base,
        ask_after=ask_after,
        after_date=after_date,
        follow_ups=follow_ups,
        apart=apart,
        let_go_after=let_go_after,
    )
    if answers == Answers(base=base) and not session.json and sys.stdin.isatty():
        answers = _asked(base)
    text = begun(name, answers, found)
    proved = _checked(session, name, text)
    path = os.path.join(files.folder, name + ENDING)
    os.makedirs(files.folder, mode=0o700, exist_ok=True)
    write_whole(path, text.encode())
    if session.json:
        session.give({"name": name, "path": path, "extends": base, "proved": proved})
    else:
        session.say(f"{path}: written and checked. To use it: jobflow add COMPANY --workflow {name}")


def _asked(base: str) -> Answers:
    """An answer to each question, None where there was none."""
    from jobflow.workbench.beginning import Answers

    click.echo(
        f"Five questions. Press Enter for what {base} has; lengths are written as in '1 week', '5 business days'."
    )
    said = {key: click.prompt(f"  {question}?", default="", show_default=False) for key, question in QUESTIONS.items()}
    words = {key: answer.strip() or None for key, answer in said.items() if key != "follow_ups"}
    often = said["follow_ups"].strip()
    return Answers(base=base, follow_ups=_number(often) if often else None, **words)


def _number(text: str) -> int:
    from jobflow.core.errors import Refused

    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise Refused(f"'{text}' is not how often one can ask; nothing was written.", hint=f"a number from 1 to {MOST}")
    return int(text)


def _checked(session: Session, name: str, text: str) -> list[str]:
    """What is proved of it. Raises `InvalidFile` with every finding where it is not sound."""
    from jobflow.cli.checking import checked_rules
    from jobflow.core.errors import InvalidFile

    with session.open(memory=True) as flow:
        checked = checked_rules(flow, flow.workflows.compile(text.encode(), name))
    if not checked.ok:
        hint = "say something else; nothing was written"
        raise InvalidFile(name, tuple(finding.diagnostic for finding in checked.findings), hint=hint)
    return [proof.words for proof in checked.proofs]
