"""What `doctor` found, as text: each thing on a line, the mend below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from jobflow.render.words import bold, dim, plural

_WORDS = {"ok": "ok     ", "warning": "warning", "fault": "FAULT  "}


def doctor_lines(checks: Sequence[Mapping[str, str | None]]) -> Iterator[str]:
    """All of them, then how many want mending."""
    for check in checks:
        verdict = check["verdict"] or ""
        word = dim(_WORDS[verdict]) if verdict == "ok" else bold(_WORDS[verdict])
        yield f"{word}  {check['name']}: {check['found']}"
        if check["mend"]:
            yield f"         mend: {check['mend']}"
    faults = [check for check in checks if check["verdict"] == "fault"]
    warnings = [check for check in checks if check["verdict"] == "warning"]
    if not faults and not warnings:
        yield "All is well."
    else:
        yield f"{plural(len(faults), 'fault')}, {plural(len(warnings), 'warning')}."
