"""The schemas and the reader agree: what a schema refuses the reader refuses; faults of shape are refused by both."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from jobflow.bootstrap import kit_of
from jobflow.core.errors import InvalidFile
from jobflow.core.model import Workflow
from jobflow.rulebook import config as config_module
from jobflow.rulebook import format as keys
from jobflow.rulebook import schema_scenarios
from jobflow.rulebook.config import check_config
from jobflow.rulebook.faults import Faults
from jobflow.rulebook.format import Keys
from jobflow.rulebook.load import load_source
from jobflow.rulebook.nodes import plain
from jobflow.rulebook.reader import read
from jobflow.rulebook.schema import workflow_schema
from jobflow.rulebook.schema_config import config_schema
from jobflow.rulebook.schema_scenarios import scenarios_schema
from jobflow.rulebook.schema_words import WORDS
from jobflow.workbench.scenario_file import STATUSES, read_beside
from jobflow.workbench.steps import VERBS
from tests.properties.strategies import scaled
from tests.rulebook.test_reference_docs import CONFIG as CONFIG_PAGE
from tests.rulebook.test_reference_docs import WORKFLOW_FILE, section
from tests.rulebook.workflow_files import workflow_files

SHAPE = {
    "JF020", "JF021", "JF022", "JF023", "JF024", "JF025", "JF026", "JF101", "JF103", "JF106", "JF107", "JF122", "JF123",
    "JF126", "JF142", "JF302", "JF303", "JF305", "JF306", "JF308", "JF309",
}  # fmt: skip
"""Faults that a schema sees. The others hang on what names stand for, on sums, or on how YAML is written."""
WORKFLOW = Draft7Validator(workflow_schema())
SCENARIOS = Draft7Validator(scenarios_schema())
CONFIG = Draft7Validator(config_schema(workflows=("after-interview",)))
KIT = kit_of(None)
CHANNELS = {name: KIT.options(name) or () for name in KIT.channel_names()}
WITH_CHANNELS = Draft7Validator(config_schema(CHANNELS))
SHIPPED = Path("workflows")

WRONG: list[Any] = [
    None, True, 0, -1, 5, 2_000, 1.5, "", " ", "one\ntwo", "live", "1 day", "2 Weeks", "business day", "P1W", "P",
    "3 dyas", "1.5 days", "09:00-18:00", "25:00-26:00", "2026-12-24", "soon", "letter", "reply", "forward", "entered",
    "x" * 600, [], ["reply"], ["reply", "reply"], [1], {}, {"known": "day"}, {"after": "1 day"},
    {"after": "1 day", "since": "entered"}, {"before": "1 day"}, {"at": "entered", "of": "entered"},
    {"first_known": []}, {"earliest": ["1 day", {"at": "round"}]}, {"all": []}, {"known": "day", "unknown": "day"},
    {"count": {"follow_up": {"below": -1}}}, {"fact": {"day": {"in": []}}}, {"not": {"done": "write"}},
    {"to": "over"}, {"step": "look"}, {"amount": 5}, {"password": "hunter2"}, {"password": "env:PASSWORD"},
    ["sat", "SUN"], ["someday"],
]  # fmt: skip
NAMES = ["titel", "when", "at", "after", "due", "live", "9lives", "a b", "kind", "final", "x" * 65, "password", "log"]


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to everything in it."""
    found = [path]
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        found += places(value, (*path, key))
    return found


@st.composite
def spoilt(draw: st.DrawFn, sound: st.SearchStrategy[Any]) -> Any:
    """Something sound with up to two things wrong, or merely otherwise."""
    data = deepcopy(draw(sound))
    for _ in range(draw(st.integers(0, 2))):
        path = draw(st.sampled_from(places(data)))
        above = data
        for step in path[:-1]:
            above = above[step]
        here = above[path[-1]] if path else data
        how = draw(st.sampled_from(("replace", "drop", "add", "rename")))
        if how == "add" and isinstance(here, dict):
            here[draw(st.sampled_from(NAMES))] = deepcopy(draw(st.sampled_from(WRONG)))
        elif not path:
            continue
        elif how == "drop":
            del above[path[-1]]
        elif how == "rename" and isinstance(above, dict):
            above[draw(st.sampled_from(NAMES))] = above.pop(path[-1])
        else:
            above[path[-1]] = deepcopy(draw(st.sampled_from(WRONG)))
    return data


