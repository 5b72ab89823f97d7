"""What a fact may hold: from what the user gave to the JSON value that history keeps, by the fact's type.

Every refusal names the fact, what was found, what was expected, and an example.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from jobflow.core.amounts import CURRENCIES, parse_money, parse_number, plain_number
from jobflow.core.calendar import Calendar, add_months, local_date
from jobflow.core.errors import Refused, suggest
from jobflow.core.long_dates import check_reach
from jobflow.core.model import FactRule, FactType
from jobflow.core.quoting import forbidden_character, shown
from jobflow.core.when import When, at_instant, on_day, parse_when, spell_date

FactValue = str | int | float | list[str] | dict[str, int | float | str | None]
"""A fact as history keeps it: plain JSON."""

LONGEST_TEXT = 10_000
LONGEST_LIST = 100

EXAMPLES: Mapping[FactType, str] = {
    "text": "{name}='any words'",
    "date": "{name}=2026-03-20",
    "datetime": "{name}='2026-03-20 14:00'",
    "number": "{name}=3.5",
    "money": "{name}='52000 USD'",
    "choice": "{name}={option}",
    "list": "{name}='first; second'",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A rule and the moment at which a value for it was given."""

    rule: FactRule
    now: datetime
    zone: ZoneInfo
    calendar: Calendar
    confirmed: bool

    def refused(self, found: object, expected: str, hint: str | None = None) -> Refused:
        return self.because(f"found {shown(found)}, expected {expected}.", hint)

    def because(self, reason: str, hint: str | None) -> Refused:
        """The refusal of something that says itself what is wrong."""
        option = self.rule.options[0] if self.rule.options else ""
        example = EXAMPLES[self.rule.type].format(name=self.rule.name, option=option)
        return Refused(
            f"fact '{self.rule.name}': {reason}",
            hint=f"{hint}; for example {example}" if hint else f"for example {example}",
        )


def parse_fact(
    rule: FactRule,
    value: object,
    *,
    now: datetime,
    zone: ZoneInfo,
    calendar: Calendar,
    confirmed: bool = False,
) -> FactValue:
    """The value as history keeps it. A date more than a year after `now` is refused unless `confirmed`.

    Dates become `2026-03-20`, datetimes RFC 3339 with the zone's offset, money `{"amount": …, "currency": …}`.
    Raises `Refused`.
    """
    asked = _Asked(rule=rule, now=now, zone=zone, calendar=calendar, confirmed=confirmed)
    return _READERS[rule.type](value, asked)


def _text(value: object, asked: _Asked) -> str:
    if not isinstance(value, str):
        raise asked.refused(value, "a text")
    return _clean(value, asked)


def _clean(value: str, asked: _Asked) -> str:
    text = value.replace("\r\n", "\n").strip()
    if not text:
        raise asked.refused(value, "some text")
    if len(text) > LONGEST_TEXT:
        raise asked.refused(text, f"at most {LONGEST_TEXT} characters, not {len(text)}")
    forbidden = forbidden_character(text, allowed="\n\t")
    if forbidden:
        raise asked.refused(text, f"text without control characters ({forbidden})")
    return text


def _date(value: object, asked: _Asked) -> str:
    when = _when(value, asked, "a date")
    if when.instant is not None:
        raise asked.refused(value, "a date alone", "leave the time of day out")
    _refuse_far(when, asked)
    return when.day.isoformat()


def _datetime(value: object, asked: _Asked) -> str:
    when = _when(value, asked, "a date with a time of day")
    if when.instant is None:
        raise asked.refused(value, "a date with a time of day", "add the time")
    _refuse_far(when, asked)
    return when.instant.astimezone(asked.zone).isoformat()


def _when(value: object, asked: _Asked, expected: str) -> When:
    if not isinstance(value, str | date):
        raise asked.refused(value, expected)
    try:
        return _moment(value, asked)
    except Refused as refusal:
        raise asked.because(f"expected {expected}; {refusal.message}", refusal.hint) from None


def _moment(value: str | date, asked: _Asked) -> When:
    if isinstance(value, str):
        return parse_when(value, now=asked.now, zone=asked.zone, calendar=asked.calendar, purpose="future")
    check_reach(value)
    if isinstance(value, datetime):
        # A naive one is local, as in text; `fold` as it comes, so that the second of two can be said.
        aware = value if value.tzinfo else value.replace(tzinfo=asked.zone)
        return at_instant(aware.astimezone(UTC), asked.zone)
    return on_day(value)


def _refuse_far(when: When, asked: _Asked) -> None:
    """Mistyped years are mostly far ahead: these the user confirms."""
    year_ahead = add_months(local_date(asked.now, asked.zone), 12)
    if when.day > year_ahead and not asked.confirmed:
        raise Refused(
            f"fact '{asked.rule.name}': found {spell_date(when.day)}, expected a day up to {spell_date(year_ahead)}.",
            hint="say --yes if that year is meant",
        )


def _number(value: object, asked: _Asked) -> int | float:
    if isinstance(value, str):
        try:
            return parse_number(value)
        except ValueError as fault:
            raise asked.refused(value, "a number", str(fault)) from None
    number = plain_number(value)
    if number is None:
        raise asked.refused(value, "a number of at most 15 digits")
    return number


def _money(value: object, asked: _Asked) -> dict[str, int | float | str | None]:
    if isinstance(value, Mapping) and set(value) <= {"amount", "currency"}:
        amount, currency = plain_number(value.get("amount")), value.get("currency")
        known = currency is None or (isinstance(currency, str) and currency in CURRENCIES)
    elif isinstance(value, str):
        try:
            amount, currency, known = *parse_money(value), True
        except ValueError as fault:
            raise asked.refused(value, "an amount and its currency", str(fault)) from None
    else:
        amount, currency, known = plain_number(value), None, True
    if amount is None or amount < 0 or not known:
        raise asked.refused(value, "an amount and its currency")
    return {"amount": amount, "currency": currency}


def _choice(value: object, asked: _Asked) -> str:
    options = asked.rule.options
    text = value.strip() if isinstance(value, str) else ""
    if text in options:
        return text
    alike = [option for option in options if option.casefold() == text.casefold()]
    if len(alike) == 1:
        return alike[0]
    near = suggest(text, options) if text else None
    raise asked.refused(value, f"one of: {', '.join(options)}", f"did you mean '{near}'?" if near else None)


def _list(value: object, asked: _Asked) -> list[str]:
    if isinstance(value, str):
        parts: list[object] = [part for part in value.replace("\n", ";").split(";") if part.strip()]
    elif isinstance(value, list | tuple):
        parts = list(value)
    else:
        raise asked.refused(value, "a list of texts")
    if not parts:
        raise asked.refused(value, "at least one text")
    if len(parts) > LONGEST_LIST:
        raise asked.refused(value, f"at most {LONGEST_LIST} texts, not {len(parts)}")
    return [_text(part, asked) for part in parts]


_READERS: Mapping[FactType, Callable[[object, _Asked], FactValue]] = {
    "text": _text,
    "date": _date,
    "datetime": _datetime,
    "number": _number,
    "money": _money,
    "choice": _choice,
    "list": _list,
}
