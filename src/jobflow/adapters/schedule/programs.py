"""Runs the schedulers' own programs, and says in their words what they refused."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence

from jobflow.adapters.plugins.process import Ended, run
from jobflow.adapters.plugins.saying import one_line
from jobflow.core.errors import Refused

DEADLINE = 30.0
"""Seconds that such a program may take."""


def started(words: Sequence[str], environ: Mapping[str, str], given: bytes = b"") -> Ended:
    """What came of it, whatever that is. Raises `Refused` where it can't be started, or does not end."""
    try:
        # Its words are looked at, so they must be in one language.
        ended = run(words, given, environ={**environ, "LC_ALL": "C"}, folder=os.sep, deadline=DEADLINE)
    except OSError as error:
        raise Refused(f"'{words[0]}' can't be run: {error.strerror or error}.") from error
    if ended.late or ended.flooded:
        raise Refused(f"`{shlex.join(words)}` did not come to an end.")
    return ended


def succeed(words: Sequence[str], environ: Mapping[str, str], given: bytes = b"") -> None:
    """Run it. Raises `Refused` where it fails."""
    ended = started(words, environ, given)
    if ended.status:
        raise Refused(f"`{shlex.join(words)}` refused: {reason(ended)}.")


def reason(ended: Ended) -> str:
    """Its own first word: what follows only says where to read more."""
    lines = (ended.errors or ended.output).decode(errors="replace").strip().splitlines()
    return one_line(lines[0], 200).rstrip(".") if lines else f"exit code {ended.status}"