def faults_of(read: Any, data: Any) -> set[str]:
    """The codes with which the reader refuses it; none where it takes it."""
    try:
        read(json.dumps(data))
    except InvalidFile as refusal:
        return {fault.code for fault in refusal.diagnostics}
    return set()


def check_agreement(schema: Draft7Validator, data: Any, found: set[str], shape: set[str] = SHAPE) -> None:
    errors = [error.message for error in schema.iter_errors(data)]
    assert not errors or found, f"the schema refuses what the reader takes: {errors[0][:300]}"
    seen = found & shape
    assert errors or not seen, f"the reader refuses as {sorted(seen)} what the schema takes"


@given(spoilt(workflow_files))
@settings(max_examples=scaled(2))
def test_of_workflows_both_refuse_or_both_take(data: Any):
    check_agreement(WORKFLOW, data, faults_of(lambda text: load_source(text, "f"), data))


EXTENDING = st.sampled_from(
    [
        {
            "workflow": "mine", "extends": "after-interview", "version": 2, "title": "Mine",
            "roles": {"friend": "Somebody"}, "facts": {"size": {"type": "choice", "options": ["s", "l"]}},
            "limits": {"follow_up": {"at_most": 1}}, "events": {"contacted": None, "heard": {"counts": "follow_up"}},
            "tasks": {"debrief": {"due": "2 days", "remind": {"every": "2 days"}}, "thank_referrer": {"lapses": None}},
            "states": {
                "interviewed": {"tasks": {"thank_you": {"each": ["referrer"]}}, "events": {"reply": {"title": "Oh"}}},
                "closed": {"title": None},
                "thanked": {"transitions": [{"to": "awaiting", "after": "1 day"}]},
            },
            "renames": {"states": {"old": "thanked"}},
        },
    ]
)  # fmt: skip


@given(spoilt(EXTENDING))
@settings(max_examples=scaled(2))
def test_of_what_extends_another_the_schema_refuses_only_what_the_reader_does(data: Any):
    """What is missing here may stand there: of shape only the plainest is sure."""
    found = faults_of(lambda text: load_source(text, "f"), data)
    sure = {"JF020", "JF023", "JF024"} if isinstance(data, dict) and "extends" in data else SHAPE
    check_agreement(WORKFLOW, data, found, sure)


SETTINGS = st.sampled_from(
    [
        {
            "timezone": "Europe/Berlin", "workday": "09:00-18:00", "quiet_hours": "21:00-08:00",
            "calendar": {
                "country": "DE", "subdivision": "BY", "weekend": ["sat", "Sun"], "days_off": ["2026-12-24"],
                "working_days": [], "also": ["moons"],
            },
            "workflow": "mine",
            "channels": {"console": {}, "mail": {"password": "env:MAIL", "hosts": [{"key": "cmd:pass show mail"}]}},
        },
        {"quiet_hours": None, "calendar": {"country": None, "subdivision": None}},
        {},
    ]
)  # fmt: skip


@given(spoilt(SETTINGS))
@settings(max_examples=scaled(2))
def test_of_settings_both_refuse_or_both_take(data: Any):
    found = faults_of(lambda text: check_config(text, "config.yaml"), data)
    # That a working day begins before it ends is a sum, and so is that days exist.
    sums = {"JF302"} if isinstance(data, dict) and data.get("workday") in ("21:00-08:00",) else set()
    check_agreement(CONFIG, data, found, SHAPE - sums)


