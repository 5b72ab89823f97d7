"""A message that can't be delivered: tried eight times over some three days, then shown wherever one looks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests import standins

Cli = Callable[..., Any]
WORKFLOW = """
format: 1
workflow: one
version: 1
title: One
initial: open
events: {reply: {}}
states:
  open:
    title: Open
    tasks: {look: {kind: todo, title: Look, opens: 1 hour}}
"""
# Answers with what stands in a file beside it, and writes down when it was asked.
CHANNEL = """
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import ClassVar
import jobflow

@dataclass(frozen=True)
class Post:
    name: ClassVar[str] = "post"
    folder: jobflow.HomeFolder = ""

    def send(self, message):
        with open(Path(self.folder, "asked"), "a") as file:
            file.write(message.key + "\\n")
        words = {"Sent": jobflow.Sent, "Failed": jobflow.Failed, "Retry": jobflow.Retry, "timedelta": timedelta}
        return eval(Path(self.folder, "answer").read_text(), words)

@jobflow.hookimpl
def jobflow_channels():
    return [Post]
"""
ADDED = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)
OPEN = ADDED + timedelta(hours=1)
QUARTER = timedelta(minutes=15)


@pytest.fixture
def post(cli: Cli, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose only channel is down, with one task; where to say what the channel answers."""
    programs = standins.write(tmp_path / "bin", crontab=standins.CRONTAB, systemctl=standins.SYSTEMCTL)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    for folder in ("", "workflows", "plugins"):
        (home / folder).mkdir(mode=0o700)
    (home / "workflows/one.yaml").write_text(WORKFLOW)
    (home / "plugins/post.py").write_text(CHANNEL)
    cli("plugin", "enable", "post")
    (home / "config.yaml").write_text("workflow: one\ntimezone: UTC\nquiet_hours:\nchannels: {post: {}}\n")
    (home / "answer").write_text("Retry('the host is down')")
    (home / "asked").touch()
    cli("schedule", "install", "--yes")
    cli("add", "Acme")
    return home / "answer"


def asked(home: Path) -> list[str]:
    return (home / "asked").read_text().splitlines()


def attempts(cli: Cli, home: Path, days: float) -> list[timedelta]:
    """A tick every quarter of an hour; when the channel was asked, since the first time."""
    found = []
    for turn in range(round(timedelta(days=days) / QUARTER)):
        before = len(asked(home))
        cli("tick", "--now", (OPEN + turn * QUARTER).isoformat(), code=None)
        found += [turn * QUARTER] * (len(asked(home)) - before)
    return [each - found[0] for each in found]


def hours(minimum: float, maximum: float) -> tuple[timedelta, timedelta]:
    return timedelta(hours=minimum), timedelta(hours=maximum) + QUARTER


@pytest.mark.slow
def test_eight_attempts_at_the_times_that_were_worked_out_by_hand(cli: Cli, home, post):
    found = attempts(cli, home, 4)
    # Waits of 2 min, 6.6 min, 22 min, 72 min, 4 h, 13 h and 43 h, a tenth more or less, each up to the next tick.
    expected = [(0.03, 0.04), (0.09, 0.13), (0.32, 0.40), (1.07, 1.32), (3.55, 4.35), (11.7, 14.35), (38.7, 47.4)]
    waits = [after - before for before, after in pairwise(found)]
    assert len(found) == 8
    for wait, (least, most) in zip(waits, expected, strict=True):
        assert hours(least, most)[0] <= wait < hours(least, most)[1], waits
    assert timedelta(days=2) < found[-1] < timedelta(days=3)
    assert len(set(asked(home))) == 1


def test_where_nothing_was_recorded_the_outbox_says_how_to_begin(cli: Cli, tmp_path):
    empty = "--home", str(tmp_path / "empty")
    assert cli(*empty, "outbox", "list").out.startswith("Nothing recorded yet. Begin with: jobflow add ")
    assert cli(*empty, "outbox", "list", "--json").json == []
    assert not (tmp_path / "empty").exists()


def test_what_did_not_leave_yet_is_a_line_under_next_until_it_left(cli: Cli, home, post):
    def at(minutes: int) -> tuple[str, str]:
        return "--now", (OPEN + timedelta(minutes=minutes)).isoformat()

    post.write_text("Retry('not today')")
    cli("tick", *at(0))
    assert cli("next", *at(1)).out.endswith("1 message did not leave yet: jobflow outbox list\n")
    post.write_text("Sent()")
    cli("tick", *at(30))
    assert "outbox" not in cli("next", *at(31)).out


def test_a_dead_letter_is_shown_wherever_one_looks_until_it_is_mended(cli: Cli, home, post):
    def at(minutes: int) -> tuple[str, str]:
        return "--now", (OPEN + timedelta(minutes=minutes)).isoformat()

    post.write_text("Failed('no such address')")
    gave_up = cli("tick", *at(0), code=4)
    assert gave_up.err == (
        "jobflow: channel post could not deliver: no such address.\n"
        "jobflow: 1 message could not be delivered; given up. See: jobflow outbox list\n"
    )
    (message,) = cli("outbox", "list", "--json").json
    short = message["id"][:8]
    assert (message["status"], message["error"], message["attempts"]) == ("dead", "no such address", 1)
    assert f"jobflow outbox retry {short}" in cli("outbox", "list").out
    assert cli("next", *at(1)).out.endswith("1 message could not be delivered: jobflow outbox list\n")
    fault = next(c for c in cli("doctor", "--json", *at(1), code=4).json if c["name"] == "outbox")
    assert fault == {
        "name": "outbox",
        "verdict": "fault",
        "found": "“Acme: Look” (post) could not be delivered: no such address.",
        "mend": f"jobflow outbox retry {short}, or jobflow outbox drop {short}",
    }
    assert cli("tick", *at(2)).out == ""  # said once, by the tick that gave it up
    post.write_text("Sent()")
    cli("outbox", "retry", short, *at(3))
    cli("tick", *at(4))
    assert len(asked(home)) == 2
    assert "delivered" not in cli("next", *at(5)).out
    assert cli("doctor", *at(5)).out.endswith("All is well.\n")


def test_what_the_channel_asks_for_is_waited_for(cli: Cli, home, post):
    post.write_text("Retry('too many', after=timedelta(hours=6))")
    assert attempts(cli, home, 0.6) == [timedelta(0), timedelta(hours=6), timedelta(hours=12)]


def test_quiet_hours_hold_an_attempt_back(cli: Cli, home, post):
    config = home / "config.yaml"
    config.write_text(config.read_text().replace("quiet_hours:", "quiet_hours: 21:00-08:00"))
    found = attempts(cli, home, 5)
    assert len(found) == 8
    assert all(8 <= (OPEN + each).hour < 21 for each in found)
    assert found[-1] < timedelta(days=4)


def test_many_dead_letters_are_counted_not_listed_one_by_one(cli: Cli, home, post):
    post.write_text("Failed('no such address')")
    for number in range(6):
        cli("add", f"Acme {number}")
    cli("tick", "--now", OPEN.isoformat(), code=4)
    found = [
        check["found"]
        for check in cli("doctor", "--json", "--now", OPEN.isoformat(), code=4).json
        if check["name"] == "outbox"
    ]
    assert len(found) == 6
    assert found[-1] == "2 more could not be delivered, or may not have left."
    assert "7 messages could not be delivered" in cli("next", "--now", OPEN.isoformat()).out
