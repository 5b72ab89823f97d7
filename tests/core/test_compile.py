"""From plain data to a `Workflow`: default anchors, names, paths, and the hash."""

import json
import subprocess
import sys
from typing import Any

import pytest

from jobflow.core.application import canonical_json
from jobflow.core.compile import compile_workflow, workflow_hash
from jobflow.core.compile_rules import Names, compile_anchor, compile_condition, compile_policy
from jobflow.core.model import (
    Anchor,
    AnchorChoice,
    Condition,
    Count,
    Every,
    FactIs,
    Happened,
    Known,
    Moment,
    Not,
    OutcomeIs,
    Policy,
    PolicyChoice,
    Registered,
    Remind,
    Shift,
    Size,
    Some,
    TaskIs,
)
from jobflow.core.sizes import parse_size

NAMES = Names(
    facts=frozenset({"day", "both"}),
    tasks=frozenset({"letter", "both"}),
    events=frozenset({"reply"}),
    limits=frozenset({"follow_up"}),
)
WEEK = parse_size("1 week")
DATA: dict[str, Any] = {
    "format": 1,
    "workflow": "my-rules",
    "version": 3,
    "initial": "first",
    "roles": {"boss": "decides"},
    "facts": {
        "day": {"type": "date", "ask": "When?"},
        "mood": {"type": "choice", "options": ["good", "bad"], "by": "round"},
    },
    "limits": {"calls": {"at_most": 2, "apart": "5 business days", "reset": ["reply"]}, "free": {"apart": "1 day"}},
    "events": {
        "reply": {"to": "second", "drop_past": ["day"], "starts": "round", "title": "They wrote"},
        "called": {"counts": "calls"},
        "no": {"to": "over", "outcome": "rejected", "message": "elsewhere", "when": {"known": "day"}},
    },
    "tasks": {
        "everywhere": {"kind": "todo", "during": "live", "once": "application"},
        "somewhere": {"kind": "todo", "during": ["first", "second"]},
        "there": {"kind": "todo", "during": "second", "title": "Do it"},
    },
    "states": {
        "first": {
            "title": "The first",
            "tasks": {
                "write_it": {
                    "kind": "letter",
                    "each": ["boss"],
                    "otherwise": "them",
                    "opens": "1 day",
                    "due": "2 days",
                    "lapses": {"first_known": ["3 days", {"after": "4 days"}]},
                    "counts": "calls",
                    "remind": {"every": "1 week", "at_most": 0},
                    "template": "thank-you",
                    "when": {"unknown": "day"},
                },
                "plain": {"kind": "call", "remind": {"at_most": 1}},
            },
            "transitions": [
                {"to": "second", "event": "go"},
                {"to": "second", "after": "1 week", "since": "reply", "roll": "back", "when": {"known": "day"}},
                {"to": "over", "before": "1 day", "of": "day", "outcome": "late", "message": "elsewhere"},
                {"to": "over", "at": "day"},
                {"to": "over", "at": "2 weeks"},
                {"to": "over", "at": {"latest": ["day", "1 day"]}},
                {"to": "over", "when": {"settled": "write_it"}},
            ],
            "events": {"reply": {}},
            "steps": [{"step": "ring", "loud": True}],
        },
        "second": {},
        "over": {"final": True},
    },
    "scenarios": [{"anything": 1}],
}


@pytest.mark.parametrize(
    ("name", "anchor"),
    [
        ("entered", Anchor("entered")),
        ("round", Anchor("round")),
        ("day", Anchor("fact", "day")),
        ("letter", Anchor("task", "letter")),
        ("letter.settled", Anchor("settled", "letter")),
        ("reply", Anchor("event", "reply")),
        ("follow_up", Anchor("limit", "follow_up")),
        ("both", Anchor("fact", "both")),
    ],
)
def test_an_anchor_name_means_the_first_of_what_it_could(name: str, anchor: Anchor) -> None:
    assert compile_anchor(name, NAMES) == anchor


def test_anchors_can_be_chosen_among() -> None:
    found = compile_anchor({"latest": ["day", {"earliest": ["reply"]}]}, NAMES)
    day, reply = Anchor("fact", "day"), Anchor("event", "reply")
    assert found == AnchorChoice("latest", (day, AnchorChoice("earliest", (reply,))))


@pytest.mark.parametrize(
    ("data", "policy"),
    [
        ("1 week", Shift(WEEK, Anchor("opens"))),
        ({"after": "1 week"}, Shift(WEEK, Anchor("opens"))),
        ({"after": "1 week", "since": "day", "roll": "back"}, Shift(WEEK, Anchor("fact", "day"), roll="back")),
        ({"before": "1 week", "of": "day"}, Shift(WEEK, Anchor("fact", "day"), before=True)),
        ({"at": "day", "when": {"known": "day"}}, Moment(Anchor("fact", "day"), when=Known("day", True))),
        (
            {"first_known": ["1 week", {"earliest": [{"after": "1 week"}]}]},
            PolicyChoice(
                "first_known",
                (Shift(WEEK, Anchor("opens")), PolicyChoice("earliest", (Shift(WEEK, Anchor("opens")),))),
            ),
        ),
    ],
)
def test_policies(data: Any, policy: Policy) -> None:
    assert compile_policy(data, "opens", NAMES) == policy


