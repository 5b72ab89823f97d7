"""Every open and coming task as an iCalendar file, for a calendar that takes one in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from jobflow.contracts import AgendaItem

SHOWN = ("waiting", "open", "overdue")


class Ics:
    """The same entries as the channel `calendar` keeps, without an alarm. A task keeps its UID in every export."""

    name: ClassVar[str] = "ics"
    histories: ClassVar[bool] = True

    def write(self, applications: Sequence[Mapping[str, Any]]) -> bytes:
        """A whole file, stamped with the moment of the export."""
        from jobflow.adapters.channels.ics import updated

        now = max(
            (datetime.fromisoformat(app["as_of"]) for app in applications), default=datetime(1970, 1, 1, tzinfo=UTC)
        )
        return updated(b"", tuple(_items(applications)), alarm=None, now=now.astimezone(UTC))


def _items(applications: Sequence[Mapping[str, Any]]) -> Iterator[AgendaItem]:
    for app in applications:
        for task in app["tasks"]:
            if task["status"] in SHOWN and task["opens_at"] is not None:
                yield AgendaItem(
                    uid=task["id"],
                    task=task["number"],
                    application=app["slug"],
                    company=app["company"],
                    title=task["title"],
                    kind=task["kind"],
                    status=task["status"],
                    opens_at=_instant(task["opens_at"]),
                    due_at=_instant(task["due_at"]),
                    timezone=app["timezone"],
                    why=task["why"],
                )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
