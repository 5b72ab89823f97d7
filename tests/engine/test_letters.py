"""The letters of tasks: when they are written, to whom, what stands in them, and when they are of no use any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import jobflow
from jobflow import Jobflow, NewContact, Retry, Settings, Template
from jobflow.core.records import OutboxMessage
from jobflow.testing import FakeChannel, ManualClock

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
ADA = NewContact("interviewer", "Ada Byron", "ada@acme.example")
GRACE = NewContact("decision_maker", "Grace Hopper")


class Desk:
    """An engine whose letters go to a channel that keeps them."""

    def __init__(self, where: str | Path, *, letters: bool = True, templates: tuple[Template, ...] = ()) -> None:
        self.clock = ManualClock(NOON)
        self.post = FakeChannel("post", letters=letters)
        desk = self

        class Plugin:
            @jobflow.hookimpl
            def jobflow_channels(self) -> list[FakeChannel]:
                return [desk.post]

            @jobflow.hookimpl
            def jobflow_templates(self) -> list[Template]:
                return list(templates)

        self.settings = Settings(timezone="UTC", channels={"post": {}})
        self.flow = Jobflow.open(where, clock=self.clock, settings=self.settings, plugins=[Plugin()])

    def letters(self, *statuses: str) -> list[OutboxMessage]:
        rows = [row for row in self.flow.store.messages() if row.kind == "letter"]
        return [row for row in rows if row.status in statuses or not statuses]

    def pending(self) -> list[str | None]:
        return [row.recipient for row in self.letters("pending")]

    def given(self) -> list[str | None]:
        return [message.recipient for message in self.post.messages]

    def task(self, name: str, contact: str | None = None) -> int:
        (app,) = self.flow.list(all=True)
        return next(t.number for t in app.tasks if t.name == name and contact in (None, t.contact))


@pytest.fixture(params=["memory", "sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return ":memory:" if request.param == "memory" else str(tmp_path / "jobflow.db")


@pytest.fixture
def open_desk(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    desks: list[Desk] = []

    def make(where: str | Path = ":memory:", **options: object) -> Desk:
        desks.append(Desk(where, **options))  # type: ignore[arg-type]
        return desks[-1]

    yield make
    for desk in desks:
        desk.flow.close()


@pytest.fixture
def desk(place: str, open_desk: Callable[..., Desk]) -> Desk:
    return open_desk(place)


# -- when, and to whom -------------------------------------------------------------------------------------------------


def test_whoever_is_to_be_thanked_has_a_letter_at_once_and_gets_one(desk: Desk):
    desk.flow.add("Acme", role="Engineer", contacts=[ADA, GRACE])
    assert desk.pending() == ["ada@acme.example", "Grace Hopper"]
    assert desk.given() == []
    desk.flow.tick()
    desk.clock.advance(timedelta(hours=1))
    desk.flow.tick()
    assert desk.given() == ["ada@acme.example", "Grace Hopper"]
    first = desk.post.messages[0]
    assert (first.kind, first.application, first.tasks) == ("letter", "acme", (desk.task("thank_you", "Ada Byron"),))
    assert first.subject == "Thank you for our conversation"
    assert first.text.startswith(
        "Dear Ada Byron,\n\nThank you for taking the time to talk with me about the position of Engineer at Acme. "
    )
    assert first.text.endswith("[your name]")


def test_where_nobody_was_named_it_is_for_whom_the_rule_says(desk: Desk):
    desk.flow.add("Acme")
    (letter,) = desk.letters()
    assert letter.recipient == "the hiring team"
    assert letter.text.startswith("Dear hiring team,\n")
    assert "about the position at Acme." in letter.text


def test_an_application_made_later_gets_its_letters_with_the_tick_that_opens_the_task(desk: Desk):
    desk.flow.add("Acme", state="followed-up")
    assert desk.letters() == []
    desk.clock.advance(timedelta(days=8))
    dry = desk.flow.tick(dry_run=True)
    assert [message.recipient for message in dry.messages] == ["Acme"]
    assert desk.letters() == []
    report = desk.flow.tick()
    assert [(message.kind, message.recipient, message.status) for message in report.messages] == [
        ("letter", "Acme", "sent")
    ]
    (letter,) = desk.post.messages
    assert letter.text.startswith("Dear [name],\n")


def test_two_people_behind_one_address_have_a_letter_each(desk: Desk):
    both = [NewContact("interviewer", name, "jobs@acme.example") for name in ("Ada Byron", "Grace Hopper")]
    desk.flow.add("Acme", contacts=both)
    desk.flow.tick()
    assert [message.text.splitlines()[0] for message in desk.post.messages] == ["Dear Ada Byron,", "Dear Grace Hopper,"]


def test_calls_and_forms_are_not_written(desk: Desk):
    desk.flow.add("Acme", state="awaiting", at=NOON - timedelta(days=30))
    desk.flow.tick()
    assert {task.name for task in desk.flow.get("acme").tasks if task.status in ("open", "overdue")} >= {"status_check"}
    assert desk.letters() == []


def test_without_a_channel_for_letters_there_are_none(open_desk: Callable[..., Desk]):
    desk = open_desk(letters=False)
    desk.flow.add("Acme", contacts=[ADA])
    desk.flow.tick()
    desk.flow.log("acme", "reply")
    desk.flow.undo()
    assert desk.letters() == []


def test_once_there_is_a_channel_for_letters_what_is_open_is_written(tmp_path: Path, open_desk: Callable[..., Desk]):
    desk = open_desk(tmp_path / "jobflow.db", letters=False)
    desk.flow.add("Acme", contacts=[ADA])
    desk = open_desk(tmp_path / "jobflow.db")
    desk.flow.set("acme", {"decision_date": "2026-03-20"})
    assert desk.pending() == ["ada@acme.example"]


def test_at_night_it_waits(desk: Desk):
    desk.clock.set(NOON.replace(hour=22))
    desk.flow.add("Acme", contacts=[ADA])
    desk.flow.tick()
    assert desk.given() == []
    desk.clock.set(NOON.replace(hour=8) + timedelta(days=1))
    desk.flow.tick()
    assert desk.given() == ["ada@acme.example"]


# -- when it is of no use any more -------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["done", "skip", "withdrawn"])
def test_a_letter_that_waits_goes_with_its_task_and_comes_back_with_it(desk: Desk, how: str):
    desk.flow.add("Acme", contacts=[ADA])
    if how == "withdrawn":
        desk.flow.log("acme", "withdrawn")
    else:
        getattr(desk.flow, how)(desk.task("thank_you"))
    assert desk.pending() == []
    desk.flow.undo()
    assert desk.pending() == ["ada@acme.example"]
    desk.flow.tick()
    assert desk.given() == ["ada@acme.example"]


def test_one_that_was_handed_over_is_never_written_again(desk: Desk):
    desk.flow.add("Acme", contacts=[ADA])
    desk.flow.tick()
    for _ in range(2):
        desk.flow.done(desk.task("thank_you"))
        desk.flow.undo()
        desk.flow.log("acme", "reply")
        desk.flow.tick()
        desk.flow.undo()
        desk.flow.tick()
    assert desk.given() == ["ada@acme.example"]


def test_said_taken_back_and_said_again_it_is_one_letter(desk: Desk):
    desk.flow.add("Acme", state="awaiting")
    for _ in range(3):
        desk.flow.log("acme", "interviewed", contacts=[ADA])
        desk.flow.tick()
        assert desk.given() == ["ada@acme.example"]
        desk.flow.undo()
        desk.flow.tick()
    assert desk.pending() == []
    desk.flow.log("acme", "interviewed", contacts=[GRACE])
    desk.flow.tick()
    assert desk.given() == ["ada@acme.example", "Grace Hopper"]


def test_an_application_that_was_taken_back_gets_no_letter(desk: Desk):
    desk.flow.add("Acme", contacts=[ADA])
    desk.flow.undo()
    desk.flow.tick()
    assert desk.given() == []
    assert desk.pending() == []


def test_what_waits_is_written_as_things_stand_now(desk: Desk):
    desk.flow.add("Acme", contacts=[NewContact("interviewer", "Ada Byron")])
    desk.flow.contact("acme", ADA)
    assert desk.pending() == ["ada@acme.example"]
    desk.flow.undo()
    assert desk.pending() == ["Ada Byron"]
    desk.flow.tick()
    desk.flow.contact("acme", ADA)
    desk.flow.tick()
    assert desk.given() == ["Ada Byron"]  # it is the user's now


def test_what_would_be_written_the_same_again_stays(desk: Desk):
    desk.flow.add("Acme", contacts=[ADA])
    before = desk.letters()
    desk.flow.set("acme", {"decision_date": "2026-03-20"})
    assert desk.letters() == before


def test_after_news_what_waited_is_written_anew_and_once(desk: Desk):
    desk.flow.add("Acme", contacts=[ADA])
    (before,) = desk.letters()
    desk.clock.advance(timedelta(minutes=5))
    desk.flow.log("acme", "reply")
    (after,) = desk.letters("pending")
    assert (before.id == after.id, after.created_at) == (False, desk.clock.now())
    assert [row.status for row in desk.letters()] == ["dropped", "pending"]
    desk.flow.undo()
    desk.flow.tick()
    assert desk.given() == ["ada@acme.example"]


def test_what_was_written_anew_and_handed_over_stands_for_what_an_undo_would_bring_back(desk: Desk):
    desk.flow.add("Acme", contacts=[ADA])
    desk.flow.log("acme", "reply")
    desk.flow.tick()
    desk.flow.undo()
    desk.flow.tick()
    assert desk.given() == ["ada@acme.example"]


def test_a_task_that_is_put_off_has_its_letter_when_it_opens(desk: Desk):
    desk.flow.add("Acme", contacts=[ADA])
    desk.flow.snooze(desk.task("thank_you"), NOON + timedelta(hours=2))
    assert desk.pending() == []
    desk.flow.tick()
    assert desk.given() == []
    desk.clock.advance(timedelta(hours=2))
    desk.flow.tick()
    assert desk.given() == ["ada@acme.example"]
    desk.flow.snooze(desk.task("thank_you"), NOON + timedelta(hours=4))
    desk.clock.advance(timedelta(hours=2))
    desk.flow.tick()
    assert desk.given() == ["ada@acme.example"]


def test_one_that_could_not_be_handed_over_goes_with_its_task_in_a_tick(desk: Desk):
    desk.post.answers = [Retry("no paper")] * 20
    desk.flow.add("Acme", contacts=[ADA])
    desk.flow.tick()
    assert desk.pending() == ["ada@acme.example"]
    desk.clock.advance(timedelta(days=14))
    report = desk.flow.tick()
    assert "lapsed" in {change.to for change in report.tasks}
    assert desk.pending() == []
    assert len(desk.post.messages) == 1


def test_one_that_the_user_dropped_is_not_written_again(desk: Desk):
    desk.flow.add("Acme", contacts=[ADA, GRACE])
    (dropped, _) = desk.letters()
    desk.flow.drop_message(dropped.id)
    desk.flow.set("acme", {"decision_date": "2026-03-20"})
    desk.flow.log("acme", "reply")
    desk.clock.advance(timedelta(days=1))
    desk.flow.tick()
    assert desk.given() == ["Grace Hopper"]


# -- what stands in it -------------------------------------------------------------------------------------------------


def test_a_no_gives_the_reason_that_is_known_and_a_blank_for_one_that_is_not(desk: Desk):
    desk.flow.add("Acme", state="offer")
    desk.flow.log("acme", "declined", facts={"decline_reason": "I found something closer to home."})
    (letter,) = [row for row in desk.letters("pending") if "not to take it" in row.text]
    assert "My reason: I found something closer to home.\n" in letter.text
    desk.flow.set("acme", {"decline_reason": None})
    (letter,) = desk.letters("pending")
    assert "My reason: [decline reason]\n" in letter.text


def test_a_file_of_the_user_is_taken_and_an_empty_one_means_no_letter(tmp_path: Path, open_desk: Callable[..., Desk]):
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "thank-you.txt").write_bytes(
        "\ufeffSUBJECT:  Hello {{ greeted }}\r\n\r\nHi,\r\n{{ facts.nobody_knows }}\r\n\r\n".encode()
    )
    (folder / "thank-referrer.txt").write_text(" \n")
    desk = open_desk(tmp_path)
    desk.flow.add("Acme", contacts=[ADA, NewContact("referrer", "Alan Kay")])
    (letter,) = desk.letters()
    assert (letter.subject, letter.text) == ("Hello Ada Byron", "Hi,\n[nobody knows]")


def test_without_a_subject_of_its_own_it_is_what_there_is_to_do(tmp_path: Path, open_desk: Callable[..., Desk]):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "thank-you.txt").write_text("Subject:\nThanks")
    desk = open_desk(tmp_path)
    desk.flow.add("Acme", contacts=[ADA])
    assert [(row.subject, row.text) for row in desk.letters()] == [("Thank Ada Byron at Acme", "Thanks")]


WORKFLOW = """
format: 1
workflow: mine
version: 1
title: Mine
initial: open
roles: {interviewer: Someone}
states:
  open:
    title: Open
    tasks:
      write: {kind: letter, title: Write, template: TEMPLATE}
      mail: {kind: email, title: Write, template: TEMPLATE}
      ring: {kind: call, title: Ring, template: TEMPLATE}
