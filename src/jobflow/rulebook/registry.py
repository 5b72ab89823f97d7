"""The registered names that a workflow may use: plugins add to them, YAML never names Python."""

from __future__ import annotations

from dataclasses import dataclass

from jobflow.core.model import TASK_KINDS

TEMPLATES = (
    "acceptance",
    "application-nudge",
    "application-nudge-again",
    "confirm-interview",
    "elsewhere",
    "last-email",
    "name-decision-date",
    "polite-no",
    "status-check",
    "thank-referrer",
    "thank-you",
    "withdrawal",
)
"""The templates that ship with jobflow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Names of task kinds, steps, conditions and templates that exist here."""

    kinds: tuple[str, ...] = TASK_KINDS
    steps: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    templates: tuple[str, ...] = TEMPLATES
