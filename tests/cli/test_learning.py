"""Debrief, lessons, preparation and offers from end to end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

ANSWERS = "the design question\n\nslow start\n\nran a team\nbuilt billing\n\nlittle Go\nno degree\n\nWhy us?\n\ndraw first\n\nI learned it\n\n"


def test_each_question_is_asked_and_kept_and_the_task_is_done(shell, cli, acme):
    said = shell("debrief", "acme", stdin=ANSWERS).out
    assert said.index("What went well?") < said.index("fell short") < said.index("answer to this: little Go")
    facts = cli("show", "acme", "--json").json["facts"]
    assert facts == {
        "went_well": ["the design question"], "fell_short": ["slow start"], "strengths": ["ran a team", "built billing"],
        "concerns": ["little Go -> I learned it", "no degree"], "questions": ["Why us?"], "do_differently": ["draw first"],
    }  # fmt: skip
    assert next(t["status"] for t in cli("show", "acme", "--json").json["tasks"] if t["name"] == "debrief") == "done"
    assert "All is answered" in said


def test_it_goes_on_where_it_was_left(shell, cli, acme):
    first = shell("debrief", "acme", code=130, stdin="the design question\n\nslow start\n")
    assert "kept" in first.out
    assert cli("show", "acme", "--json").json["facts"] == {"went_well": ["the design question"]}
    second = shell("debrief", "acme", stdin="slow start\n\n\n\n\n\n").out
    assert "What went well?" in second  # as what is answered, not as a question
    assert second.index("What fell short") < second.index("What went well?")
    assert "Not answered yet" in second
    shell("debrief", "acme", "--again", stdin="other\n\n\n\n\n\n\n\n\n\n\n")
    assert cli("show", "acme", "--json").json["facts"]["went_well"] == ["other"]


def test_answers_come_from_a_file_or_from_standard_input(shell, cli, acme, tmp_path):
    file = tmp_path / "notes.yaml"
    file.write_text(
        "went_well: one\nconcerns: [{concern: little Go, answer: I learned it}, {concern: x}]\nfell_short: []\n"
    )
    found = cli("debrief", "acme", "--file", str(file), "--json").json
    assert found["open"] == ["fell_short", "strengths", "questions", "do_differently"]
    assert found["unanswered_concerns"] == ["x"]
    shell("debrief", "acme", "--file", "-", stdin="strengths: [SQL, 5]\n")
    assert cli("show", "acme", "--json").json["facts"]["strengths"] == ["SQL", "5"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("went_wel: [x]", "did you mean 'went_well'?"), ("- x", "names of questions"), ("went_well: [[x]]", "not a list in a list"),
        ("concerns: [{worry: x}]", "{concern: …, answer: …}"), ("went_well: [", "JF005"), ("concerns: [{}]", "{concern: …, answer: …}"),
    ],
)  # fmt: skip
def test_a_bad_file_changes_nothing(cli, acme, tmp_path, text: str, said: str):
    (tmp_path / "notes.yaml").write_text(text)
    assert said in cli("debrief", "acme", "--file", str(tmp_path / "notes.yaml"), code=1).err
    assert cli("show", "acme", "--json").json["facts"] == {}


def test_before_the_first_interview_there_is_nothing_to_go_over(cli, home):
    cli("add", "Acme", "--workflow", "from-application")
    assert "no interview at Acme yet" in cli("debrief", "acme", code=1).err
    (home / "workflows").mkdir()
    (home / "workflows/bare.yaml").write_text(
        "format: 1\nworkflow: bare\nversion: 1\ninitial: a\nstates: {a: {transitions: [{to: b, after: 1 day}]}, b: {final: true}}\n"
    )
    cli("add", "Globex", "--workflow", "bare")
    assert "asks nothing" in cli("debrief", "globex", code=1).err


def test_what_a_rejection_taught_can_still_be_noted(cli, acme, tmp_path):
    cli("log", "acme", "rejected")
    (tmp_path / "n.yaml").write_text("fell_short: [slow start]\n")
    cli("debrief", "acme", "--file", str(tmp_path / "n.yaml"))
    assert "slow start" in cli("lessons").out


def test_rounds_and_employers_teach_together_and_prepare_has_what_one_needs(cli, acme, tmp_path):
    (tmp_path / "n.yaml").write_text(
        "fell_short: [slow start]\nconcerns: [little Go -> I learned it]\nquestions: [Why us?]\n"
    )
    cli("debrief", "acme", "--file", str(tmp_path / "n.yaml"))
    cli(
        "log",
        "acme",
        "interviewed",
        "--contact",
        "interviewer=Hank",
        "--note",
        "went fine",
        "--now",
        "2026-03-12T10:00:00Z",
    )
    (tmp_path / "n.yaml").write_text("went_well: [the start was slow]\nquestions: [why us]\n")
    cli("debrief", "acme", "--file", str(tmp_path / "n.yaml"), "--now", "2026-03-12T10:05:00Z")
    cli("contact", "acme", "interviewer=Ada Byron", "--note", "asked about on-call", "--now", "2026-03-12T10:06:00Z")
    cli("add", "ACME CORP", "--role", "Lead", "--now", "2026-03-12T10:07:00Z")
    found = cli("prepare", "acme-corp-2", "--json", "--now", "2026-03-12T10:08:00Z").json
    assert [(one["application"], one["round"]) for one in found["before"]] == [
        ("acme-corp", 1), ("acme-corp", 2), ("acme-corp-2", 1),
    ]  # fmt: skip
    assert found["before"][0]["notes"]["concerns"] == ["little Go -> I learned it"]
    assert {
        "at": "2026-03-12T10:00:00+00:00",
        "application": "acme-corp",
        "what": "interviewed",
        "note": "went fine",
    } in found["history"]
    assert [one["text"] for one in found["lessons"]["recurs"]] == ["why us"]
    assert [one["text"] for one in found["lessons"]["better"]] == ["slow start"]
    page = cli("prepare", "acme-corp", "--now", "2026-03-12T10:08:00Z").out
    for words in ("asked about on-call", "your answer: I learned it", "They may ask", "What happened so far"):
        assert words in page


def test_nothing_noted_is_said(cli, acme):
    assert "1 interview, and no notes yet" in cli("lessons").out
    assert "No notes on earlier interviews" in cli("prepare", "acme").out


# -- offers ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def offered(cli: Callable[..., Any], acme: Any) -> Any:
    return cli(
        "offer", "acme", "--pay", "52000 EUR", "--deadline", "2026-03-20", "--pro", "one", "--pro", "two", "--json"
    ).json


def test_an_offer_is_news_once_and_then_facts(cli, offered):
    assert offered["state"] == "offer"
    assert (offered["pay"], offered["deadline"], offered["pros"]) == (
        {"amount": 52000, "currency": "EUR"},
        "2026-03-20",
        ["one", "two"],
    )
    later = cli("offer", "acme", "--con", "far", "--start", "2026-05-01", "--benefit", "30 days off", "--json").json
    assert (later["cons"], later["pros"], later["start"], later["benefits"]) == (
        ["far"],
        ["one", "two"],
        "2026-05-01",
        ["30 days off"],
    )
    events = [r["data"]["event"] for r in cli("history", "acme", "--json").json if r["type"] == "event_logged"]
    assert events == ["offer"]
    assert "All of them side by side" in cli("offer", "acme").out


def test_more_time_moves_the_deadline_and_what_hangs_on_it(cli, offered):
    def due(name: str) -> str:
        return next(str(t["due_at"]) for t in cli("show", "acme", "--json").json["tasks"] if t["name"] == name)

    assert due("decide") == "2026-03-19T18:00:00+00:00"
    cli("offer", "acme", "--more-time", "2026-03-27")
    assert due("decide") == "2026-03-26T18:00:00+00:00"
    assert "says it twice" in cli("offer", "acme", "--more-time", "2026-03-28", "--deadline", "2026-03-28", code=1).err
    cli("undo")
    assert due("decide") == "2026-03-19T18:00:00+00:00"


def test_more_time_without_an_offer_is_refused(cli, acme):
    assert "more_time" in cli("offer", "acme", "--more-time", "2026-03-27", code=1).err


def test_offers_lie_side_by_side_with_whom_to_tell(cli, offered):
    cli("add", "Globex", "--state", "offer", "--contact", "decision_maker=Hank", "--fact", "offer_deadline=2026-03-16")
    cli("add", "Initech", "--fact", "decision_date=2026-03-25")
    cli("add", "Hooli")
    cli("log", "hooli", "rejected")
    found = cli("offers", "--json").json
    assert [offer["application"] for offer in found["offers"]] == ["acme-corp", "globex"]
    assert [(p["application"], p["decision_date"]) for p in found["pending"]] == [("initech", "2026-03-25")]
    assert found["first_deadline"] == "2026-03-16"
    told = [(one["application"], one["what"], one["by"], one["task"] is None) for one in found["tell"]]
    assert ("acme-corp", "your answer to their offer", "2026-03-20T18:00:00+00:00", True) in told
    instants = [one["by"] for one in found["tell"]]
    assert instants == sorted(instants)
    page = cli("offers").out
    for words in (
        "Acme Corp, Engineer",
        "52000 EUR",
        "Still open elsewhere",
        "before Mon 16 March 2026",
        "by Fri 20 March 18:00",
    ):
        assert words in page
    cli("log", "acme", "declined")
    assert [offer["state"] for offer in cli("offers", "--json").json["offers"]] == ["declining", "offer"]


def test_without_any_it_says_so(cli, acme):
    assert "There is no offer on the table." in cli("offers").out
    assert cli("--json", "offers").json["first_deadline"] is None


def test_an_offer_without_a_deadline_has_no_date_to_answer_by(cli, acme):
    cli("log", "acme", "offer")
    assert [one["by"] for one in cli("offers", "--json").json["tell"] if one["task"] is None] == [None]
    assert "no date" in cli("offers").out
