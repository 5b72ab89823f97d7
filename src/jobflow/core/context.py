"""Everything that a decision may know beside the application: the instant, the calendar, the registered conditions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from jobflow.core.application import ApplicationState
from jobflow.core.calendar import Calendar

ConditionFunction = Callable[[Mapping[str, Any], Mapping[str, object]], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One decision's surroundings. `now`: aware UTC, whole seconds; `zone`: where an application names none.

    `timed_under` names the settings that the calendar and zone come from; times worked out under others are worked
    out anew by the next tick. `channels` are the names that messages go to; `templates` the texts by name;
    `conditions` the registered ones.
    """

    now: datetime
    calendar: Calendar
    zone: ZoneInfo
    timed_under: str = ""
    channels: tuple[str, ...] = ()
    conditions: Mapping[str, ConditionFunction] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)

    def zone_of(self, application: ApplicationState) -> ZoneInfo:
        """The application's own zone, else the configured one."""
        return ZoneInfo(application.timezone) if application.timezone else self.zone
