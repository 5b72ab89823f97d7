"""What a workflow about the search may read: counts over all applications. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from jobflow.core.application import ApplicationState
from jobflow.core.calendar import local_date

LATELY = timedelta(days=14)
"""What "lately" reaches back, in whole days before today."""
REFERRER = "referrer"


def aggregates(
    applications: Iterable[ApplicationState], since: datetime, now: datetime, zone: ZoneInfo
) -> dict[str, int | str | None]:
    """Each of `AGGREGATES` as a fact keeps it; None where there is nothing to say. `since`: when the search began."""
    from_day = local_date(now, zone) - LATELY
    live = new = referrals = accepted = 0
    last: date | None = None
    for app in applications:
        began = local_date(app.began_at, zone)
        live += not app.final
        new += began > from_day
        accepted += app.outcome == "accepted" and app.entered_at >= since
        referrals += app.round > 0 and local_date(app.round_at, zone) > from_day and _was_referred(app)
        last = began if last is None or began > last else last
    return {
        "live": live,
        "new_lately": new,
        "referrals_lately": referrals,
        "accepted": accepted,
        "last_added": None if last is None else last.isoformat(),
    }


def _was_referred(app: ApplicationState) -> bool:
    return any(REFERRER in contact.roles for contact in app.contacts)
