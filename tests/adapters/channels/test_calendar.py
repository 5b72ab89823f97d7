"""The calendar channel: one file that another parser reads back, stamps that move only with what they stamp."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from jobflow import AgendaItem, Failed, HomeFolder, Jobflow, Refused, Retry, Sent, Settings
from jobflow.adapters.channels import ics
from jobflow.adapters.channels.calendar import Calendar
from jobflow.adapters.plugins.options import make, offer_of
from jobflow.testing import ManualClock
from jobflow.testing.strategies import agendas
from jobflow.testing.suites import STRANGE

START = datetime(2026, 3, 10, 17, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAUGHTY = (
    *STRANGE,
    "END:VEVENT\nEND:VCALENDAR\nBEGIN:VCALENDAR",
    "x\r\nATTENDEE:mailto:everybody@example.org",
    "\ufeff",
    "x\ufeffy",
    "x\nATTENDEE:a",
    "x\rATTENDEE:a",
    *(f"x{char}ATTENDEE:a" for char in "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"),
    "\\n\\N\\;\\,\\\\",
    ';VALUE=DATE:"x";y=^n^\'',
    "é" * 200,
    "𝒳" * 90,
    "e\u0301" * 60,
    " leading, trailing ",
)


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
        due_at=datetime(2026, 3, 11, 22, 0, tzinfo=UTC),
        timezone="America/New_York",
        why="1 business day after it opened (Tue 10 Mar)",
    )
    return replace(given, **changes)


def content(agenda: list[AgendaItem], former: bytes = b"", *, now: datetime = START, alarm: int | None = 60) -> bytes:
    return ics.updated(former, agenda, alarm=alarm, now=now)


def read(file: bytes) -> dict[str, Any]:
    """By another parser: the entries by UID. The lines are as RFC 5545 wants them."""
    lines = file.split(b"\r\n")
    assert lines.pop() == b""
    assert all(len(line) <= 75 for line in lines)
    assert not any(unicodedata.category(char) in ("Cc", "Zl", "Zp") for line in lines for char in line.decode())
    (calendar,) = vobject.readComponents(file.decode())
    assert (calendar.version.value, calendar.prodid.value) == ("2.0", ics.PRODID)
    events = calendar.contents.get("vevent", [])
    assert {child.name for child in calendar.components()} <= {"VEVENT"}
    found = {event.uid.value: event for event in events}
    assert len(found) == len(events)
    return found


def raw(file: bytes) -> dict[str, bytes]:
    """The entries as bytes, by UID."""
    blocks = [block.split(b"END:VEVENT")[0] for block in file.split(b"BEGIN:VEVENT")[1:]]
    return {next(x for x in block.splitlines() if x.startswith(b"UID:"))[4:].decode(): block for block in blocks}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    clock = ManualClock(START)
    monkeypatch.setattr(Calendar, "clock", clock)
    return clock


@pytest.fixture
def channel(tmp_path: Path, clock: ManualClock) -> Calendar:
    return Calendar(home=HomeFolder(tmp_path))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "calendar.ics"


# -- what is in it ----------------------------------------------------------------------------------------------------


def test_an_entry_says_what_to_do_by_when_and_why():
    (event,) = read(content([item()])).values()
    assert event.summary.value == "Thank Ada Byron at Acme Ltd"
    assert event.dtstart.value == datetime(2026, 3, 11, 22, 0, tzinfo=UTC)
    assert event.description.value.splitlines() == [
        "Acme Ltd",
        "1 business day after it opened (Tue 10 Mar)",
        "Open from Tue 10 Mar 2026, 09:00 (America/New_York)",
        "Once it is done: jobflow done 5",
    ]
    assert event.categories.value == ["letter"]
    assert (event.sequence.value, event.transp.value) == ("0", "TRANSPARENT")
    assert getattr(event, "class").value == "PRIVATE"
    assert event.last_modified.value == event.dtstamp.value == START
    assert event.valarm.trigger.value == timedelta(minutes=-60)
    assert "dtend" not in event.contents


def test_the_alarm_can_be_moved_and_left_out():
    (event,) = read(content([item()], alarm=0)).values()
    assert event.valarm.trigger.value == timedelta(0)
    (event,) = read(content([item()], alarm=None)).values()
    assert "valarm" not in event.contents


def test_a_task_that_is_never_due_stands_where_it_opens():
    (event,) = read(content([item(due_at=None)])).values()
    assert event.dtstart.value == item().opens_at
    assert event.valarm.trigger.value == timedelta(0)
    assert read(content([item(due_at=None, opens_at=None)])) == {}


@pytest.mark.parametrize(
    ("due", "opens"),
    [
        ("2026-03-29T00:59:59Z", "Sun 29 Mar 2026, 01:59"),  # the second before the gap
        ("2026-03-29T01:00:00Z", "Sun 29 Mar 2026, 03:00"),
        ("2026-10-25T00:30:00Z", "Sun 25 Oct 2026, 02:30"),  # the first half past two
        ("2026-10-25T01:30:00Z", "Sun 25 Oct 2026, 02:30"),  # and the second
    ],
)
def test_instants_are_exact_where_clocks_change(due: str, opens: str):
    at = datetime.fromisoformat(due)
    (event,) = read(content([item(due_at=at, opens_at=at, timezone="Europe/Berlin")])).values()
    assert event.dtstart.value == at
    assert f"Open from {opens} (Europe/Berlin)" in event.description.value


@given(agendas())
def test_another_parser_reads_every_task_back(agenda: list[AgendaItem]):
    events = read(content(agenda))
    assert events.keys() == {each.uid for each in agenda}
    for each in agenda:
        event = events[each.uid]
        assert event.summary.value == (ics.line(each.title) or each.kind)
        assert event.dtstart.value == (each.due_at or each.opens_at)
        assert ics.line(each.why) in event.description.value


@pytest.mark.parametrize("text", NAUGHTY)
@pytest.mark.parametrize("where", ["title", "company", "why", "kind", "uid", "application"])
def test_no_text_adds_a_line(where: str, text: str):
    file = content([item(**{where: text}), item(uid="other")])
    events = read(file)
    assert len(events) == 2
    for event in events.values():
        assert set(event.contents) == set(events["other"].contents)
        assert len(event.contents["valarm"]) == 1
    one = next(event for uid, event in events.items() if uid != "other")
    said = {"title": one.summary.value, "kind": one.categories.value[0], "uid": one.uid.value}
    assert said.get(where, ics.line(text)) == (ics.line(text) or (item().kind if where == "title" else ""))
    assert ics.line(text) in one.description.value or where in ("title", "kind", "uid", "application")
    assert content([item(**{where: text}), item(uid="other")], file, now=START + HOUR) == file


# -- what changes, and what does not ----------------------------------------------------------------------------------


@st.composite
def two_agendas(draw: st.DrawFn) -> tuple[list[AgendaItem], list[AgendaItem]]:
    """An agenda, and what became of it: some tasks gone, some changed, some new, in any order."""
    first, more = draw(agendas()), draw(agendas())
    second = []
    for each, fate in ((each, draw(st.sampled_from(("same", "gone", "due", "title", "opens")))) for each in first):
        changed: dict[str, dict[str, Any]] = {
            "due": {"due_at": each.due_at + HOUR if each.due_at else START},
            "title": {"title": f"{each.title}!"},
            "opens": {"opens_at": each.opens_at + HOUR if each.opens_at else START},
        }
        second += [replace(each, **changed.get(fate, {}))] if fate != "gone" else []
    known = {each.uid for each in first}
    second += [each for each in more if each.uid not in known]
    return first, draw(st.permutations(second))


@given(two_agendas())
def test_stamps_change_with_what_they_stamp_and_not_otherwise(agendas: tuple[list[AgendaItem], list[AgendaItem]]):
    first, second = agendas
    before = content(first)
    after = content(second, before, now=START + HOUR)
    was = {each.uid: each for each in first}
    events, old = read(after), read(before)
    assert events.keys() == {each.uid for each in second}
    for each in second:
        if was.get(each.uid) == each:
            assert raw(after)[each.uid] == raw(before)[each.uid]
        else:
            event = events[each.uid]
            assert event.last_modified.value == event.dtstamp.value == START + HOUR
            assert int(event.sequence.value) > max((int(e.sequence.value) for e in old.values()), default=-1)
    assert content(second[::-1], after, now=START + 2 * HOUR) == after


def test_a_task_that_comes_back_does_not_go_back():
    file = content([item(), item(uid="other")])
    for changes in ({"why": "a"}, {"why": "b"}):
        file = content([item(**changes), item(uid="other")], file)
    gone = content([item(uid="other")], file)
    assert read(gone).keys() == {"other"}
    assert read(gone)["other"].sequence.value == "0"
    back = read(content([item(), item(uid="other")], gone))
    assert int(back[item().uid].sequence.value) > 2


def test_what_time_alone_changes_changes_nothing():
    file = content([item(status="waiting")])
    assert content([item(status="overdue")], file, now=START + HOUR) == file


def test_the_same_agenda_writes_nothing(channel: Calendar, file: Path, clock: ManualClock):
    assert channel.show([item(), item(uid="other")]) == Sent(str(file))
    before = (file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_ino)
    clock.advance(HOUR)
    assert channel.show([item(uid="other"), item()]) == Sent(str(file))
    assert (file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_ino) == before


def test_nothing_to_show_makes_no_file_and_empties_one(channel: Calendar, file: Path):
    assert channel.show([]) == Sent()
    assert not file.exists()
    channel.show([item()])
    channel.show([])
    assert read(file.read_bytes()) == {}


# -- the file ---------------------------------------------------------------------------------------------------------


def test_the_file_is_the_users_alone_unless_they_say_otherwise(channel: Calendar, file: Path):
    channel.show([item()])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    channel.show([item(title="Call")])
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert os.listdir(file.parent) == ["calendar.ics"]


def test_a_link_stays_one(tmp_path: Path, clock: ManualClock):
    (tmp_path / "shared").mkdir()
    (tmp_path / "calendar.ics").symlink_to(tmp_path / "shared" / "jobs.ics")
    channel = Calendar(home=HomeFolder(tmp_path))
    assert channel.show([item()]) == Sent(str(tmp_path / "shared" / "jobs.ics"))
    assert (tmp_path / "calendar.ics").is_symlink()
    assert read((tmp_path / "calendar.ics").read_bytes())


def test_the_path_is_the_users(tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Calendar(home=HomeFolder("/nowhere"), path="~/jobs.ics").show([item()]) == Sent(str(tmp_path / "jobs.ics"))


def _damaged(sound: bytes) -> Iterator[bytes]:
    yield from (sound[:cut] for cut in range(120, len(sound) - 2, 7))
    yield sound.replace(b"DTSTART:2026", b"DTSTART:soon")
    yield sound.replace(b"SEQUENCE:0", b"SEQUENCE:x")
    yield sound.replace(b"SEQUENCE:0\r\n", b"")
    yield sound.replace(b"REVISION:0", b"REVISION:x")
    yield sound.replace(b"UID:", b"X-UID:")
    yield sound + sound
    yield sound.replace(b"SUMMARY", b"\xff\xfe")
    yield sound.replace(b"BEGIN:VEVENT\r\n", b"")
    yield sound.replace(b"VCALENDAR", b"VTODO")


def test_a_damaged_file_is_left_as_it_is(channel: Calendar, file: Path):
    channel.show([item()])
    for damaged in _damaged(file.read_bytes()):
        file.write_bytes(damaged)
        outcome = channel.show([item(title="Call")])
        assert isinstance(outcome, Failed), damaged
        assert f"{file} is damaged, and left as it is: move it away" in outcome.reason
        assert file.read_bytes() == damaged


@pytest.mark.parametrize(
    "foreign",
    [b"\x89PNG", b"my notes", b"\n", b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//other//EN\r\nEND:VCALENDAR\r\n"],
)
def test_a_file_of_somebody_else_is_left_as_it_is(channel: Calendar, file: Path, foreign: bytes):
    file.write_bytes(foreign)
    for agenda in ([item()], []):
        outcome = channel.show(agenda)
        assert isinstance(outcome, Failed)
        assert outcome.reason.startswith(f"{file} was not written by jobflow, and left as it is")
        assert file.read_bytes() == foreign


def test_an_empty_file_is_filled(channel: Calendar, file: Path):
    file.touch()
    assert isinstance(channel.show([item()]), Sent)
    assert read(file.read_bytes())


def test_what_is_no_file_is_refused(channel: Calendar, file: Path):
    file.mkdir()
    assert channel.show([item()]) == Failed(f"{file} is no file: name one by the option 'path'")
    file.rmdir()
    os.mkfifo(file)
    assert isinstance(channel.show([item()]), Failed)


def test_a_folder_that_is_not_there_is_tried_again(tmp_path: Path, clock: ManualClock):
    outcome = Calendar(home=HomeFolder(tmp_path), path="usb/jobs.ics").show([item()])
    assert isinstance(outcome, Retry)
    assert "usb/jobs.ics can't be kept up to date (No such file or directory)" in outcome.reason


def test_a_full_disk_leaves_the_former_file(channel: Calendar, file: Path):
    resource = pytest.importorskip("resource")
    channel.show([item()])
    before = file.read_bytes()
    code = (
        "import resource, signal, sys; from tests.adapters.channels.test_calendar import *;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300));"
        "print(Calendar(home=HomeFolder(sys.argv[1])).show([item(title='x' * 900)]))"
    )
    assert resource
    done = subprocess.run([sys.executable, "-c", code, str(file.parent)], capture_output=True, text=True, check=True)
    assert "Retry" in done.stdout
    assert "File too large" in done.stdout
    assert file.read_bytes() == before
    assert os.listdir(file.parent) == ["calendar.ics"]


def test_what_was_left_by_a_kill_is_in_nobodys_way(channel: Calendar, file: Path):
    part = file.with_name(".calendar.ics.part")
    part.symlink_to(file.parent / "elsewhere")
    assert isinstance(channel.show([item()]), Sent)
    assert os.listdir(file.parent) == ["calendar.ics"]


# -- its options ------------------------------------------------------------------------------------------------------


def test_its_options():
    offer = offer_of(Calendar)  # type: ignore[arg-type]  # it need not send
    assert (offer.sends, offer.shows, offer.letters) == (False, True, False)
    assert [(o.name, o.type, o.default, o.nullable) for o in offer.options] == [
        ("path", "text", "calendar.ics", False),
        ("alarm", "integer", 60, True),
    ]


@pytest.mark.parametrize("options", [{"path": " "}, {"path": "a\0b"}, {"alarm": -1}, {"alarm": 10**9}])
def test_options_that_make_no_sense_are_refused(options: dict[str, Any]):
    with pytest.raises(Refused, match=f"'{next(iter(options))}'"):
        make(Calendar, options, "/nowhere")  # type: ignore[arg-type]  # it need not send


# -- through the engine -----------------------------------------------------------------------------------------------


@pytest.fixture
def flow(tmp_path: Path, clock: ManualClock) -> Iterator[Jobflow]:
    settings = Settings(timezone="Europe/Berlin", channels={"calendar": {}})
    flow = Jobflow.open(tmp_path, clock=clock, settings=settings)
    yield flow
    flow.close()


def summaries(file: Path) -> dict[str, datetime]:
    return {event.summary.value: event.dtstart.value for event in read(file.read_bytes()).values()}


@pytest.fixture
def tick(flow: Jobflow, clock: ManualClock) -> Callable[[], Any]:
    def tick() -> Any:
        clock.advance(timedelta(minutes=1))
        report = flow.tick()
        assert not report.failures
        return report

    return tick


def test_the_file_follows_what_the_user_says(flow: Jobflow, tick: Callable[[], Any], file: Path):
    application = flow.add("Acme Ltd")
    tick()
    due = datetime(2026, 3, 11, 17, 0, tzinfo=UTC)
    todo = {task.title: task for task in application.tasks if task.status == "open"}
    assert todo
    assert summaries(file).items() >= dict.fromkeys(todo, due).items()

    thanks = todo["Thank the hiring team at Acme Ltd"]
    flow.done(thanks.number)
    tick()
    assert thanks.title not in summaries(file)
    flow.undo()
    tick()
    assert thanks.title in summaries(file)

    debrief = todo["Go over the interview at Acme Ltd"]
    before = raw(file.read_bytes())
    flow.snooze(debrief.number, datetime(2026, 3, 12, 8, 0, tzinfo=UTC))
    tick()
    assert summaries(file)[debrief.title] == datetime(2026, 3, 13, 17, 0, tzinfo=UTC)
    after = raw(file.read_bytes())
    assert [uid for uid in after if after[uid] != before.get(uid)] == [debrief.id]

    flow.log("acme-ltd", "rejected")
    tick()
    assert summaries(file) == {}


def test_a_task_that_is_to_come_is_there_before_it_opens(flow: Jobflow, tick: Callable[[], Any], file: Path):
    flow.add("Acme Ltd", facts={"decision_date": "2026-03-20"})
    tick()
    flow.done(*(task.number for task in flow.get("acme-ltd").tasks if task.status == "open"))
    tick()
    waiting = [task for task in flow.get("acme-ltd").tasks if task.status == "waiting"]
    assert waiting
    assert summaries(file).keys() >= {task.title for task in waiting}


def test_a_tick_without_news_leaves_the_file_alone(flow: Jobflow, tick: Callable[[], Any], file: Path):
    flow.add("Acme Ltd")
    tick()
    before = file.stat().st_mtime_ns
    os.utime(file, (1, 1))
    tick()
    assert file.stat().st_mtime_ns == 10**9 != before


def test_other_options_are_shown_although_no_task_changed(tmp_path: Path, clock: ManualClock):
    each: list[dict[str, object]] = [{}, {"path": "other.ics"}, {"path": "other.ics", "alarm": None}]
    for options in each:
        settings = Settings(timezone="Europe/Berlin", channels={"calendar": options})
        with_options = Jobflow.open(tmp_path, clock=clock, settings=settings)
        if not with_options.list():
            with_options.add("Acme Ltd")
        with_options.tick()
        with_options.close()
    assert read((tmp_path / "calendar.ics").read_bytes()).keys() == read((tmp_path / "other.ics").read_bytes()).keys()
    assert b"VALARM" not in (tmp_path / "other.ics").read_bytes()


def test_a_foreign_file_is_reported_until_it_is_moved_away(flow: Jobflow, clock: ManualClock, file: Path):
    flow.add("Acme Ltd")
    file.write_text("mine")
    for _ in range(2):
        clock.advance(HOUR)
        (failure,) = flow.tick().failures
        assert "was not written by jobflow" in failure
    file.unlink()
    clock.advance(HOUR)
    assert not flow.tick().failures
    assert summaries(file)


# -- what doctor asks -------------------------------------------------------------------------------------------------


def test_a_file_that_can_be_kept_lacks_nothing_and_is_left_alone(channel: Calendar, file: Path):
    assert channel.check() is None
    assert not file.exists()
    channel.show([item()])
    before = file.read_bytes()
    assert channel.check() is None
    assert file.read_bytes() == before


def test_what_keeps_the_file_from_being_written_is_said(channel: Calendar, file: Path, tmp_path: Path):
    file.write_text("my notes")
    assert str(channel.check()).startswith(f"{file} was not written by jobflow")
    file.unlink()
    file.mkdir()
    assert channel.check() == f"{file} is no file: name one by the option 'path'"
    missing = Calendar(home=HomeFolder(tmp_path), path="gone/calendar.ics")
    problem = f"{tmp_path}/gone/calendar.ics can't be written: {tmp_path}/gone is no folder, or may not be written to"
    assert missing.check() == problem