OPTIONS: dict[str, Any] = {
    "to": "ada@example.org", "host": "mail.example.org", "port": 587, "user": "ada", "password": "env:MAIL",
    "url": "https://x", "command": ["say"], "file": "agenda.ics", "secret": "cmd:pass", "security": "tls",
}  # fmt: skip


@given(st.sampled_from(sorted(CHANNELS)).flatmap(lambda name: spoilt(st.just({"channels": {name: OPTIONS}}))))
@settings(max_examples=scaled(2))
def test_of_the_options_of_channels_both_refuse_or_both_take(data: Any):
    found = faults_of(lambda text: check_config(text, "config.yaml", KIT.options), data)
    check_agreement(WITH_CHANNELS, data, found)


@pytest.mark.parametrize("name", CHANNELS)
def test_of_each_option_of_a_channel_they_agree(name: str):
    sound: dict[str, Any] = {
        "text": "x", "integer": 1, "number": 1.5, "boolean": True, "secret": "env:X", "list": ["x"], "choice": None,
    }  # fmt: skip
    whole = {option.name: option.choices[0] if option.choices else sound[option.type] for option in CHANNELS[name]}
    values: list[Any] = [None, 5, 1.5, "x", True, ["x"], [5], {}]
    cases = [whole, {}, *({**whole, option.name: value} for option in CHANNELS[name] for value in values)]
    for case in cases:
        data = {"channels": {name: case}}
        found = faults_of(lambda text: check_config(text, "config.yaml", KIT.options), data)
        check_agreement(WITH_CHANNELS, data, found)


WITH_SCENARIOS: Workflow = load_source("workflow: mine\nextends: after-interview\nversion: 1\n", "mine").workflow


def read_scenarios_of(text: str) -> None:
    faults = Faults("mine.scenarios.yaml")
    read_beside(text.encode(), WITH_SCENARIOS, faults)
    faults.raise_if_any()


def as_read(path: Path) -> Any:
    """A file's data as the reader and an editor see it: dates are texts."""
    root = read(path.read_bytes(), Faults(path.name))
    assert root is not None
    return plain(root)


SCENARIO_FILE = as_read(SHIPPED / "after-interview.scenarios.yaml")


@given(spoilt(st.sampled_from([{"scenarios": [item]} for item in SCENARIO_FILE["scenarios"]])))
@settings(max_examples=scaled(2))
def test_of_scenarios_both_refuse_or_both_take(data: Any):
    check_agreement(SCENARIOS, data, faults_of(read_scenarios_of, data))


@pytest.mark.parametrize("schema", [WORKFLOW, SCENARIOS, CONFIG])
def test_each_is_a_schema_of_draft_7(schema: Draft7Validator):
    Draft7Validator.check_schema(schema.schema)
    assert json.loads(json.dumps(schema.schema)) == schema.schema


@pytest.mark.parametrize("name", sorted(path.name for path in SHIPPED.glob("*.yaml")))
def test_what_ships_is_taken(name: str):
    schema = SCENARIOS if name.endswith(".scenarios.yaml") else WORKFLOW
    assert [error.message for error in schema.iter_errors(as_read(SHIPPED / name))] == []


def test_the_words_are_those_that_scenarios_know():
    assert schema_scenarios.VERBS == VERBS
    assert schema_scenarios.STATUSES == STATUSES


PAGES = {
    **{keys_.what: WORKFLOW_FILE for keys_ in vars(keys).values() if isinstance(keys_, Keys)},
    config_module.CONFIG.what: CONFIG_PAGE,
    config_module.CALENDAR.what: CONFIG_PAGE,
}


@pytest.mark.parametrize("what", PAGES)
def test_descriptions_are_the_words_of_the_reference(what: str):
    page = PAGES[what]
    rows = re.findall(
        r"^\| `(\w+)` \| (.*?) \|", section(page, what if page is CONFIG_PAGE else what.capitalize()), re.M
    )
    told = {key: re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", words).replace("`", "").strip() for key, words in rows}
    assert WORDS[what] == told
