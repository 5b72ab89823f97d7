"""Commands about what interviews taught: debrief, lessons, prepare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from jobflow.cli.commands import command
from jobflow.cli.files import read_bytes
from jobflow.cli.params import application_argument
from jobflow.cli.session import Session, pass_session
from jobflow.core.errors import Refused

if TYPE_CHECKING:
    from jobflow.bootstrap import Jobflow
    from jobflow.core.debriefing import Debrief, Question


@command(
    "debrief",
    "jobflow debrief acme",
    "jobflow debrief acme --file notes.yaml",
    "jobflow debrief acme --again      every question, the answered too",
)
@application_argument()
@click.option(
    "--file", "file", metavar="FILE", type=click.Path(), help="Take the answers from a file (`-`: from standard input)."
)
@click.option("--again", is_flag=True, help="Ask what is answered already, too.")
@pass_session
def debrief(session: Session, app: str, file: str | None, again: bool) -> None:
    """Go over the last interview while it is fresh, one question at a time.

    Each answer is kept at once: stop when you like, and go on later. What you find goes into your letters, into
    `lessons` and into `prepare`. With --json nothing is asked: it prints the questions and what is answered.
    """
    with session.open() as flow:
        found = flow.debrief(app)
        if not found.questions:
            hint = "a fact with `by: round` is a question of the debrief"
            raise Refused(f"the workflow of {found.application} asks nothing after an interview.", hint=hint)
        if found.round == 0:
            raise Refused(f"there was no interview at {found.company} yet.", hint="jobflow log APP interviewed")
        if file is not None:
            answers = _answers(file, found)
            if answers:
                flow.set(app, answers)
        elif not session.json:
            _ask(session, flow, found, again)
        found = _settled(flow, flow.debrief(app), file is not None or not session.json)
        if session.json:
            session.give(found.to_json())
            return
        from jobflow.render.learning import debrief_lines

        session.lines(debrief_lines(found))


def _settled(flow: Jobflow, found: Debrief, answered: bool) -> Debrief:
    """The debrief, its task done once nothing is left to answer."""
    if answered and found.task is not None and not found.open:
        flow.done(found.task)
        return flow.debrief(found.application)
    return found


def _ask(session: Session, flow: Jobflow, found: Debrief, again: bool) -> None:
    questions = found.questions if again else found.open
    if questions:
        session.say(f"The interview at {found.company}. One answer a line; an empty line goes on.")
    try:
        for question in questions:
            value = _asked(session, question)
            if value:
                flow.set(found.application, {question.name: value})
        _ask_answers(session, flow, found.application)
    except click.Abort:
        session.say("")
        session.say(f"What you said so far is kept. To go on: jobflow debrief {found.application}")
        raise


def _asked(session: Session, question: Question) -> list[str] | str:
    session.say(question.ask)
    if question.value is not None:
        words = question.value if isinstance(question.value, list) else [question.value]
        session.say(f"  so far: {'; '.join(map(str, words))}")
    if question.type != "list":
        return _line()
    items = []
    while item := _line():
        items.append(item)
    return items


def _line() -> str:
    found: str = click.prompt("  ", default="", show_default=False, prompt_suffix="")
    return found.strip()


def _ask_answers(session: Session, flow: Jobflow, app: str) -> None:
    """Each concern wants an answer, which the letters give."""
    for concern in flow.debrief(app).unanswered_concerns:
        session.say(f"What is your answer to this: {concern}")
        answer = _line()
        if answer:
            concerns = next(q.value for q in flow.debrief(app).questions if q.name == "concerns")
            flow.set(app, {"concerns": [f"{concern} -> {answer}" if c == concern else c for c in concerns]})


def _answers(file: str, found: Debrief) -> Mapping[str, object]:
    """What a file says: YAML, the name of each question with its answers."""
    from jobflow.core.errors import UnknownName
    from jobflow.rulebook.faults import Faults
    from jobflow.rulebook.nodes import Table, plain
    from jobflow.rulebook.reader import read

    faults = Faults(file)
    root = read(read_bytes(file), faults)
    faults.raise_if_any()
    names = tuple(question.name for question in found.questions)
    if not isinstance(root, Table):
        raise Refused(
            f"{file}: expected the names of questions with answers.", hint=f"such as '{names[0]}: [one, two]'"
        )
    answers: dict[str, object] = {}
    for name, value in plain(root).items():
        if name not in names:
            raise UnknownName("question", name, names)
        answer = [_item(item) for item in value] if isinstance(value, list) else _item(value)
        if answer:  # an empty one is a question that is left for later
            answers[name] = answer
    return answers


def _item(value: object) -> str:
    """A text; a concern may be `{concern: …, answer: …}`."""
    if isinstance(value, Mapping):
        parts = [str(value[key]) for key in ("concern", "answer") if value.get(key)]
        if set(value) <= {"concern", "answer"} and parts:
            return " -> ".join(parts)
        raise Refused("an answer is a text, or {concern: …, answer: …}.")
    if isinstance(value, list):
        raise Refused("an answer is a text, not a list in a list.")
    return "" if value is None else str(value)


@command("lessons", "jobflow lessons", "jobflow lessons --json")
@pass_session
def lessons(session: Session) -> None:
    """What your interviews taught, over all of them: what recurs, what got better, what you would do differently."""
    with session.open() as flow:
        found = flow.lessons()
        if session.json:
            session.give(found.to_json())
            return
        from jobflow.render.learning import lessons_lines

        session.lines(lessons_lines(found))


@command("prepare", "jobflow prepare acme")
@application_argument()
@pass_session
def prepare(session: Session, app: str) -> None:
    """What to know before the next interview: the people, this employer's history, and your lessons."""
    with session.open() as flow:
        found = flow.prepare(app)
        if session.json:
            session.give(found.to_json())
            return
        from jobflow.render.learning import prepare_lines

        session.lines(prepare_lines(found, flow.now()))
