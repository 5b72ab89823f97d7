"""Letters from end to end: what is typed, and the drafts that come of it."""

from __future__ import annotations

import email
import email.policy
import os
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from jobflow import Jobflow, NewContact, Settings
from jobflow.rulebook.registry import TEMPLATES
from jobflow.shortroad import answer

DAY = "2026-03-11T10:00:00Z"


@pytest.fixture
def drafts(home: Path) -> Callable[[], list[Path]]:
    home.mkdir(exist_ok=True)
    (home / "config.yaml").write_text("channels: {console: {}, drafts: {sender: Zoe <zoe@home.example>}}\n")
    return lambda: sorted((home / "drafts").glob("*"))


def read(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def test_each_interviewer_has_a_draft_that_is_written_once(cli, home, acme, drafts):
    # `acme` was added before there was a channel for drafts: the next thing that is recorded brings them.
    assert drafts() == []
    cli("set", "acme", "decision_date=2026-03-20")
    cli("tick")
    ada, grace = drafts()
    assert (read(ada)["To"], read(ada)["Subject"]) == ("ada@acme.example", "Thank you for our conversation")
    assert read(grace)["X-Jobflow-Recipient"] == "Grace Hopper"
    assert "the position of Engineer at Acme Corp" in read(ada).get_content()
    ada.write_text("my own words")
    for words in (["log", "acme", "reply"], ["undo"], ["done", "1"], ["undo"], ["done", "1"], ["done", "2"]):
        cli(*words)
        assert "raft" not in cli("tick").out
    assert drafts() == [ada, grace]
    assert ada.read_text() == "my own words"


def test_only_what_is_typed_stands_in_the_headers(cli, home, drafts):
    name = "=?utf-8?q?x=0d=0aBcc:_eve@evil.example?= , eve@evil.example"
    cli("add", name, "--role", "{{ company }}", "--contact", f"interviewer={name}", "--contact", f"referrer={name}2")
    cli("tick")
    assert len(drafts()) == 2
    for path in drafts():
        assert (read(path)["Bcc"], read(path)["To"], read(path)["Cc"]) == (None, None, None)
        assert name in " ".join(read(path).get_content().split())


def test_a_no_is_drafted_and_goes_with_its_undo(cli, home, drafts):
    cli("add", "Acme", "--state", "offer")
    cli("log", "acme", "declined", "--fact", "decline_reason=It is too far away.")
    assert "to Acme  (drafts, pending)" in cli("outbox", "list").out
    cli("undo")
    cli("tick")
    (manager,) = drafts()
    assert "my answer by Thursday, 12 March" in read(manager).get_content()
    cli("log", "acme", "declined", "--fact", "decline_reason=It is too far away.")
    cli("tick")
    (no,) = [path for path in drafts() if path != manager]
    assert "My reason: It is too far away." in read(no).get_content()


def test_a_draft_that_waits_is_told_by_a_dry_run_and_idle_ticks_stay_idle(cli, home, drafts):
    cli("add", "Acme", "--state", "followed-up")
    later = ("--now", "2026-03-20T10:00:00Z")
    said = cli(*later, "--json", "tick", "--dry-run").json
    assert ("drafts", "letter", "pending") in [(m["channel"], m["kind"], m["status"]) for m in said["messages"]]
    assert drafts() == []
    cli(*later, "tick")
    assert len(drafts()) == 1
    cli(*later, "tick")
    assert answer([*later, "tick"], os.environ) == 0


def test_a_folder_that_can_not_be_written_is_said_and_mended(cli, home, drafts):
    (home / "drafts").write_text("")
    cli("add", "Acme", "--contact", "interviewer=Ada")
    said = cli("tick", code=None)
    assert "drafts" in said.err + said.out
    (home / "drafts").unlink()
    cli("--now", DAY, "tick")
    assert len(drafts()) == 1


@pytest.mark.parametrize("tone", [None, "warm", "formal"])
@pytest.mark.parametrize("name", TEMPLATES)
def test_each_template_that_ships_is_sound_with_everything_known_and_with_nothing(name: str, tone: str | None):
    from jobflow.adapters.rendering import render
    from jobflow.adapters.template_files import TemplateFiles
    from jobflow.core.letter_values import letter_values
    from jobflow.core.letters import blanks, split_subject

    text = TemplateFiles(None, tone=tone)[name]
    assert text == f"{text.strip()}\n"
    assert text.startswith("Subject: ") or name == "elsewhere"
    subject, body = split_subject(text)
    flow = Jobflow.open(settings=Settings(timezone="UTC"))
    ada = NewContact("decision_maker", "Ada", note="cared about tests")
    known = {
        "strengths": ["SQL", "Go"], "concerns": ["no degree -> ten years of work"], "decline_reason": "It is far away.",
        "offer_pay": "5 EUR", "offer_start": "2026-05-01", "offer_pros": ["the team"],
    }  # fmt: skip
    flow.add("Empty")
    flow.add("Full", role="Engineer", contacts=[ada, NewContact("interviewer", "Bob")], facts=known, confirmed=True)
    for state, few in zip(flow.store.applications(final=False), (9, 5), strict=True):
        task = next(task for task in state.tasks if task.name == "thank_you")
        values = letter_values(flow.workflow_of(state.slug), state, task, flow.context_at(flow.now()), None)
        found = render(subject, values) + "\n" + render(body, values)
        assert "{" not in found
        assert len(blanks(found)) <= few
        assert "None" not in found


def test_config_names_the_user_and_the_tone(cli, home, drafts):
    (home / "config.yaml").write_text("letters: {name: Kim Lee, tone: formal}\nchannels: {drafts: {}}\n")
    cli("add", "Acme", "--contact", "interviewer=Ada Byron")
    cli("tick")
    (draft,) = drafts()
    assert "Yours sincerely\r\nKim Lee" in read(draft).get_content().replace("\n", "\r\n").replace("\r\r", "\r")


def test_your_own_template_goes_before_those_that_ship_whatever_the_tone(cli, home):
    home.mkdir(exist_ok=True)
    (home / "config.yaml").write_text("letters: {tone: warm}\n")
    (home / "templates").mkdir()
    (home / "templates/thank-you.txt").write_text("Subject: Mine\nHello {{ greeted }}")
    cli("add", "Acme", "--contact", "interviewer=Ada Byron")
    assert cli("letter", "1", "--json").json["text"] == "Hello Ada Byron"
    (home / "templates/thank-you.warm.txt").write_text("Warmest, {{ greeted }}")
    assert cli("letter", "1", "--json").json["text"] == "Warmest, Ada Byron"
    assert cli("letter", "1", "--tone", "plain", "--json").json["subject"] == "Mine"


def test_a_letter_is_shown_edited_drafted_and_kept_as_it_was_sent(cli, home, monkeypatch):
    cli("add", "Acme", "--contact", "interviewer=Ada Byron <ada@acme.example>")
    shown = cli("letter", "1", "--json").json
    assert (shown["recipient"], shown["draft"], shown["sent"]) == ("ada@acme.example", None, False)
    assert shown["blanks"]
    monkeypatch.setenv("EDITOR", 'sh -c \'printf "Subject: Thanks\\n\\nDear Ada, thank you.\\n" > "$1"\' sh')
    edited = cli("letter", "1", "--edit", "--json").json
    assert (edited["subject"], edited["text"], edited["blanks"]) == ("Thanks", "Dear Ada, thank you.", [])
    assert Path(edited["draft"]).read_text().count("Dear Ada, thank you.") == 1
    assert "Dear Ada, thank you." in cli("letter", "1", "--html").out
    assert cli("letter", "1", "--afresh", "--json").json["blanks"] == shown["blanks"]
    cli("done", "1")
    sent = cli("letter", "1", "--json").json
    assert (sent["text"], sent["sent"]) == ("Dear Ada, thank you.", True)
    done = next(record for record in cli("history", "acme", "--json").json if record["type"] == "task_done")
    assert done["data"]["letter"] == "Dear Ada, thank you."
    cli("undo")
    assert cli("letter", "1", "--json").json["sent"] is False


def test_a_draft_with_blanks_is_not_taken_for_what_was_sent_but_a_file_is(cli, home):
    cli("add", "Acme")
    cli("letter", "1", "--draft")
    assert "has blanks left" in cli("done", "1").out
    assert cli("letter", "1", "--json").json["sent"] is False
    cli("undo")
    (home / "sent.txt").write_text("What I wrote.")
    cli("done", "1", "--letter", home / "sent.txt")
    assert cli("letter", "1", "--json").json["text"] == "What I wrote."


def test_what_can_not_be_written_is_refused(cli, home, monkeypatch):
    cli("add", "Acme")
    assert "has no letter" in cli("letter", "2", code=1).err
    assert "names an application" in cli("letter", "acme", code=1).err
    assert "unknown template" in cli("letter", "1", "--template", "nothing", code=1).err
    assert "Subject" not in cli("letter", "acme", "--template", "withdrawal").out
    (home / "templates").mkdir()
    (home / "templates/thank-you.txt").write_text("{{ compny }}")
    assert "did you mean 'company'?" in cli("letter", "1", code=1).err
    monkeypatch.setenv("EDITOR", "false")
    (home / "templates/thank-you.txt").unlink()
    assert "editor" in cli("letter", "1", "--edit", code=1).err
    monkeypatch.setenv("EDITOR", "sh -c ': > \"$1\"' sh")
    assert "empty" in cli("letter", "1", "--edit", code=1).err
    assert "one by one" in cli("done", "1", "2", "--letter", "x", code=1).err