def test_a_bare_anchor_is_a_moment_where_that_is_allowed() -> None:
    assert compile_policy("day", "entered", NAMES, bare_anchors=True) == Moment(Anchor("fact", "day"))
    assert compile_policy("1 week", "entered", NAMES, bare_anchors=True) == Shift(WEEK, Anchor("entered"))


@pytest.mark.parametrize(
    ("data", "condition"),
    [
        ({"known": "day"}, Known("day", True)),
        ({"unknown": "day"}, Known("day", False)),
        ({"settled": "letter"}, TaskIs("letter", "settled")),
        ({"done": "letter"}, TaskIs("letter", "done")),
        ({"happened": "reply"}, Happened("reply")),
        ({"outcome": "rejected"}, OutcomeIs("rejected")),
        ({"count": {"follow_up": {"below": 2}}}, Count("follow_up", "below", 2)),
        (
            {"count": {"follow_up": {"above": 1, "below": 3}}},
            Every((Count("follow_up", "above", 1), Count("follow_up", "below", 3))),
        ),
        ({"fact": {"day": {"in": ["a", "b"]}}}, FactIs("day", "in", ("a", "b"))),
        ({"fact": {"day": {"equals": "a"}}}, FactIs("day", "equals", "a")),
        ({"condition": "moon"}, Registered("moon", {})),
        ({"condition": {"moon": {"full": True}}}, Registered("moon", {"full": True})),
        ({"all": [{"known": "day"}]}, Every((Known("day", True),))),
        ({"any": [{"known": "day"}]}, Some((Known("day", True),))),
        ({"not": {"known": "day"}}, Not(Known("day", True))),
    ],
)
def test_conditions(data: Any, condition: Condition) -> None:
    assert compile_condition(data, NAMES) == condition


def test_the_whole() -> None:
    workflow = compile_workflow(DATA)
    assert (workflow.name, workflow.version, workflow.title, workflow.initial) == ("my-rules", 3, "My rules", "first")
    assert workflow.facts["mood"].options == ("good", "bad")
    assert workflow.facts["mood"].by_round
    assert not workflow.facts["day"].by_round
    assert workflow.limits["calls"].reset == ("reply",)
    assert workflow.limits["calls"].apart == parse_size("5 business days")
    assert workflow.limits["free"].at_most is None
    assert workflow.event_names() == ("reply", "called", "no", "go")
    assert workflow.events["reply"].starts_round
    assert workflow.events["no"].when == Known("day", True)
    assert set(workflow.tasks) == {"everywhere", "somewhere", "there", "write_it", "plain"}
    assert [(task.during, task.once) for task in workflow.spanning] == [
        (("first", "second"), "application"),
        (("first", "second"), "round"),
        (("second",), "round"),
    ]
    assert [task.title for task in workflow.spanning] == ["Everywhere", "Somewhere", "Do it"]
    assert workflow.states["over"].final
    assert workflow.states["second"].title == "Second"


def test_paths_are_those_of_the_file() -> None:
    workflow = compile_workflow(DATA)
    first = workflow.states["first"]
    assert workflow.events["reply"].path == "events/reply"
    assert first.events["reply"].path == "states/first/events/reply"
    assert workflow.tasks["there"].path == "tasks/there"
    assert workflow.tasks["plain"].path == "states/first/tasks/plain"
    assert [rule.path for rule in first.transitions] == [f"states/first/transitions/{n}" for n in range(7)]
    assert first.steps[0].path == "states/first/steps/0"
    assert (first.steps[0].kind, first.steps[0].arguments) == ("ring", {"loud": True})


def test_a_size_counts_from_what_its_place_says() -> None:
    task = compile_workflow(DATA).tasks["write_it"]
    assert task.opens == Shift(parse_size("1 day"), Anchor("entered"))
    assert task.due == Shift(parse_size("2 days"), Anchor("opens"))
    assert task.lapses == PolicyChoice(
        "first_known", (Shift(parse_size("3 days"), Anchor("due")), Shift(parse_size("4 days"), Anchor("due")))
    )


def test_reminders_take_what_is_said_and_the_rest_from_the_default() -> None:
    tasks = compile_workflow(DATA).tasks
    daily = Size(business_days=1, text="1 business day")
    assert tasks["write_it"].remind == Remind(every=WEEK, at_most=0)
    assert tasks["plain"].remind == Remind(every=daily, at_most=1)
    assert tasks["there"].remind == Remind(every=daily, at_most=3)


def test_timers_of_transitions() -> None:
    timers = [rule.timer for rule in compile_workflow(DATA).states["first"].transitions]
    day, reply = Anchor("fact", "day"), Anchor("event", "reply")
    assert timers == [
        None,
        Shift(WEEK, reply, roll="back"),
        Shift(parse_size("1 day"), day, before=True),
        Moment(day),
        Shift(parse_size("2 weeks"), Anchor("entered")),
        PolicyChoice("latest", (Moment(day), Shift(parse_size("1 day"), Anchor("entered")))),
        None,
    ]


def test_the_hash_names_the_rules_and_not_their_tests() -> None:
    stored = json.loads(canonical_json(DATA))
    assert workflow_hash(stored) == workflow_hash(DATA) == compile_workflow(stored).hash
    assert workflow_hash({**DATA, "scenarios": []}) == workflow_hash(DATA)
    assert workflow_hash({**DATA, "version": 4}) != workflow_hash(DATA)


def test_a_tick_compiles_without_yaml() -> None:
    code = "import sys, jobflow.core.compile; sys.exit('yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
