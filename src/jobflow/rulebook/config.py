"""Reads config.yaml: text to `Settings`, or `InvalidFile` with every fault. No other module knows its keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, cast
from zoneinfo import available_timezones

from jobflow.core.settings import Settings
from jobflow.rulebook.faults import Faults, TooManyFaults, near
from jobflow.rulebook.format import Keys
from jobflow.rulebook.nodes import Listing, Node, Place, Scalar, Table, describe, plain, shorten
from jobflow.rulebook.options import SECRET_KEY, Option, check_options
from jobflow.rulebook.reader import read
from jobflow.rulebook.shape import Shapes

CONFIG = Keys("config.yaml", ("timezone", "workday", "quiet_hours", "calendar", "workflow", "letters", "channels"))
LETTERS = Keys("letters", ("name", "tone"))
CALENDAR = Keys("calendar", ("country", "subdivision", "weekend", "days_off", "working_days", "also"))
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SECRET_SCHEMES = ("env:", "cmd:", "keyring:")

_RANGE = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})")
_COUNTRY = re.compile(r"[A-Z]{2}|[A-Z]{3}")
_SUBDIVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_SECRET = re.compile(r"(env:[A-Za-z_][A-Za-z0-9_]*|cmd:.*\S.*|keyring:.*\S.*)")
_TONE = re.compile(r"[a-z][a-z0-9]{0,30}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


OptionsOf = Callable[[str], Sequence[Option] | None]
"""The options that a channel takes, by its name; None where there is no such channel."""


def check_config(text: str | bytes, path: str, options_of: OptionsOf = lambda _name: None) -> Settings:
    """The settings that the text of a config file says. An empty file, or comments alone, is all defaults.

    Raises `InvalidFile` with every fault. `path` names the file in messages. Options of channels that `options_of`
    does not know are not looked at.
    """
    faults = Faults(path)
    values: dict[str, Any] = {}
    try:
        if not _says_nothing(text):
            root = read(text, faults)
            if root is not None:
                values = _Config(faults, options_of).values(root)
    except TooManyFaults:
        pass
    faults.raise_if_any()
    return Settings(**values)


def _says_nothing(text: str | bytes) -> bool:
    """Whether there are only comments: a file that one has yet to fill in."""
    try:
        lines = (text if isinstance(text, str) else text.decode("utf-8-sig")).splitlines()
    except UnicodeDecodeError:
        return False
    return all(not line.strip(" ") or line.lstrip(" ").startswith("#") for line in lines)


class _Config:
    def __init__(self, faults: Faults, options_of: OptionsOf) -> None:
        self.faults, self.options_of = faults, options_of
        self.shapes = Shapes(faults)

    def values(self, root: Node) -> dict[str, Any]:
        """What `Settings` takes; only the keys that are said."""
        checks: dict[str, Callable[[Node], dict[str, Any]]] = {
            "timezone": self._timezone,
            "workday": self._workday,
            "quiet_hours": self._quiet_hours,
            "calendar": self._calendar,
            "workflow": self._workflow,
            "letters": self._letters,
            "channels": self._channels,
        }
        values: dict[str, Any] = {}
        for key, node in self.shapes.keyed(root, CONFIG).items():
            values.update(checks[key](node))
        return values

    def _timezone(self, node: Node) -> dict[str, Any]:
        name = self.shapes.text(node, "the name of a time zone such as Europe/Berlin")
        zones = available_timezones()
        if name is not None and name not in zones:
            hint = near(name, sorted(zones))
            hint = hint if hint.startswith("did") else "a name such as Europe/Berlin or America/New_York"
            self.faults.add(node.place, "JF301", f"unknown time zone '{shorten(name)}'", hint)
        return {"timezone": name}

    def _range(self, node: Node, example: str) -> tuple[int, int] | None:
        text = self.shapes.text(node, f"a range of times such as {example}")
        if text is None:
            return None
        found = _RANGE.fullmatch(text.strip())
        hours = [int(part) for part in found.groups()] if found else []
        if not found or max(hours[0], hours[2]) > 23 or max(hours[1], hours[3]) > 59:
            hint = f"hours 00 to 23, as in {example}"
            self.faults.add(node.place, "JF302", f"'{shorten(text)}' is not a range HH:MM-HH:MM", hint)
            return None
        return hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]

    def _workday(self, node: Node) -> dict[str, Any]:
        times = self._range(node, "09:00-18:00")
        if times is None:
            return {}
        if times[0] >= times[1]:
            message = "the working day must begin before it ends, on the same day"
            self.faults.add(node.place, "JF302", message, "such as 09:00-18:00")
        return {"workday_start": times[0], "workday_end": times[1]}

    def _quiet_hours(self, node: Node) -> dict[str, Any]:
        if isinstance(node, Scalar) and node.value is None:
            return {"quiet_start": 0, "quiet_end": 0}
        times = self._range(node, "21:00-08:00")
        return {} if times is None else {"quiet_start": times[0], "quiet_end": times[1]}

    def _calendar(self, node: Node) -> dict[str, Any]:
        items = self.shapes.keyed(node, CALENDAR)
        values: dict[str, Any] = {}
        country = self._code(items.get("country"), _COUNTRY, "a country such as US or DE", "two capital letters")
        subdivision = self._code(items.get("subdivision"), _SUBDIVISION, "a subdivision such as NY or BY", None)
        if subdivision and not country and "country" not in items:
            place = items["subdivision"].place
            self.faults.add(place, "JF305", "a subdivision without its country", "add 'country: …'")
        values.update(country=country, subdivision=subdivision)
        if "weekend" in items:
            values["weekend"] = self._weekend(items["weekend"])
        for key in ("days_off", "working_days"):
            if key in items:
                values[key] = self._days(items[key])
        if "also" in items:
            values["calendars"] = self._names(items["also"])
        for day in sorted(values.get("days_off", frozenset()) & values.get("working_days", frozenset())):
            place = items["working_days"].place
            self.faults.add(place, "JF307", f"{day} is in both days_off and working_days", "keep one")
        return values

    def _code(self, node: Node | None, shape: re.Pattern[str], expected: str, hint: str | None) -> str | None:
        if node is None or (isinstance(node, Scalar) and node.value is None):
            return None
        code = self.shapes.text(node, expected)
        if code is not None and not shape.fullmatch(code):
            self.faults.add(node.place, "JF305", f"expected {expected}, found '{shorten(code)}'", hint)
        return code

    def _weekend(self, node: Node) -> frozenset[int]:
        # An empty weekend is possible: some people look for work every day.
        members = node.items if isinstance(node, Listing) else self.shapes.listing(node, "days such as sat")
        found: set[int] = set()
        for item in members:
            name = self.shapes.text(item, "a day of the week such as sat")
            if name is None:
                continue
            if name.lower() in WEEKDAYS:
                found.add(WEEKDAYS.index(name.lower()))
            else:
                message = f"unknown day of the week '{shorten(name)}'"
                self.faults.add(item.place, "JF303", message, f"one of: {', '.join(WEEKDAYS)}")
        if len(found) == len(WEEKDAYS):
            self.faults.add(node.place, "JF304", "all seven days are off", "leave at least one day to work")
        return frozenset(found)

    def _names(self, node: Node) -> tuple[str, ...]:
        members = node.items if isinstance(node, Listing) else self.shapes.listing(node, "names of calendars")
        names = (self.shapes.text(item, "the name of a calendar that a plugin offers") for item in members)
        return tuple(name for name in names if name is not None)

    def _days(self, node: Node) -> frozenset[date]:
        members = node.items if isinstance(node, Listing) else self.shapes.listing(node, "dates such as 2026-12-24")
        return frozenset(day for day in map(self._day, members) if day is not None)

    def _day(self, node: Node) -> date | None:
        text = self.shapes.text(node, "a date such as 2026-12-24")
        if text is None:
            return None
        try:
            if _DAY.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        hint = "year-month-day, as in 2026-12-24"
        self.faults.add(node.place, "JF306", f"'{shorten(text)}' is not a date", hint)
        return None

    def _workflow(self, node: Node) -> dict[str, Any]:
        return {"workflow": self.shapes.text(node, "the name of a workflow")}

    def _letters(self, node: Node) -> dict[str, Any]:
        items = {key: item for key, item in self.shapes.keyed(node, LETTERS).items() if not _is_nothing(item)}
        values: dict[str, Any] = {}
        if "name" in items:
            values["sender"] = self.shapes.text(items["name"], "your name, as it stands under a letter")
        if "tone" in items:
            tone = self.shapes.text(items["tone"], "a tone such as warm")
            if tone is not None and not _TONE.fullmatch(tone):
                message = f"'{shorten(tone)}' is no name of a tone"
                self.faults.add(
                    items["tone"].place, "JF310", message, "small letters and digits, such as warm or formal"
                )
            values["tone"] = tone
        return values

    def _channels(self, node: Node) -> dict[str, Any]:
        channels: dict[str, Any] = {}
        items = self.shapes.table(node, "channels")
        if isinstance(node, Table) and not items:
            self.faults.add(node.place, "JF309", "no channel, so nothing would be told", "such as {console: {}}")
        for name, options in items.items():
            if not isinstance(options, Table):
                found = describe(options)
                message = f"the options of channel '{shorten(name)}' must be a mapping, found {found}"
                self.faults.add(options.place, "JF022", message, "{} for none")
                continue
            self._secrets(options)
            channels[name] = plain(options)
            self._options(name, options, channels[name])
        return {"channels": channels}

    def _options(self, name: str, node: Table, values: Mapping[str, Any]) -> None:
        """What the channel itself says of its options, each fault at its line and column."""
        known = self.options_of(name)
        if known is None:
            return
        for fault in check_options(values, known, f"channel '{shorten(name)}'"):
            if fault.code == "JF308" and SECRET_KEY.search(str(fault.path[0])):
                continue  # said already, whatever channel it is
            self.faults.add(_place(node, fault.path, fault.code), fault.code, fault.message, fault.hint)

    def _secrets(self, node: Node) -> None:
        """A password must not stand in a file that gets copied around: only where it is to be found."""
        if isinstance(node, Listing):
            for item in node.items:
                self._secrets(item)
        if not isinstance(node, Table):
            return
        for key, value in node.items.items():
            if SECRET_KEY.search(key) and not _is_reference(value):
                # The value itself is not repeated: messages end up in logs.
                hint = f"say where it is: {shorten(key)}: env:NAME, cmd:… or keyring:…"
                self.faults.add(value.place, "JF308", f"'{shorten(key)}' must not be written out here", hint)
            self._secrets(value)


def _is_nothing(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _place(node: Node, path: Sequence[str | int], code: str) -> Place:
    """Where a path leads; a fault about a key stands at the key itself."""
    at = node
    for step in path:
        if isinstance(at, Table):
            if code == "JF020" and step == path[-1]:
                return at.keys[str(step)]
            at = at.items[str(step)]
        else:  # the path leads through values that were found here
            at = cast(Listing, at).items[int(step)]
    return at.place


def _is_reference(node: Node) -> bool:
    return isinstance(node, Scalar) and isinstance(node.value, str) and bool(_SECRET.fullmatch(node.value))
