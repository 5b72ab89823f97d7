"""Letters as text."""

from __future__ import annotations

from collections.abc import Iterator

from jobflow.core.views import WrittenLetter
from jobflow.render.words import bold, dim, plural


def letter_lines(letter: WrittenLetter) -> Iterator[str]:
    """Whom it is for, what it says, and what is left to do with it."""
    yield dim(f"For {letter.recipient}" + (" (what to say)" if letter.kind == "call" else ""))
    if letter.subject:
        yield bold(letter.subject)
    yield ""
    yield from letter.text.split("\n")
    yield ""
    yield from (dim(line) for line in _then(letter))


def _then(letter: WrittenLetter) -> Iterator[str]:
    if letter.sent:
        yield "This is what was sent."
        return
    if letter.blanks:
        blanks = plural(len(letter.blanks), "blank is", "blanks are")
        yield f"{blanks} yours to fill in: {'; '.join(letter.blanks)}"
    if letter.task is None:
        return
    if letter.draft is not None:
        yield f"It lies in {letter.draft}"
    if letter.settled:
        return
    edit = f"jobflow letter {letter.task} --edit"
    yield f"To change it: {edit}. Once it is sent: jobflow done {letter.task}"
