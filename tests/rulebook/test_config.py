"""config.yaml: every key, its defaults, every fault at its place."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobflow.core.errors import InvalidFile
from jobflow.core.settings import Settings
from jobflow.rulebook.config import check_config
from jobflow.rulebook.options import Option


def faults_of(text: str | bytes) -> list[str]:
    with pytest.raises(InvalidFile) as refusal:
        check_config(text, "c")
    return [str(fault).removeprefix("c:") for fault in refusal.value.diagnostics]


@pytest.mark.parametrize("text", ["", "\n", "# timezone: Europe/Berlin\n\n", b"", b"\xef\xbb\xbf", "{}"])
def test_nothing_said_is_all_defaults(text: str | bytes) -> None:
    assert check_config(text, "c") == Settings()


def test_every_key() -> None:
    text = """\
timezone: America/New_York
workday: 8:30-17:00
quiet_hours: 22:00 - 07:15
calendar:
  country: US
  subdivision: NY
  weekend: [fri, Sat]
  days_off: [2026-12-24, '2026-12-31']
  working_days: [2026-12-26]
workflow: mine
channels:
  console: {}
  mail: {to: me@example.org, password: env:MAIL_PASSWORD, more: [{token: 'cmd:pass mail', api_key: keyring:x}]}
"""
    assert check_config(text, "c") == Settings(
        timezone="America/New_York",
        workday_start=8 * 60 + 30,
        workday_end=17 * 60,
        quiet_start=22 * 60,
        quiet_end=7 * 60 + 15,
        country="US",
        subdivision="NY",
        weekend=frozenset({4, 5}),
        days_off=frozenset({date(2026, 12, 24), date(2026, 12, 31)}),
        working_days=frozenset({date(2026, 12, 26)}),
        workflow="mine",
        channels={
            "console": {},
            "mail": {
                "to": "me@example.org",
                "password": "env:MAIL_PASSWORD",
                "more": [{"token": "cmd:pass mail", "api_key": "keyring:x"}],
            },
        },
    )


def test_nulls_and_empty_lists() -> None:
    text = "quiet_hours: ~\ncalendar: {country: null, subdivision: null, weekend: [], days_off: [], working_days: []}\n"
    assert check_config(text, "c") == Settings(quiet_start=0, quiet_end=0, weekend=frozenset())


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("- a\n", ["1:1 JF022 expected config.yaml with keys, found a list."]),
        ("timezone:\tEurope/Berlin\n\tworkday: x", [
            "2:1 JF005 not YAML: a tab stands where YAML wants blanks. Hint: indent with spaces"
        ]),
        (b"timezone: \xff", ["1:11 JF002 byte 0xff is not UTF-8. Hint: save the file as UTF-8"]),
        ("workdays: 09:00-18:00\n", [
            "1:1 JF020 unknown key 'workdays' in config.yaml. Hint: did you mean 'workday'?"
        ]),
        ("timezone: Europe/Belin\n", [
            "1:11 JF301 unknown time zone 'Europe/Belin'. Hint: did you mean 'Europe/Berlin'?"
        ]),
        ("timezone: xyzzy\n", [
            "1:11 JF301 unknown time zone 'xyzzy'. Hint: a name such as Europe/Berlin or America/New_York"
        ]),
        ("timezone: 2\n", [
            "1:11 JF022 expected the name of a time zone such as Europe/Berlin, found the number 2. "
            "Hint: write it in quotes: '2'"
        ]),
        ("workday: 9-5\n", ["1:10 JF302 '9-5' is not a range HH:MM-HH:MM. Hint: hours 00 to 23, as in 09:00-18:00"]),
        ("workday: 09:00-24:00\n", [
            "1:10 JF302 '09:00-24:00' is not a range HH:MM-HH:MM. Hint: hours 00 to 23, as in 09:00-18:00"
        ]),
        ("quiet_hours: 21:00-08:60\n", [
            "1:14 JF302 '21:00-08:60' is not a range HH:MM-HH:MM. Hint: hours 00 to 23, as in 21:00-08:00"
        ]),
        ("quiet_hours: [1]\n", ["1:14 JF022 expected a range of times such as 21:00-08:00, found a list."]),
        ("workday: 18:00-09:00\n", [
            "1:10 JF302 the working day must begin before it ends, on the same day. Hint: such as 09:00-18:00"
        ]),
        ("calendar: {weekend: [sam, 1, sun]}\n", [
            "1:22 JF303 unknown day of the week 'sam'. Hint: one of: mon, tue, wed, thu, fri, sat, sun",
            "1:27 JF022 expected a day of the week such as sat, found the number 1. Hint: write it in quotes: '1'",
        ]),
        ("calendar: {weekend: [mon, tue, wed, thu, fri, sat, sun]}\n", [
            "1:21 JF304 all seven days are off. Hint: leave at least one day to work"
        ]),
        ("calendar: {weekend: sat}\n", [
            "1:21 JF022 expected a list of days such as sat, found the text 'sat'. "
            "Hint: write it in brackets: [one, two]"
        ]),
        ("calendar: {country: Germany, subdivision: '-'}\n", [
            "1:21 JF305 expected a country such as US or DE, found 'Germany'. Hint: two capital letters",
            "1:43 JF305 expected a subdivision such as NY or BY, found '-'.",
        ]),
        ("calendar: {country: true}\n", [
            "1:21 JF022 expected a country such as US or DE, found true. Hint: write it in quotes: 'true'"
        ]),
        ("calendar: {subdivision: NY}\n", ["1:25 JF305 a subdivision without its country. Hint: add 'country: …'"]),
        ("calendar: {days_off: [24.12.2026, 2026-02-30, 20261224, 5], working_days: 2026-12-24}\n", [
            "1:23 JF306 '24.12.2026' is not a date. Hint: year-month-day, as in 2026-12-24",
            "1:35 JF306 '2026-02-30' is not a date. Hint: year-month-day, as in 2026-12-24",
            "1:47 JF022 expected a date such as 2026-12-24, found the number 20261224. "
            "Hint: write it in quotes: '20261224'",
            "1:57 JF022 expected a date such as 2026-12-24, found the number 5. Hint: write it in quotes: '5'",
            "1:75 JF022 expected a list of dates such as 2026-12-24, found the text '2026-12-24'. "
            "Hint: write it in brackets: [one, two]",
        ]),
        ("calendar: {days_off: [2026-12-24], working_days: [2026-12-24]}\n", [
            "1:50 JF307 2026-12-24 is in both days_off and working_days. Hint: keep one"
        ]),
        ("channels: {}\n", ["1:11 JF309 no channel, so nothing would be told. Hint: such as {console: {}}"]),
        ("channels: {console: }\n", [
            "1:21 JF022 the options of channel 'console' must be a mapping, found nothing. Hint: {} for none"
        ]),
        ("channels: [console]\n", ["1:11 JF022 expected channels with keys, found a list."]),
        ("channels: {mail: {password: hunter2, list: [{smtp_token: 5}]}}\n", [
            "1:29 JF308 'password' must not be written out here. "
            "Hint: say where it is: password: env:NAME, cmd:… or keyring:…",
            "1:58 JF308 'smtp_token' must not be written out here. "
            "Hint: say where it is: smtp_token: env:NAME, cmd:… or keyring:…",
        ]),
        ("channels:\n", [
            "1:10 JF022 expected channels with keys, found nothing. Hint: write {} where there is nothing to say"
        ]),
        ("workflow: ''\n", ["1:11 JF026 expected one line of text with at most 500 characters, found nothing."]),
    ],
)  # fmt: skip
def test_faults(text: str | bytes, lines: list[str]) -> None:
    assert faults_of(text) == lines


def test_a_secret_is_never_repeated() -> None:
    assert "hunter2" not in "\n".join(faults_of("channels: {mail: {password: hunter2}}\n"))


OPTIONS = (
    Option(name="to", type="text"),
    Option(name="parts", type="list", required=False, default=()),
    Option(name="password", type="secret", required=False),
)


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        ("{to: me, password: 'env:PASS'}", []),
        ("{to: me, parts: [a, 5]}", [
            "1:38 JF022 expected text for 'parts', found the number 5. Hint: write it in quotes: '5'"
        ]),
        ("{to: 7}", ["1:23 JF022 expected text for 'to', found the number 7. Hint: write it in quotes: '7'"]),
        ("{too: me}", [
            "1:18 JF021 channel 'mail' needs the option 'to'. Hint: add 'to: …', text",
            "1:19 JF020 unknown option 'too' of channel 'mail'. Hint: did you mean 'to'?",
        ]),
        ("{to: me, password: hunter2}", [
            "1:37 JF308 'password' must not be written out here. "
            "Hint: say where it is: password: env:NAME, cmd:… or keyring:…",
        ]),
    ],
)  # fmt: skip
def test_the_options_of_a_channel_are_checked_at_their_places(options: str, lines: list[str]) -> None:
    text = f"channels: {{mail: {options}}}\n"
    found: list[str] = []
    try:
        check_config(text, "c", {"mail": OPTIONS}.get)
    except InvalidFile as refusal:
        found = [str(fault).removeprefix("c:") for fault in refusal.diagnostics]
    assert found == lines


def test_other_calendars_are_named_in_a_list() -> None:
    assert check_config("calendar: {also: [bank, school]}\n", "c").calendars == ("bank", "school")
    assert faults_of("calendar: {also: [5]}\n") == [
        "1:19 JF022 expected the name of a calendar that a plugin offers, found the number 5. "
        "Hint: write it in quotes: '5'"
    ]
    assert faults_of("calendar: {also: bank}\n")[0].startswith("1:18 JF022 expected a list of names of calendars")


def test_a_hundred_faults_are_enough() -> None:
    days = ", ".join(f"x{n}" for n in range(300))
    assert len(faults_of(f"calendar: {{days_off: [{days}]}}\n")) == 100


@given(st.text() | st.binary())
def test_no_text_does_anything_but_settings_or_faults(text: str | bytes) -> None:
    try:
        assert isinstance(check_config(text, "c"), Settings)
    except InvalidFile as refusal:
        assert refusal.diagnostics
