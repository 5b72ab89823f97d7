"""The channel against real servers: what stands in the calendar, and what the user changed there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
import vobject
from caldav_servers import PASSWORD, Calendar, Server, radicale, xandikos
from hypothesis import HealthCheck, given, settings

import jobflow_caldav
from jobflow import AgendaItem, Failed, Secret, Sent
from jobflow.testing import PluginContract
from jobflow.testing.strategies import agendas
from jobflow_caldav import CalDav, entries
from jobflow_caldav.server import Collection

NOW = datetime(2026, 3, 10, 17, 0, tzinfo=UTC)
DUE = datetime(2026, 3, 11, 22, 0, tzinfo=UTC)


def item(**changes: Any) -> AgendaItem:
    given = AgendaItem(
        uid="5f0c3d1a-0000-4000-8000-000000000001",
        task=5,
        application="acme",
        company="Acme Ltd",
        title="Thank Ada Byron at Acme Ltd",
        kind="letter",
        status="open",
        opens_at=datetime(2026, 3, 10, 13, 0, tzinfo=UTC),
        due_at=DUE,
        timezone="America/New_York",
        why="1 business day after it opened",
    )
    return replace(given, **changes)


@pytest.fixture(scope="module", params=[radicale, xandikos], ids=["radicale", "xandikos"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with request.param(tmp_path_factory.mktemp("caldav")) as server:
        yield server


@pytest.fixture
def calendar(server: Server) -> Calendar:
    return server.calendar()


def channel_of(calendar: Calendar, **options: Any) -> CalDav:
    password = None if calendar.password is None else Secret("env:PASSWORD", calendar.password)
    return CalDav(**{"url": calendar.url, "user": calendar.user, "password": password, **options})


@pytest.fixture
def channel(calendar: Calendar) -> CalDav:
    return channel_of(calendar)


def events(calendar: Calendar) -> dict[str, Any]:
    """What another parser makes of the calendar, by UID."""
    found = [vobject.readOne(text).vevent for text in calendar.objects().values()]
    return {event.uid.value: event for event in found}


class TestPlugin(PluginContract):
    plugin: ClassVar[object] = jobflow_caldav


def test_each_task_has_an_entry(calendar: Calendar, channel: CalDav):
    assert channel.show([item(), item(uid="other", title="Call; then, write\r\nX-A:b")]) == Sent()
    found = events(calendar)
    event = found[item().uid]
    assert (event.summary.value, event.dtstart.value) == ("Thank Ada Byron at Acme Ltd", DUE)
    assert event.description.value.splitlines() == [
        "Acme Ltd",
        "1 business day after it opened",
        "Open from Tue 10 Mar 2026, 09:00 (America/New_York)",
        "Once it is done: jobflow done 5",
    ]
    assert event.valarm.trigger.value == timedelta(minutes=-60)
    assert found["other"].summary.value == "Call; then, write X-A:b"


def test_the_same_agenda_changes_nothing(calendar: Calendar, channel: CalDav):
    agenda = [item(), item(uid="other")]
    channel.show(agenda)
    before = calendar.objects()
    assert channel.show(agenda[::-1]) == Sent()
    assert calendar.objects() == before


def test_what_changed_is_changed_and_nothing_else(calendar: Calendar, channel: CalDav):
    channel.show([item(), item(uid="other")])
    before = events(calendar)
    assert channel.show([item(due_at=DUE + timedelta(days=1)), item(uid="other")]) == Sent()
    after = events(calendar)
    assert after[item().uid].dtstart.value == DUE + timedelta(days=1)
    assert [after[uid].sequence.value for uid in (item().uid, "other")] == ["1", "0"]
    assert after["other"].serialize() == before["other"].serialize()


def test_what_is_settled_is_gone(calendar: Calendar, channel: CalDav):
    channel.show([item(), item(uid="other")])
    assert channel.show([item()]) == Sent()
    assert events(calendar).keys() == {item().uid}
    assert channel.show([]) == Sent()
    assert calendar.names() == []


def test_an_entry_is_private_and_takes_no_time(calendar: Calendar, channel: CalDav):
    channel.show([item()])
    (event,) = events(calendar).values()
    assert (getattr(event, "class").value, event.transp.value) == ("PRIVATE", "TRANSPARENT")
    assert "dtend" not in event.contents


def test_a_task_without_a_time_has_no_entry(calendar: Calendar, channel: CalDav):
    assert channel.show([item(due_at=None, opens_at=None), item(uid="other", due_at=None)]) == Sent()
    (event,) = events(calendar).values()
    assert (event.uid.value, event.dtstart.value) == ("other", item().opens_at)


def test_other_entries_of_the_calendar_are_left_alone(calendar: Calendar, channel: CalDav):
    dentist = entries.new(item(uid="dentist", title="Dentist"), None, NOW).decode()
    for name in ("dentist.ics", "jobflow-notes.ics", f"jobflow-work-{'0' * 32}.ics"):
        calendar.put(name, dentist.replace("UID:dentist", f"UID:{name}"))
    before = calendar.objects()
    channel.show([item()])
    channel.show([])
    assert calendar.objects() == before


def test_two_homes_share_a_calendar_by_their_prefix(calendar: Calendar):
    mine, theirs = channel_of(calendar), channel_of(calendar, prefix="jobflow-work")
    mine.show([item()])
    theirs.show([item(uid="other")])
    mine.show([item()])
    assert events(calendar).keys() == {item().uid, "other"}


# -- what the user changed --------------------------------------------------------------------------------------------


@pytest.fixture
def name(calendar: Calendar, channel: CalDav) -> str:
    """The name of the one entry that is there."""
    assert channel.show([item()]) == Sent()
    (name,) = calendar.names()
    return name


MOVED = ("DTSTART:20260311T220000Z", "DTSTART:20260311T150000Z\nDTEND:20260311T153000Z")


def the(calendar: Calendar) -> Any:
    (event,) = events(calendar).values()
    return event


def test_an_entry_that_the_user_moved_stays_there(calendar: Calendar, channel: CalDav, name: str):
    calendar.edit(name, *MOVED)
    calendar.edit(name, "SUMMARY:Thank Ada Byron at Acme Ltd", "SUMMARY:Write to Ada")
    before = calendar.objects()
    assert channel.show([item()]) == Sent()
    assert channel.show([item(status="overdue")]) == Sent()
    assert calendar.objects() == before
    assert channel.show([item(why="it was snoozed")]) == Sent()
    assert the(calendar).dtstart.value == DUE.replace(hour=15)
    assert the(calendar).summary.value == "Write to Ada"
    assert "it was snoozed" in the(calendar).description.value


def test_until_the_task_itself_moves(calendar: Calendar, channel: CalDav, name: str):
    calendar.edit(name, *MOVED)
    later = DUE + timedelta(days=7)
    assert channel.show([item(due_at=later)]) == Sent()
    assert the(calendar).dtstart.value == later
    assert "dtend" not in the(calendar).contents
    calendar.edit(name, "DTSTART:20260318T220000Z", "DTSTART:20260318T150000Z")
    assert channel.show([item(due_at=later)]) == Sent()
    assert the(calendar).dtstart.value == later.replace(hour=15)


def test_what_the_user_added_stays(calendar: Calendar, channel: CalDav, name: str):
    calendar.edit(name, "TRANSP:TRANSPARENT", "TRANSP:OPAQUE\nLOCATION:Café\nCOLOR:red\nX-PHONE:yes")
    calendar.edit(name, "TRIGGER:-PT1H", "TRIGGER:-PT5M")
    assert channel.show([item(title="Call Ada", due_at=DUE + timedelta(days=1))]) == Sent()
    event = the(calendar)
    assert (event.summary.value, event.location.value, event.transp.value) == ("Call Ada", "Café", "OPAQUE")
    assert event.valarm.trigger.value == timedelta(minutes=-5)
    assert event.x_phone.value == "yes"


def test_notes_are_never_written_over_or_thrown_away(calendar: Calendar, channel: CalDav, name: str):
    calendar.edit(name, "DESCRIPTION:Acme Ltd", "DESCRIPTION:She likes tea.\\nAcme Ltd")
    assert channel.show([item(due_at=DUE + timedelta(days=1), why="another reason")]) == Sent()
    assert the(calendar).description.value.startswith("She likes tea.")
    assert the(calendar).dtstart.value == DUE + timedelta(days=1)
    assert channel.show([]) == Sent()
    assert the(calendar).description.value.startswith("She likes tea.")


def test_a_moved_entry_without_notes_goes_with_its_task(calendar: Calendar, channel: CalDav, name: str):
    calendar.edit(name, *MOVED)
    channel.show([])
    assert calendar.names() == []


def test_an_entry_that_the_user_deleted_comes_back(calendar: Calendar, channel: CalDav, name: str):
    calendar.delete(name)
    assert channel.show([item()]) == Sent()
    assert calendar.names() == [name]


def test_the_same_time_in_another_zone_is_no_change(calendar: Calendar, channel: CalDav, name: str):
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Berlin\nBEGIN:STANDARD\nDTSTART:19701025T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n"
    )
    calendar.edit(name, "BEGIN:VEVENT", f"{zone}END:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT")
    calendar.edit(name, "DTSTART:20260311T220000Z", "DTSTART;TZID=Berlin:20260311T230000")
    before = calendar.objects()
    assert channel.show([item()]) == Sent()
    assert calendar.objects() == before
    assert channel.show([item(due_at=DUE + timedelta(hours=1))]) == Sent()
    assert the(calendar).dtstart.value == DUE + timedelta(hours=1)


def test_a_program_that_drops_what_it_does_not_know(calendar: Calendar, channel: CalDav, name: str):
    text = re.sub(r"X-JOBFLOW-WROTE:.*\n", "", calendar.get(name).replace("\n ", ""))
    calendar.put(name, text)
    before = calendar.objects()
    assert channel.show([item()]) == Sent()
    assert calendar.objects() == before
    assert channel.show([item(due_at=DUE + timedelta(days=1))]) == Sent()
    assert the(calendar).dtstart.value == DUE + timedelta(days=1)


def test_a_series_that_the_user_made_of_it(calendar: Calendar, channel: CalDav, name: str):
    calendar.edit(name, "SEQUENCE:0", "SEQUENCE:3\nRRULE:FREQ=DAILY;COUNT=3")
    assert channel.show([item(title="Call Ada")]) == Sent()
    assert (the(calendar).summary.value, the(calendar).sequence.value) == ("Call Ada", "4")
    assert "rrule" in the(calendar).contents


# -- two at once ------------------------------------------------------------------------------------------------------


def meanwhile(monkeypatch: pytest.MonkeyPatch, *edits: Any) -> None:
    """Run each edit once, in turn, after the calendar was read."""
    left, read = list(edits), Collection.read

    def read_and_edit(self: Any, names: Any) -> Any:
        found = read(self, names)
        if left:
            left.pop(0)()
        return found

    monkeypatch.setattr(Collection, "read", read_and_edit)


def test_an_edit_at_the_same_moment_is_looked_at(calendar, channel, name, monkeypatch):
    meanwhile(monkeypatch, lambda: calendar.edit(name, "DESCRIPTION:Acme Ltd", "DESCRIPTION:Tea!\\nAcme Ltd"))
    assert channel.show([item(due_at=DUE + timedelta(days=1), why="another")]) == Sent()
    assert the(calendar).description.value.startswith("Tea!")
    assert the(calendar).dtstart.value == DUE + timedelta(days=1)


def test_notes_written_at_the_moment_of_deleting_stay(calendar, channel, name, monkeypatch):
    meanwhile(monkeypatch, lambda: calendar.edit(name, "DESCRIPTION:Acme Ltd", "DESCRIPTION:Tea!\\nAcme Ltd"))
    assert channel.show([]) == Sent()
    assert the(calendar).description.value.startswith("Tea!")


def test_an_entry_that_appears_meanwhile_is_merged(calendar, channel, monkeypatch):
    meanwhile(monkeypatch, lambda: channel_of(calendar).show([item(title="Older")]))
    assert channel.show([item()]) == Sent()
    assert the(calendar).summary.value == item().title


def test_an_entry_that_vanishes_meanwhile(calendar, channel, name, monkeypatch):
    meanwhile(monkeypatch, lambda: calendar.delete(name))
    assert channel.show([item(title="Call Ada")]) == Sent()
    assert the(calendar).summary.value == "Call Ada"
    meanwhile(monkeypatch, lambda: calendar.delete(name))
    assert channel.show([]) == Sent()
    assert calendar.names() == []


def test_a_calendar_that_never_holds_still_is_tried_again(calendar, channel, name, monkeypatch):
    edits = [lambda n=n: calendar.edit(name, "SEQUENCE:0", f"SEQUENCE:0\nX-N:{n}") for n in range(3)]
    meanwhile(monkeypatch, *edits)
    outcome = channel.show([item(title="Call Ada")])
    assert "being changed by somebody else" in outcome.reason
    assert the(calendar).summary.value == item().title
    assert channel.show([item(title="Call Ada")]) == Sent()


# -- what must hold for every agenda ----------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(agendas(), agendas())
def test_the_calendar_is_what_was_shown_last(server: Server, first: list[AgendaItem], second: list[AgendaItem]):
    calendar = server.calendar()
    channel = channel_of(calendar)
    for agenda in (first, second, first[:1] + second):
        assert channel.show(agenda) == Sent()
        found = events(calendar)
        assert found.keys() == {each.uid for each in agenda}
        for each in agenda:
            assert found[each.uid].summary.value == (entries.line(each.title) or each.kind)
            assert found[each.uid].dtstart.value == (each.due_at or each.opens_at)
    before = calendar.objects()
    channel.show(first[:1] + second)
    assert calendar.objects() == before


NAUGHTY = (
    "Grüße aus Köln 😀",
    'O\'Brien & <Sons> "Ltd"',
    "a" * 5_000,
    "\u202e right to left",
    "$(reboot) `reboot` %s %n {0} {{ company }}",
    "a\x00b\x1b[31m",
    "",
    "END:VEVENT\nEND:VCALENDAR\nBEGIN:VCALENDAR",
    "x\r\nATTENDEE:mailto:everybody@example.org",
    *(f"x{char}ATTENDEE:a" for char in "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"),
    "\\n\\N\\;\\,\\\\",
    ';VALUE=DATE:"x";y=^n^\'',
    "]]></C:calendar-data><x/>",
    "../../x",
    "\ud800",
    "e\u0301" * 60,
)


@pytest.mark.parametrize("where", ["title", "company", "why", "kind"])
def test_no_text_adds_a_line(calendar: Calendar, channel: CalDav, where: str):
    plain = item(uid="plain")
    agenda = [item(**{"uid": f"{n}", where: text}) for n, text in enumerate(NAUGHTY)]
    assert channel.show([plain, *agenda]) == Sent()
    found = calendar.objects()
    assert len(found) == len(agenda) + 1
    for text in found.values():
        (vcalendar,) = vobject.readComponents(text)
        (event,) = vcalendar.components()
        assert set(event.contents) == set(events_of(found, "plain").contents)
        assert len(event.contents["valarm"]) == 1
    if where in ("title", "company"):
        shown = " ".join(vobject.readOne(text).vevent.serialize() for text in found.values())
        assert "Grüße aus Köln 😀" in shown.replace("\r\n ", "")
    assert channel.show([plain, *agenda]) == Sent()
    assert calendar.objects() == found


def events_of(objects: dict[str, str], uid: str) -> Any:
    return next(event for text in objects.values() if (event := vobject.readOne(text).vevent).uid.value == uid)


# -- as a user has it -------------------------------------------------------------------------------------------------


def test_the_whole_way_from_the_command_line(calendar: Calendar, tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    signed_in = f", user: {calendar.user}, password: 'env:CALDAV_PASSWORD'" if calendar.user else ""
    (home / "config.yaml").write_text(f"timezone: UTC\nchannels: {{caldav: {{url: '{calendar.url}'{signed_in}}}}}\n")
    said = [typed(home, 0, "plugin", "enable", "caldav")]
    said.append(typed(home, 0, "add", "Acme", "--contact", "interviewer=Ada \\nEND:VEVENT <ada@acme.example>"))
    said.append(typed(home, 1, "tick"))
    assert [each.returncode for each in said] == [0] * len(said), said
    titles = {event.summary.value for event in events(calendar).values()}
    assert titles == {
        "Go over the interview at Acme",
        "Thank Ada \\nEND:VEVENT at Acme",
        "Find out when Acme will decide",
    }
    said.append(typed(home, 2, "log", "acme", "rejected"))
    said.append(typed(home, 3, "tick"))
    assert calendar.names() == []
    assert [each.returncode for each in said] == [0] * len(said), said
    told = "".join(each.stdout + each.stderr for each in said)
    assert PASSWORD not in told
    assert PASSWORD.encode() not in b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())


def typed(home: Path, minute: int, *words: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("JOBFLOW_", "COV_"))}
    now = (NOW + timedelta(minutes=minute)).isoformat()
    env |= {"JOBFLOW_HOME": str(home), "TZ": "UTC", "JOBFLOW_NOW": now, "CALDAV_PASSWORD": PASSWORD}
    command = [sys.executable, "-m", "jobflow", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


# -- refusals ---------------------------------------------------------------------------------------------------------


def test_there_is_no_such_calendar(calendar: Calendar):
    outcome = channel_of(calendar, url=f"{calendar.url}nowhere/").show([item()])
    assert isinstance(outcome, Failed)
    assert "there is no calendar at this address" in outcome.reason


def test_a_folder_of_calendars_is_no_calendar(server: Server, calendar: Calendar):
    outcome = channel_of(calendar, url=f"http://localhost:{server.port}{server.root}").show([item()])
    assert isinstance(outcome, Failed)
    assert "a folder of calendars is none" in outcome.reason


def test_an_entry_that_cannot_be_read_stops_no_other(calendar: Calendar, channel: CalDav, name: str):
    edits = calendar.get(name).replace("BEGIN:VEVENT", "BEGIN:VTODO").replace("END:VEVENT", "END:VTODO")
    calendar.delete(name)
    calendar.put(name, edits)
    outcome = channel.show([item(), item(uid="other")])
    assert outcome == Failed(f"the calendar's entry {name} can't be read: delete it there")
    assert len(calendar.names()) == 2
    assert "VTODO" in calendar.get(name)


def test_a_wrong_password(tmp_path: Path):
    with radicale(tmp_path) as server:
        calendar = server.calendar()
        outcome = channel_of(calendar, password=Secret("env:PASSWORD", "wrong-canary")).show([item()])
        assert isinstance(outcome, Failed)
        assert "does not take this user and password (HTTP 401)" in outcome.reason
        assert "canary" not in outcome.reason + repr(channel_of(calendar))
        assert calendar.names() == []
