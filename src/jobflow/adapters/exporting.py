"""The exporters that ship: JSON, and tables for spreadsheets and for people."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from jobflow.adapters.csv_cells import shown_person
from jobflow.adapters.csv_columns import HEADERS, plain

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet would work out: an apostrophe before it makes it text."""
COLUMNS = (
    "Company",
    "Role",
    "Status",
    "Saved",
    "Applied",
    "Interviewed",
    "Interviewer",
    "Decision maker",
    "Recruiter",
    "Referrer",
    "Decision by",
    "Link",
    "Notes",
)
DATES = {"saved": "Saved", "applied": "Applied", "interviewed": "Interviewed"}
"""By state and event, the column that its date goes into."""
_NOTED = re.compile(r"(?P<name>saved|applied|interviewed): (?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})")
_ROLES = {"Interviewer": "interviewer", "Decision maker": "decision_maker", "Recruiter": "recruiter",
          "Referrer": "referrer"}  # fmt: skip


class Json:
    """An array of applications, each as `show --json` gives it, and with its `note`."""

    name: ClassVar[str] = "json"
    histories: ClassVar[bool] = True

    def write(self, applications: Sequence[Mapping[str, Any]]) -> bytes:
        """UTF-8, two blanks a level, a line break at the end."""
        found = [
            {**{name: value for name, value in app.items() if name not in ("history", "as_of")}, "note": note(app)}
            for app in applications
        ]
        return (json.dumps(found, ensure_ascii=False, indent=2) + "\n").encode()


class Csv:
    """A table with the headings that `import csv` knows. No cell is a formula."""

    name: ClassVar[str] = "csv"
    histories: ClassVar[bool] = True

    def write(self, applications: Sequence[Mapping[str, Any]]) -> bytes:
        """UTF-8 with a byte order mark, without which Excel takes it for something else; lines end as RFC 4180 says."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows([safe(row.get(title, "")) for title in COLUMNS] for row in map(_row, applications))
        return out.getvalue().encode("utf-8-sig")


def safe(cell: str) -> str:
    """The cell as text for a spreadsheet; `unsafe` in `csv_cells` is the reverse."""
    return f"'{cell}" if cell.startswith(FORMULA) or cell.startswith("'") else cell


def _row(app: Mapping[str, Any]) -> dict[str, str]:
    facts = app["facts"]
    notes = [f"{name}: {fact_text(value)}" for name, value in facts.items() if name != "decision_date"]
    notes += [f"{person['name']}: {said}" for person in app["contacts"] for said in person["notes"]]
    dates = _dates(app)
    known = {f"{title.casefold()}: {day}" for title, day in dates.items()}  # what `import` noted, and notes again
    links = [(line, _link(line)) for line in (note(app) or "").split("\n") if line and line not in known]
    return {
        "Company": app["company"],
        "Role": app["role"] or "",
        "Status": (app["outcome"] or app["state"]).replace("_", " ").replace("-", " "),
        **dates,
        **{title: people(app, role) for title, role in _ROLES.items()},
        "Decision by": facts.get("decision_date") or "",
        "Link": "\n".join(link for _, link in links if link),
        "Notes": "\n".join([*notes, *(line for line, link in links if not link)]),
    }


def _link(line: str) -> str:
    """The address in a line that `import` wrote for the link to a job; else nothing."""
    title, _, link = line.partition(": ")
    return link if plain(title) in HEADERS["link"] else ""


def _dates(app: Mapping[str, Any]) -> dict[str, str]:
    """When it was saved, applied for and last interviewed for, as far as the history says."""
    found = {DATES[name]: day for name, day in noted_dates(app).items()}
    for record in app["history"]:
        data = record["data"]
        happened = data.get("state") if record["type"] == "added" else data.get("event")
        if happened in DATES and record["type"] in ("added", "event_logged"):
            found[DATES[happened]] = day(record["at"])
    if not found:
        found["Interviewed" if app["round"] else "Applied"] = day(app["began_at"])
    return found


def noted_dates(app: Mapping[str, Any]) -> dict[str, str]:
    """The days on which it was saved or applied for, as `import` noted them where it began with something else."""
    lines = (_NOTED.fullmatch(line) for line in (note(app) or "").split("\n"))
    return {found["name"]: found["day"] for found in lines if found}


def note(app: Mapping[str, Any]) -> str | None:
    """What was noted as the application was added: of what was taken in, all that has no place elsewhere."""
    notes = (record["data"].get("note") for record in app["history"] if record["type"] == "added")
    return next(notes, None)


def people(app: Mapping[str, Any], role: str) -> str:
    """The contacts with a role, as `import csv` reads them."""
    found = (person for person in app["contacts"] if role in person["roles"])
    return "; ".join(shown_person(person["name"], person["email"]) for person in found)


def day(instant: str) -> str:
    """The local date of an RFC 3339 instant."""
    return datetime.fromisoformat(instant).date().isoformat()


def fact_text(value: Any) -> str:
    """A fact on one line."""
    if isinstance(value, Mapping):
        return " ".join(str(value[part]) for part in ("amount", "currency") if value.get(part) is not None)
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


class Markdown:
    """A table of the applications, and the tasks that are open."""

    name: ClassVar[str] = "markdown"

    def write(self, applications: Sequence[Mapping[str, Any]]) -> bytes:
        """UTF-8; what stands in a name is text, whatever it looks like."""
        rows = [
            (app["company"], app["role"] or "", _standing(app), day(app["began_at"]), day(app["entered_at"]))
            for app in applications
        ]
        lines = ["# Applications", "", *_table(("Company", "Role", "State", "Began", "Since"), rows)]
        tasks = [
            ((task["due_at"] or "9999"), app, task)
            for app in applications
            for task in app["tasks"]
            if task["status"] in ("open", "overdue")
        ]
        if tasks:
            lines += ["", "## Open tasks", ""]
            due = (
                (task["due_at"][:16].replace("T", " ") if task["due_at"] else "", app["company"], task["title"])
                for _, app, task in sorted(tasks, key=lambda one: (one[0], one[2]["number"]))
            )
            lines += _table(("Due", "Company", "Task"), due)
        return ("\n".join(lines) + "\n").encode()


def _standing(app: Mapping[str, Any]) -> str:
    outcome = f" ({app['outcome']})" if app["outcome"] else ""
    return f"{app['state']}{outcome}".replace("_", " ")


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'|'.join(' --- ' for _ in header)}|"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"


def _cell(text: str) -> str:
    """Text that no Markdown program takes for markup or for the end of the cell."""
    line = " ".join(text.split())
    return "".join(f"\\{char}" if char in "\\`*_[]<>|~&" else char for char in line)
