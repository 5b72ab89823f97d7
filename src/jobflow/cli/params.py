"""What people type as arguments: NAME=VALUE, ROLE=NAME <EMAIL>, WHEN, the name of an application."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from jobflow.core.contacts import parse_contact
from jobflow.core.errors import Refused
from jobflow.core.inputs import NewContact
from jobflow.core.quoting import shown

if TYPE_CHECKING:
    from jobflow.bootstrap import Jobflow
    from jobflow.cli.session import Session
    from jobflow.core.when import Purpose

    TextType = click.ParamType[str]
    NumberType = click.ParamType[int]
else:
    TextType = NumberType = click.ParamType  # takes no parameter before click 8.4

_SEVERAL = re.compile(r", | and | & |; ?| \+ ")
LONGEST_NUMBER = 9
RECORDED = "recorded for"
F = TypeVar("F", bound=Callable[..., Any])


class ApplicationName(TextType):
    """A number, a slug or the unique beginning of one; completes the slugs."""

    name = "app"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[click.shell_completion.CompletionItem]:
        """The slugs that begin so; nothing where they can't be read."""
        from jobflow.cli.session import Session

        try:
            with ctx.ensure_object(Session).open() as flow:
                slugs = [(app.slug, app.company) for app in flow.list() if app.slug.startswith(incomplete)]
        except Exception:  # Completion must never break the line that somebody is typing.
            return []
        return [click.shell_completion.CompletionItem(slug, help=company) for slug, company in slugs]


class TaskNumber(NumberType):
    """The number that a task is shown with."""

    name = "task"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """A whole number from 1."""
        text = str(value)
        if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER and int(text)):
            raise click.UsageError(f"{shown(text)} is not a task's number. `jobflow next` lists them.", ctx)
        return int(text)


def application_argument(required: bool = True) -> Callable[[F], F]:
    """APP."""
    return click.argument("app", metavar="APP" if required else "[APP]", type=ApplicationName(), required=required)


def when_option(text: str) -> Callable[[F], F]:
    """`--at WHEN`."""
    return click.option("--at", metavar="WHEN", help=text)


def facts_option() -> Callable[[F], F]:
    """`--fact NAME=VALUE`, again and again."""
    return click.option(
        "--fact", "facts", metavar="NAME=VALUE", multiple=True, help="A fact; may be given several times."
    )


def contacts_option() -> Callable[[F], F]:
    """`--contact ROLE=NAME[ <EMAIL>]`, again and again."""
    return click.option(
        "--contact", "contacts", metavar="ROLE=NAME", multiple=True,
        help="A person, such as 'interviewer=Ada Byron <ada@acme.example>'; may be given several times.",
    )  # fmt: skip


def parse_facts(given: Sequence[str]) -> dict[str, object]:
    """By name; an empty value drops the fact. Raises `Refused` for anything but NAME=VALUE, and for a name twice."""
    facts: dict[str, object] = {}
    for text in given:
        name, separator, value = text.partition("=")
        name = name.strip()
        if not separator or not name:
            raise Refused(f"fact {shown(text)}: expected NAME=VALUE.", hint="such as decision_date=2026-03-20")
        if name in facts:
            raise Refused(f"fact '{name}' is given twice.")
        facts[name] = value.strip() or None
    return facts


def parse_contacts(session: Session, given: Sequence[str]) -> tuple[NewContact, ...]:
    """Raises `Refused` for anything but ROLE=NAME[ <EMAIL>]. A name that looks like those of several is remarked on."""
    people = tuple(NewContact(*parse_contact(text)) for text in given)
    for person in people:
        if _SEVERAL.search(person.name):
            session.note(
                f"{shown(person.name)} is taken for one person; several are named one by one, each with a role"
            )
    return people


def read_when(
    session: Session,
    flow: Jobflow,
    text: str | None,
    *,
    purpose: Purpose,
    word: str = RECORDED,
    **of: Any,
) -> datetime | date | None:
    """The moment that a text names; what was understood is noted, to be said with the answer."""
    if text is None:
        return None
    when = flow.when(text, purpose=purpose, **of)
    noted = flow.happened(when, **of) if word == RECORDED else when
    session.note(f"{word} {noted.understood}")
    return when.instant or when.day
