"""A channel for jobflow: every open and coming task in a CalDAV calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import jobflow

JOBFLOW_CONTRACT = 1


@dataclass(frozen=True)
class CalDav:
    """Keeps one entry per task in a collection. The fields are its options in config.yaml."""

    name: ClassVar[str] = "caldav"
    url: str

    def show(self, agenda: Sequence[jobflow.AgendaItem]) -> jobflow.Outcome:
        """Not there yet."""
        return jobflow.Failed(f"{len(agenda)} tasks can't be shown yet")


@jobflow.hookimpl
def jobflow_channels() -> list[type[CalDav]]:
    """What jobflow asks for."""
    return [CalDav]  # type: ignore[list-item,unused-ignore]