"""


def test_a_plugins_template_is_as_good_as_any(tmp_path: Path, open_desk: Callable[..., Desk]):
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows" / "mine.yaml").write_text(WORKFLOW.replace("TEMPLATE", "warm"))
    desk = open_desk(tmp_path, templates=(Template(name="warm", text="Subject: {{ company }}!\nDear all"),))
    desk.flow.add("Acme", workflow="mine")
    assert [(row.task, row.subject, row.text) for row in desk.letters()] == [
        (desk.task("write"), "Acme!", "Dear all"),
        (desk.task("mail"), "Acme!", "Dear all"),
    ]


@pytest.mark.parametrize("text", [b"\xff\xfe", None], ids=["not UTF-8", "a folder"])
def test_a_template_that_can_not_be_read_hinders_nothing_and_is_reported(
    tmp_path: Path, open_desk: Callable[..., Desk], text: bytes | None
):
    broken = tmp_path / "templates" / "thank-you.txt"
    broken.parent.mkdir()
    broken.mkdir() if text is None else broken.write_bytes(text)
    desk = open_desk(tmp_path)
    desk.flow.add("Acme", contacts=[ADA, GRACE])
    assert desk.letters() == []
    (failure,) = desk.flow.tick().failures
    assert failure.startswith("template 'thank-you' can't be used, so that there is no letter: ")
    broken.rmdir() if text is None else broken.unlink()
    desk = open_desk(tmp_path)
    desk.flow.set("acme", {"decision_date": "2026-03-20"})
    assert len(desk.letters()) == 2


def test_what_a_plugin_gives_that_no_file_can_hold_is_reported(tmp_path: Path, open_desk: Callable[..., Desk]):
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows" / "mine.yaml").write_text(WORKFLOW.replace("TEMPLATE", "odd"))
    desk = open_desk(tmp_path, templates=(Template(name="odd", text="Dear \ud800"),))
    desk.flow.add("Acme", workflow="mine")
    assert desk.letters() == []
    assert "surrogates not allowed" in desk.flow.tick().failures[0]


NAMES = [
    "{company.__class__}",
    "{0}{1!r}{}",
    "%s%n%(company)s",
    "{{ state }}",
    "{% raw %}{{ greeted }}",
    "$HOME `id` \\1\\g<1>",
    "Subject: Bcc: eve@evil.example",
    "=?utf-8?q?a=0d=0aBcc:_eve@evil.example?=",
    "<b>&amp;",
    "李小龙 \u202e",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_nothing_but_a_name(open_desk: Callable[..., Desk], name: str):
    desk = open_desk()
    desk.flow.add(name, role=name, contacts=[NewContact("interviewer", name), NewContact("referrer", "Alan")])
    desk.flow.tick()
    thanks, referrer = desk.post.messages
    assert thanks.text.startswith(f"Dear {name},\n\nThank you for taking the time to talk with me about")
    assert f"the position of {name} at {name}. I especially" in thanks.text
    assert (referrer.recipient, referrer.subject) == ("Alan", f"Thank you for bringing me to {name}")


def test_a_fact_of_many_lines_makes_no_subject_of_many(tmp_path: Path, open_desk: Callable[..., Desk]):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "polite-no.txt").write_text(
        "Subject: {{ decline_reason }}\nBecause: {{ decline_reason }}"
    )
    desk = open_desk(tmp_path)
    desk.flow.add("Acme", state="declining", facts={"decline_reason": "Far\nBcc: eve@evil.example"})
    (letter,) = desk.letters()
    assert letter.subject == "Far Bcc: eve@evil.example"
    assert letter.text == "Because: Far\nBcc: eve@evil.example"


class Killed(BaseException):
    """The process is gone."""


def test_a_draft_of_which_nobody_knows_is_one_file_and_stays_as_the_user_left_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def killed(*_arguments: object, **_options: object) -> None:
        raise Killed

    clock, settings = ManualClock(NOON), Settings(timezone="UTC", channels={"drafts": {}})
    flow = Jobflow.open(tmp_path, clock=clock, settings=settings)
    flow.add("Acme", contacts=[ADA])
    with monkeypatch.context() as patch:
        patch.setattr(flow, "_became", killed)
        with pytest.raises(Killed):
            flow.tick()
    (draft,) = (tmp_path / "drafts").iterdir()
    draft.write_text("my own words")
    flow.tick()
    (letter,) = flow.stuck()
    assert letter.status == "unknown"
    flow.retry_message(letter.id)
    flow.tick()
    assert [message.status for message in flow.store.messages()] == ["sent"]
    assert [(path, path.read_text()) for path in (tmp_path / "drafts").iterdir()] == [(draft, "my own words")]
    flow.close()
