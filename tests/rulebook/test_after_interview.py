"""The shipped workflow says what section 5 of the contract says, cell by cell."""

from typing import Any

import pytest

from jobflow.core.compile import compile_workflow
from jobflow.rulebook.load import load_workflow
from jobflow.rulebook.registry import TEMPLATES

DATA = load_workflow("after-interview").data
STATES = DATA["states"]
LIVE = [name for name, state in STATES.items() if not state.get("final")]


def tasks() -> dict[str, Any]:
    found = dict(DATA["tasks"])
    for state in STATES.values():
        found |= state.get("tasks", {})
    return found


def test_states_and_where_it_starts() -> None:
    assert DATA["initial"] == "interviewed"
    assert LIVE == ["interviewed", "thanked", "awaiting", "followed-up", "offer", "accepting", "declining"]
    assert set(STATES) - set(LIVE) == {"closed"}


def test_facts() -> None:
    types = {name: (fact["type"], fact.get("by")) for name, fact in DATA["facts"].items()}
    by_round = dict.fromkeys(
        ("went_well", "fell_short", "strengths", "concerns", "questions", "do_differently"), ("list", "round")
    )
    offer = {"interview_at": ("datetime", None), "offer_pay": ("money", None), "offer_start": ("date", None)}
    offer |= dict.fromkeys(("offer_benefits", "offer_pros", "offer_cons"), ("list", None))
    assert types == {
        "decision_date": ("date", None), "offer_deadline": ("date", None), "decline_reason": ("text", None), **by_round,
        **offer,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("task", "kind", "due", "lapses"),
    [
        ("debrief", "form", "1 day", "7 days"),
        ("thank_referrer", "letter", "3 business days", "10 business days"),
        ("thank_you", "letter", "1 business day", "5 business days"),
        ("ask_decision_date", "todo", "1 business day", "5 business days"),
        ("name_decision_date", "email", "1 business day", "5 business days"),
        ("acceptance", "letter", "1 business day", "5 business days"),
        ("polite_no", "letter", "1 business day", "5 business days"),
    ],
)
def test_tasks_that_open_at_once(task: str, kind: str, due: str, lapses: str) -> None:
    found = tasks()[task]
    assert (found["kind"], found.get("opens"), found["due"], found["lapses"]) == (kind, None, due, lapses)


def test_who_gets_a_task_and_for_how_long() -> None:
    found = tasks()
    assert found["thank_you"]["each"] == ["decision_maker", "interviewer"]
    assert found["thank_you"]["otherwise"] == "the hiring team"
    assert (found["thank_referrer"]["each"], found["thank_referrer"].get("otherwise")) == (["referrer"], None)
    assert [found[name].get("once", "round") for name in ("debrief", "thank_referrer")] == ["round", "application"]
    assert [found[name]["during"] for name in ("debrief", "thank_referrer")] == ["live", "live"]
    assert found["ask_decision_date"]["during"] == ["interviewed", "thanked", "awaiting"]
    assert found["ask_decision_date"]["when"] == {"unknown": "decision_date"}
    assert {name for name, task in found.items() if "each" in task} == {"thank_you", "thank_referrer"}
    assert {name for name, task in found.items() if "counts" in task} == {"status_check", "last_email"}


def test_following_up() -> None:
    assert DATA["limits"] == {
        "follow_up": {"at_most": 2, "apart": "5 business days", "reset": ["reply", "interviewed"]}
    }
    check, email = tasks()["status_check"], tasks()["last_email"]
    assert (check["kind"], email["kind"]) == ("call", "email")
    first_known = [
        {"after": "1 business day", "since": "decision_date", "when": {"unknown": "interview_at"}},
        {
            "after": "1 week",
            "since": {"latest": ["thank_you", "reply", "interview_at", "decision_date"]},
            "roll": "forward",
        },
        {"after": "1 week", "since": "round", "roll": "forward"},
    ]
    assert check["opens"] == {"first_known": first_known}
    assert check["due"] == {
        "first_known": [
            {"after": "1 business day", "since": "opens", "when": {"known": "decision_date"}},
            {"after": "1 week", "since": "opens", "roll": "forward"},
        ]
    }
    assert email["opens"] == {
        "latest": [
            {"after": "1 week", "since": {"latest": ["entered", "interview_at"]}, "roll": "forward"},
            {"after": "1 business day", "since": "decision_date"},
        ]
    }
    assert email["due"] == {"after": "1 week", "since": "opens", "roll": "forward"}
    assert check["lapses"] == email["lapses"] == "5 business days"


