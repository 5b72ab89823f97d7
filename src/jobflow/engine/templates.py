"""Templates as the engine reads them: the user's own files and plugins' texts, which can be of any kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jobflow.core.errors import JobflowError


def finding(templates: Mapping[str, str], faults: list[str]) -> Callable[[str], str | None]:
    """Gives a template by name, None where there is none.

    One that can't be had is no hindrance to what the user says: it becomes one of the `faults`, once.
    """

    def find(name: str) -> str | None:
        try:
            text = templates.get(name)
            (text or "").encode()  # what no file can hold, no store and no mail can either
            return text
        except (Exception, SystemExit) as error:  # A stranger's file or code: what happened is recorded all the same.
            reason = error.message if isinstance(error, JobflowError) else f"{type(error).__name__}: {error}"
            fault = f"template '{name}' can't be read, so that there is no letter: {reason}"
            if fault not in faults:
                faults.append(fault)
            return None

    return find
