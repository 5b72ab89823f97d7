"""What is said in the cases that come seldom."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from zlib import crc32
from zoneinfo import ZoneInfo

import pytest

from jobflow.render.words import columns, day_words, fact_words, json_text, moment_words, plural, reason_of

UTC_ZONE = ZoneInfo("UTC")
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)

OWN = """
format: 1
workflow: own
version: 1
initial: open
facts: {salary: {type: money}, skills: {type: list}}
states:
  open:
    tasks:
      think: {kind: todo, title: Think it over}
      wait: {kind: todo, title: Ask again, opens: 2 days, due: 1 day}
    events: {over: {to: closed, outcome: over}}
  closed: {final: true}
"""


@pytest.fixture
def own(cli, home):
    (home / "workflows").mkdir(parents=True)
    (home / "workflows" / "own.yaml").write_text(OWN)
    return cli("add", "Acme", "--workflow", "own", "--role", "Cook").out


def test_show_has_all_that_is_known(cli, acme):
    cli("done", "1")
    cli("set", "acme", "decision_date=2026-03-20")
    said = cli("show", "acme").out
    for words in (
        "Acme Corp, Engineer (acme-corp): Interviewed",
        "since Tue 10 March 2026, 18:00 (UTC)",
        "interviewer: Ada Byron <ada@acme.example>",
        "decision maker: Grace Hopper\n",
        "decision_date: Fri 20 March 2026",
        "To do\n",
        "Settled\n",
        "done today 18:00",
        "cancelled today 18:00",
    ):
        assert words in said


def test_a_task_without_due_date_is_for_whenever_you_like(cli, own):
    assert "Think it over (Acme)  no due date" in own
    said = cli("next").out
    assert "Whenever you like" in said
    assert "Think it over (Acme)" in said
    shown = cli("show", "acme").out
    assert "Later\n" in shown
    assert "opens Thu 12 March 09:00" in shown
    assert "2: Ask again" not in cli("list").out


def test_what_is_next_where_nothing_is(cli, own):
    assert "Nothing to do before Thu 12 March 09:00" in cli("done", "1").out
    assert "nothing to do before Thu 12 March 09:00" in cli("list").out
    assert "Nothing to do until something happens" in cli("skip", "2").out
    assert "Nothing more to do here." in cli("log", "acme", "over").out
    assert "Closed (over)" in cli("show", "acme").out


def test_other_kinds_of_facts_are_said_as_people_write_them(cli, own):
    said = cli("set", "acme", "salary=52,000 USD", "skills=soup; bread").out
    assert "salary: 52000 USD" in said
    assert "skills: soup; bread" in said


def test_a_task_that_asks_for_a_fact_says_how_to_tell_it(cli, acme):
    said = cli("done", "1", "2", *[str(task["number"]) for task in acme["tasks"] if task["name"] == "debrief"]).out
    assert "Then: jobflow set acme-corp decision_date=DATE" in said
    assert "Once it is done: jobflow set acme-corp decision_date=DATE" in cli("next").out


def test_a_clock_that_leapt_is_doubted_once(shell):
    now = {"JOBFLOW_NOW": ""}
    shell("add", "Acme", "--at", "2020-03-10", **now)
    with sqlite3.connect(shell_home(shell)) as connection:
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('last_tick', '2020-03-10T18:00:00Z')")
        connection.execute("UPDATE meta SET value = '2020-03-10T18:00:00Z' WHERE name = 'last_instant'")
    connection.close()
    held = shell("tick", **now)
    assert (held.out, held.code) == ("", 0)
    assert "--accept-jump" in held.err
    assert shell("tick", **now).err == ""


def shell_home(shell) -> str:
    document = shell("config", "show", "--json").json
    return f"{document['home']}/jobflow.db"


def test_the_systems_clock_is_read_where_nothing_pins_it(shell):
    shell("add", "Acme", JOBFLOW_NOW="")
    assert "due" in shell("next", JOBFLOW_NOW="").out
    assert shell("tick", JOBFLOW_NOW="").out == ""
    assert shell("tick", JOBFLOW_NOW="").out == ""


def test_an_application_that_can_not_be_decided_is_named(cli, acme, home):
    cli("add", "Globex")
    with sqlite3.connect(home / "jobflow.db") as connection:
        (text,) = connection.execute("SELECT state FROM application WHERE number = 1").fetchone()
        spoilt = text.replace("thank_you", "nothing")
        written = (spoilt, crc32(spoilt.encode()))  # as a fault of jobflow itself would leave it: sound, and wrong
        connection.execute("UPDATE application SET state = ?, sum = ? WHERE number = 1", written)
    connection.close()
    said = cli("tick", "--now", "2026-03-11T09:00:00Z", code=4)
    assert "acme-corp: " in said.err
    assert "Globex" in said.out


def test_near_days_have_names():
    assert day_words(NOON, NOON, UTC_ZONE) == "today"
    assert moment_words(None, NOON, UTC_ZONE) == "not known yet"
    assert moment_words(datetime(2026, 3, 9, 8, tzinfo=UTC), NOON, UTC_ZONE) == "yesterday 08:00"
    assert moment_words(datetime(2027, 3, 9, 8, tzinfo=UTC), NOON, UTC_ZONE) == "Tue 9 March 2027 08:00"
    assert day_words(datetime(2026, 3, 10, 23, tzinfo=UTC), NOON, ZoneInfo("Asia/Tokyo")) == "tomorrow"


def test_small_words():
    assert plural(1, "row is", "rows are") == "1 row is"
    assert plural(0, "task") == "0 tasks"
    assert fact_words("2026-99-99") == "2026-99-99"
    assert fact_words("2026-03-12T14:00:00+01:00") == "Thu 12 March 2026, 14:00"
    assert fact_words("2026-03-12Tea time") == "2026-03-12Tea time"
    assert fact_words(3.5) == "3.5"
    assert reason_of("due Tue: because") == "because"
    assert reason_of("lapsed Tue: x") == ""
    assert reason_of("opens once what it counts from is known") == "opens once what it counts from is known"
    assert list(columns([("a", "b"), ("long", "c")])) == ["a     b", "long  c"]
    assert json_text({"é": 1}, ascii_only=True) == '{\n  "\\u00e9": 1\n}'


def test_a_day_alone_is_said_as_it_is_recorded(cli, home):
    # 11:00 in the morning: noon is still to come; and the application began at 11:00, after which noon is noon.
    said = cli("add", "Acme", "--at", "today", "--now", "2026-03-10T11:00:00Z")
    assert "recorded for Tue 10 March 2026, 11:00\n" in said.out
    assert "10:30\n" in cli("add", "Late", "--at", "2026-03-10T10:30", "--now", "2026-03-10T11:00:00Z").out
    assert "March 2026, 12:00\n" in cli("log", "acme", "reply", "--at", "today", "--now", "2026-03-10T15:00:00Z").out
    cli("add", "Evening", "--at", "2026-03-10T18:00", "--now", "2026-03-10T19:00:00Z")
    said = cli("log", "evening", "reply", "--at", "today", "--now", "2026-03-10T19:30:00Z")
    assert "recorded for Tue 10 March 2026, 18:00\n" in said.out
    assert cli("history", "evening", "--json").json[-1]["at"] == "2026-03-10T18:00:00+00:00"


def test_a_far_date_may_be_confirmed_wherever_facts_are_told(cli, acme):
    assert "--yes" in cli("done", "3", "--fact", "decision_date=2032-01-01", code=1).err
    cli("done", "3", "--fact", "decision_date=2032-01-01", "--yes")
    assert cli("show", "acme", "--json").json["facts"]["decision_date"] == "2032-01-01"