def test_deciding_about_an_offer() -> None:
    decide = tasks()["decide"]
    assert decide["kind"] == "form"
    assert decide["due"] == {
        "first_known": [{"before": "1 business day", "of": "offer_deadline"}, {"after": "2 days", "since": "opens"}]
    }
    assert "lapses" not in decide
    assert decide["remind"] == {"every": "1 day", "at_most": 5}
    assert all("remind" not in task for name, task in tasks().items() if name not in ("decide", "prepare"))


def test_ways_out() -> None:
    settled, done = {"settled": "thank_you"}, {"done": "thank_you"}
    assert STATES["interviewed"]["transitions"] == [
        {"to": "thanked", "when": {"all": [settled, done]}},
        {"to": "awaiting", "when": {"all": [settled, {"not": done}]}},
        {"to": "awaiting", "after": "1 business day", "since": "decision_date"},
    ]
    assert STATES["thanked"]["transitions"] == [
        {"to": "awaiting", "when": {"all": [{"settled": "debrief"}, {"settled": "thank_referrer"}]}},
        {"to": "awaiting", "after": "2 business days"},
    ]
    assert STATES["awaiting"]["transitions"] == [{"to": "followed-up", "when": {"settled": "status_check"}}]
    latest = [
        {"after": "2 weeks", "since": "follow_up"},
        {"after": "1 week", "since": "last_email.settled"},
        {"after": "1 week", "since": "decision_date"},
    ]
    assert STATES["followed-up"]["transitions"] == [
        {
            "to": "closed", "outcome": "no_response", "message": "elsewhere",
            "when": {"settled": "last_email"}, "at": {"latest": latest},
        }
    ]  # fmt: skip
    (lapse,) = STATES["offer"]["transitions"]
    assert (lapse["to"], lapse["outcome"]) == ("closed", "offer_lapsed")
    assert lapse["at"]["first_known"][:2] == [
        {"after": "5 business days", "since": "offer_deadline"}, {"after": "4 weeks", "since": "offer"},
    ]  # fmt: skip
    for state, task, outcome in (("accepting", "acceptance", "accepted"), ("declining", "polite_no", "declined")):
        assert STATES[state]["transitions"] == [{"to": "closed", "outcome": outcome, "when": {"settled": task}}]


def rules(events: dict[str, Any]) -> dict[str, Any]:
    return {name: {key: value for key, value in event.items() if key != "title"} for name, event in events.items()}


def test_events_of_every_live_state() -> None:
    assert rules(DATA["events"]) == {
        "interviewed": {
            "to": "interviewed", "starts": "round", "drop_past": ["decision_date"], "drop": ["interview_at"],
        },
        "reply": {"to": "awaiting", "drop_past": ["decision_date"]},
        "offer": {"to": "offer", "drop_past": ["offer_deadline"]},
        "rejected": {"to": "closed", "outcome": "rejected"},
        "withdrawn": {"to": "closed", "outcome": "withdrawn"},
        "contacted": {"counts": "follow_up"},
        "interview_scheduled": {"drop": ["interview_at"]},
        "interview_cancelled": {"drop": ["interview_at"]},
    }  # fmt: skip


@pytest.mark.parametrize("state", LIVE)
def test_events_of_each_live_state(state: str) -> None:
    expected: dict[str, Any] = {}
    if state not in ("awaiting", "followed-up"):
        expected["reply"] = {"drop_past": ["decision_date"]}
    if state == "offer":
        expected |= {"more_time": {}, "accepted": {"to": "accepting"}, "declined": {"to": "declining"}}
    assert rules(STATES[state].get("events", {})) == expected


def test_events_that_reopen() -> None:
    not_accepted = {"not": {"outcome": "accepted"}}
    assert rules(STATES["closed"]["events"]) == {
        "reply": {"to": "awaiting", "when": {"outcome": "no_response"}, "drop_past": ["decision_date"]},
        "offer": {"to": "offer", "when": not_accepted, "drop_past": ["offer_deadline"]},
        "interviewed": {
            "to": "interviewed", "when": not_accepted, "starts": "round", "drop_past": ["decision_date"],
        },
        "accepted": {"to": "accepting", "when": {"outcome": "offer_lapsed"}},
    }  # fmt: skip


def test_everything_has_a_title_and_every_template_is_used() -> None:
    workflow = compile_workflow(DATA)
    assert all("title" in task for task in tasks().values())
    assert all("title" in state for state in STATES.values())
    used = {task.template for task in workflow.tasks.values()}
    used |= {rule.message for state in workflow.states.values() for rule in state.transitions}
    assert used - {None} <= set(TEMPLATES)
    later = {"application-nudge", "application-nudge-again", "confirm-interview"}  # from-application has those
    assert set(TEMPLATES) - used == later | {"withdrawal"}  # which is written when somebody asks for it
