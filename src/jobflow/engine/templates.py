"""Templates as the engine fills them in: the user's own files and plugins' texts, which can be of any kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jobflow.core.errors import JobflowError
from jobflow.core.letters import split_subject

Render = Callable[[str, Mapping[str, object]], str]
"""Fills a template in. Raises `Refused` for one that is no good."""


class Quill:
    """Writes letters. What can't be filled in is no hindrance to what the user says: it becomes a fault, once."""

    def __init__(self, templates: Mapping[str, str], render: Render, sender: str | None, faults: list[str]) -> None:
        """`sender`: the user's name; `faults` takes in what goes wrong."""
        self.sender = sender
        self._templates, self._render, self._faults = templates, render, faults

    def write(self, name: str, values: Mapping[str, object]) -> tuple[str, str] | None:
        """Subject and text of a template, filled in; None where there is none, or it can't be."""
        try:
            return self.filled(name, values) if self._templates.get(name) is not None else None
        except (Exception, SystemExit) as error:  # A stranger's file or code: what happened is recorded all the same.
            reason = str(error) if isinstance(error, JobflowError) else f"{type(error).__name__}: {error}"
            fault = f"template '{name}' can't be used, so that there is no letter: {reason}"
            if fault not in self._faults:
                self._faults.append(fault)
            return None

    def filled(self, name: str, values: Mapping[str, object]) -> tuple[str, str]:
        """The same of a template that is there. Raises whatever is wrong with it."""
        template = self._templates[name]
        template.encode()  # what no file can hold, no store and no mail can either
        subject, text = split_subject(template)
        return self._render(subject, values), self._render(text, values)
