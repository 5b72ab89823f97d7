from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobflow.core.calendar import Calendar
from jobflow.core.errors import Refused
from jobflow.core.facts import LONGEST_LIST, LONGEST_TEXT, parse_fact
from jobflow.core.model import FACT_TYPES, FactRule, FactType

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


def read(type_: FactType, value: object, *, confirmed: bool = False) -> Any:
    rule = FactRule(name="it", type=type_, options=("Too far", "salary", "fit") if type_ == "choice" else ())
    return parse_fact(rule, value, now=NOW, zone=BERLIN, calendar=Calendar(), confirmed=confirmed)


@pytest.mark.parametrize(
    ("type_", "given_", "kept"),
    [
        ("text", "  two words ", "two words"),
        ("text", "line\r\nline\twith tab", "line\nline\twith tab"),
        ("text", "naïve 🏳️‍🌈 Ω", "naïve 🏳️‍🌈 Ω"),
        ("date", "2026-03-20", "2026-03-20"),
        ("date", "tuesday", "2026-03-17"),
        ("date", "+2bd", "2026-03-12"),
        ("date", "2025-01-01", "2025-01-01"),
        ("date", "2027-03-10", "2027-03-10"),
        ("date", date(2026, 3, 20), "2026-03-20"),
        ("datetime", "2026-03-20 14:00", "2026-03-20T14:00:00+01:00"),
        ("datetime", "2026-04-20T14:00Z", "2026-04-20T16:00:00+02:00"),
        ("datetime", "2026-03-29 02:30", "2026-03-29T03:30:00+02:00"),
        ("datetime", datetime(2026, 3, 20, 14), "2026-03-20T14:00:00+01:00"),
        ("datetime", datetime(2026, 3, 20, 14, tzinfo=UTC), "2026-03-20T15:00:00+01:00"),
        ("number", "52000", 52000),
        ("number", "52,000", 52000),
        ("number", "-3.5", -3.5),
        ("number", 7, 7),
        ("number", 0.125, 0.125),
        ("money", "52,000 USD", {"amount": 52000, "currency": "USD"}),
        ("money", "USD 52000", {"amount": 52000, "currency": "USD"}),
        ("money", "eur52000.50", {"amount": 52000.5, "currency": "EUR"}),
        ("money", "€ 52000", {"amount": 52000, "currency": "EUR"}),
        ("money", "52000", {"amount": 52000, "currency": None}),
        ("money", 52000, {"amount": 52000, "currency": None}),
        ("money", {"amount": 5, "currency": "GBP"}, {"amount": 5, "currency": "GBP"}),
        ("choice", "salary", "salary"),
        ("choice", " TOO FAR ", "Too far"),
        ("list", "one; two ;; three", ["one", "two", "three"]),
        ("list", "one\ntwo", ["one", "two"]),
        ("list", ["a; b", " c "], ["a; b", "c"]),
    ],
)
def test_what_is_kept(type_, given_, kept):
    found = read(type_, given_)
    assert found == kept
    assert type(found) is type(kept)


@pytest.mark.parametrize(
    ("type_", "given_", "said"),
    [
        ("text", "", "some text"),
        ("text", " \n ", "some text"),
        ("text", "bell \x07", "U+0007"),
        ("text", "lone \udc80", "U+DC80"),
        ("text", "carriage\rreturn", "U+000D"),
        ("text", "x" * (LONGEST_TEXT + 1), "10000 characters"),
        ("text", 5, "expected a text"),
        ("date", "3/4/26", "2026-03-04 or 2026-04-03"),
        ("date", "next friday", "2026-03-13 or 2026-03-20"),
        ("date", "2026-03-20 14:00", "leave the time of day out"),
        ("date", "+2h", "leave the time of day out"),
        ("date", 20260320, "expected a date"),
        ("date", None, "expected a date"),
        ("date", "2027-03-11", "--yes"),
        ("datetime", "2026-03-20", "add the time"),
        ("datetime", "2062-03-20 14:00", "--yes"),
        ("datetime", 1.5, "expected a date with a time of day"),
        ("number", "52.000,00", "decimals come after a point"),
        ("number", "1,5", "decimals come after a point"),
        ("number", "12,34,567", "digits"),
        ("number", "52k", "write the number out"),
        ("number", "1e5", "digits"),
        ("number", "1_000", "digits"),
        ("number", "999999999999999999", "digits"),
        ("number", "999,999,999,999,999,999", "at most 15 digits"),
        ("number", "٥", "digits"),
        ("number", "", "digits"),
        ("number", True, "a number"),
        ("number", math.nan, "a number"),
        ("number", math.inf, "a number"),
        ("number", 10**30, "a number"),
        pytest.param("number", 10**5000, "found 'int'", id="a number too long to print"),
        ("money", "52.000,00", "decimals come after a point"),
        ("money", "52.000 EUR", "two decimals"),
        ("money", "52,00 EUR", "decimals come after a point"),
        ("money", "$52000", "write the code, such as USD"),
        ("money", "52k USD", "write the number out"),
        ("money", "USD 52000 USD", "name the currency once"),
        ("money", "52000 XQQ", "no currency's code"),
        ("money", "-5 USD", "digits"),
        ("money", -5, "an amount"),
        ("money", "lots", "digits"),
        ("money", [], "an amount"),
        ("money", {"amount": "5"}, "an amount"),
        ("money", {"amount": 5, "currency": "usd"}, "an amount"),
        ("money", {"amount": 5, "currency": ["USD"]}, "an amount"),
        ("money", {"sum": 5}, "an amount"),
        ("choice", "salry", "did you mean 'salary'?"),
        ("choice", "", "one of: Too far, salary, fit"),
        ("choice", 5, "one of: Too far, salary, fit"),
        ("list", " ; ", "at least one text"),
        ("list", [], "at least one text"),
        ("list", ["a", 5], "found '5', expected a text"),
        ("list", ["a", ""], "some text"),
        ("list", ["a"] * (LONGEST_LIST + 1), "100 texts, not 101"),
        ("list", {"a": 1}, "a list of texts"),
    ],
)
def test_what_is_refused_says_found_expected_and_an_example(type_, given_, said):
    with pytest.raises(Refused) as refusal:
        read(type_, given_)
    text = str(refusal.value)
    assert said in text
    assert text.startswith("fact 'it': ")
    assert "expected" in text
    assert "it=" in text or "--yes" in text
    assert len(text) < 500
    text.encode()


def test_a_far_day_is_taken_once_it_is_confirmed():
    assert read("date", "2028-03-20", confirmed=True) == "2028-03-20"
    assert read("datetime", "2028-03-20 14:00", confirmed=True) == "2028-03-20T14:00:00+01:00"


ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text() | st.integers())


@given(st.sampled_from(FACT_TYPES), ANYTHING)
def test_anything_is_kept_as_json_or_refused(type_, value):
    try:
        kept = read(type_, value)
    except Refused as refusal:
        assert refusal.hint
        str(refusal).encode()
    else:
        assert json.loads(json.dumps(kept, ensure_ascii=False).encode()) == kept
        assert read(type_, kept, confirmed=True) == kept


@given(st.integers(0, 10**12), st.sampled_from(["USD", "EUR", "JPY"]))
def test_grouping_and_place_of_the_currency_change_nothing(amount, currency):
    texts = [f"{amount} {currency}", f"{amount:,} {currency}", f"{currency} {amount}", f"{currency}{amount:,}"]
    assert all(read("money", text) == {"amount": amount, "currency": currency} for text in texts)
