"""What the user configured, as values. Reading config.yaml is the rule book's business, finding it bootstrap's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything config.yaml may say. Times of day are minutes after midnight; weekdays count from Monday = 0.

    `timezone` None: the system's. `country` None: no public holidays. `calendars`: registered
    business calendars, whose days off count too. `sender`: the user's name, as it stands under letters; `tone`: of the
    templates, None: plain.
    """

    timezone: str | None = None
    workday_start: int = 9 * 60
    workday_end: int = 18 * 60
    quiet_start: int = 21 * 60
    quiet_end: int = 8 * 60
    country: str | None = None
    subdivision: str | None = None
    weekend: frozenset[int] = frozenset({5, 6})
    days_off: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()
    calendars: tuple[str, ...] = ()
    workflow: str = "after-interview"
    sender: str | None = None
    tone: str | None = None
    channels: Mapping[str, Mapping[str, object]] = field(default_factory=lambda: {"console": {}})
