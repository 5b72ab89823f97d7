"""Graphviz, where it is installed: it places the boxes of a graph and writes SVG."""

from __future__ import annotations

import shutil
import subprocess

from jobflow.core.errors import Refused

PROGRAM = "dot"
SECONDS = 60


def svg(text: str) -> str:
    """The picture of a graph in DOT. Raises `Refused` where Graphviz is missing, or can't do it."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise Refused(
            "an SVG needs Graphviz, whose program 'dot' was not found.",
            hint="apt install graphviz, or brew install graphviz; `--format mermaid` and `--format dot` need nothing",
        )
    try:
        done = subprocess.run(
            [program, "-Tsvg"], input=text.encode(), capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refused(f"Graphviz did not draw it: {error}") from None
    if done.returncode:
        raise Refused(f"Graphviz did not draw it: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode()
