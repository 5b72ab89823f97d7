"""When something happened, and in which zone: what users give, as instants."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from jobflow.core.application import to_utc
from jobflow.core.calendar import instant, local_date
from jobflow.core.errors import Refused, UnknownName, suggest
from jobflow.core.long_dates import check_reach
from jobflow.core.timing import NOON

When = datetime | date | None
"""An instant (naive: in the application's zone), a date alone, or None for now."""


def happened_at(at: When, now: datetime, zone: ZoneInfo, began: datetime | None = None) -> datetime:
    """When it happened: a date alone is its noon, or now where that is earlier; never before `began` on that day.

    Raises `Refused` for a date in the future, and for one that is out of reach.
    """
    if at is None:
        return now
    if isinstance(at, datetime):
        return as_instant(at, zone)
    check_moment(at)
    if at > local_date(now, zone):
        raise Refused(f"{at} lies in the future; only what happened can be recorded.")
    noon = min(instant(at, NOON, zone), now)
    return began if began is not None and local_date(began, zone) == at and noon < began else noon


def as_instant(at: datetime, zone: ZoneInfo) -> datetime:
    """In UTC; a naive one is in the zone. Raises `Refused` for a year that nothing can be worked out in."""
    check_moment(at)
    return to_utc(at if at.tzinfo else at.replace(tzinfo=zone))


def check_moment(at: object) -> None:
    """Raises `Refused` for what is neither a datetime nor a date (a text most likely), and for a year out of reach."""
    if not isinstance(at, date):
        raise Refused(
            f"a moment is a datetime or a date, not the {type(at).__name__} {at!r}.",
            hint="Jobflow.when(text, purpose=…) reads texts as the command line does",
        )
    check_reach(at)


def named_zone(name: str) -> ZoneInfo:
    """The zone of that name. Raises `UnknownName` with near misses."""
    from zoneinfo import available_timezones

    names = available_timezones()
    if name not in names:
        raise UnknownName("time zone", name, sorted(names), hint=_zone_hint(name, names))
    return ZoneInfo(name)


def _zone_hint(name: str, names: Iterable[str]) -> str:
    near = suggest(name, sorted(names))
    return f"did you mean '{near}'?" if near else "zones have names such as Europe/Berlin or America/New_York"
