"""A workflow of one's own from a few answers: a file that extends another one and says only what is different."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from jobflow.core.model import PolicyChoice, Shift, Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What is wanted otherwise than in `base`; None: as it is there. Lengths of time as the file has them.

    `ask_after`: how long after the letters (or their last answer) one asks, where no date was named; `after_date`: how
    long after the date that was named; `follow_ups`: how often in all; `apart`: how long between two; `let_go_after`:
    how long after the last one it is over.
    """

    base: str
    ask_after: str | None = None
    after_date: str | None = None
    follow_ups: int | None = None
    apart: str | None = None
    let_go_after: str | None = None


ASK_AFTER, AFTER_DATE = "1 week", "1 business day"
"""What after-interview has: for a base that is built otherwise."""


def lengths_of(base: Workflow) -> tuple[str, str]:
    """How long one waits before asking there, without a date and after one: of a list, the whole is replaced."""
    rule = base.tasks.get("status_check")
    members = rule.opens.members if rule is not None and isinstance(rule.opens, PolicyChoice) else ()
    sizes = [member.size.text for member in members if isinstance(member, Shift)]
    return (sizes[1], sizes[0]) if len(sizes) == 3 else (ASK_AFTER, AFTER_DATE)


def begun(name: str, answers: Answers, base: Workflow) -> str:
    """The text of the file. What the answers hold is written as it is: whether it makes sense, the check says."""
    return "\n".join(_lines(name, answers, base)) + "\n"


def _lines(name: str, answers: Answers, base: Workflow) -> Iterator[str]:
    yield f"# Begun by `jobflow workflow new`. Whatever is not said here is as in {answers.base}:"
    yield f"# `jobflow workflow show {answers.base}`. After a change, raise `version` and type"
    yield f"# `jobflow workflow check {name}`."
    yield ""
    yield f"workflow: {name}"
    yield f"extends: {answers.base}"
    yield "version: 1"
    yield f"title: {json.dumps(f'{base.title}, {name}', ensure_ascii=False)}"
    yield from _limit(answers)
    if answers.ask_after or answers.after_date or answers.let_go_after:
        yield ""
        yield "states:"
    if answers.ask_after or answers.after_date:
        usual_ask, usual_date = lengths_of(base)
        ask, date = _quoted(answers.ask_after or usual_ask), _quoted(answers.after_date or usual_date)
        yield "  awaiting:"
        yield "    tasks:"
        yield "      status_check:"
        yield "        opens:"
        yield "          first_known:            # the first of these that can be worked out"
        yield f"            - {{after: {date}, since: decision_date, when: {{unknown: interview_at}}}}"
        latest = "{latest: [thank_you, reply, interview_at, decision_date]}"
        yield f"            - {{after: {ask}, since: {latest}, roll: forward}}"
        yield f"            - {{after: {ask}, since: round, roll: forward}}"
    if answers.let_go_after:
        yield "  followed-up:"
        yield "    transitions:                  # a list is replaced as a whole"
        yield "      - to: closed"
        yield "        outcome: no_response"
        yield "        message: elsewhere"
        yield "        when: {settled: last_email}"
        yield "        at:"
        yield "          latest:                 # all of these must have passed"
        yield f"            - {{after: {_quoted(answers.let_go_after)}, since: follow_up}}"
        yield "            - {after: 1 week, since: last_email.settled}"
        yield "            - {after: 1 week, since: decision_date}"


def _limit(answers: Answers) -> Iterator[str]:
    parts = [f"at_most: {answers.follow_ups}"] if answers.follow_ups is not None else []
    parts += [f"apart: {_quoted(answers.apart)}"] if answers.apart else []
    if parts:
        yield ""
        yield "# However often the rules would like to, you contact them at most so often, and so far apart."
        yield "limits:"
        yield f"  follow_up: {{{', '.join(parts)}}}"


def _quoted(size: str) -> str:
    """As it is, where that is plain; else in quotes, so that it stays one text."""
    return size if size.replace(" ", "").isalnum() else json.dumps(size, ensure_ascii=False)
