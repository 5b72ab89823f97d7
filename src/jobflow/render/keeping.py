"""What was erased, as text."""

from __future__ import annotations

from collections.abc import Iterator

from jobflow.engine.forgetting import Forgotten
from jobflow.render.words import plural


def forgotten_lines(found: Forgotten) -> Iterator[str]:
    """What went, what is left, and where nobody can reach."""
    would = "Would erase" if found.dry_run else "Erased"
    parts = (plural(found.records, "record"), plural(found.messages, "message"), plural(len(found.files), "file"))
    yield f"{would} {found.application}: {', '.join(parts)}."
    yield from (f"  {path}" for path in found.files)
    yield from (f"Not erased: {line}" for line in found.left)
    if found.dry_run:
        yield f"Nothing was changed. To erase it for ever: jobflow forget {found.application} --yes"
    else:
        yield "Not reached: mail that was sent, files that you exported, reports and backups that lie elsewhere."
