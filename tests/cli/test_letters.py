"""Letters from end to end: what is typed, and the drafts that come of it."""

from __future__ import annotations

import email
import email.policy
import os
import re
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

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
    assert "my answer by [day]" in read(manager).get_content()
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


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_template_that_ships_names_only_what_is_known(name: str):
    from jobflow.adapters.template_files import TemplateFiles

    text = TemplateFiles(None)[name]
    known = {"company", "greeted", "position", "decline_reason"}
    assert set(re.findall(r"\{\{ (\w+) \}\}", text)) <= known
    assert text.startswith("Subject: ") or name == "elsewhere"
    assert text == f"{text.strip()}\n"
