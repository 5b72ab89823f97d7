"""The JSON Schema of scenarios, in a workflow file or in one of their own."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import available_timezones

from jobflow.rulebook import format as keys
from jobflow.rulebook.schema_blocks import ANYTHING, DRAFT, TEXT, Schema, keyed, list_of, ref, whole

VERBS = ("add", "log", "done", "skip", "set", "contact", "snooze", "wait")
KINDS = ("opened", "due", "overdue", "lapsed", "moved")
"""The kinds of message that a scenario may expect."""
STATUSES = ("none", "waiting", "open", "overdue", "done", "skipped", "lapsed", "cancelled", "withheld")


def scenario_definitions() -> Schema:
    """A scenario and its steps."""
    table = {"type": "object"}
    contacts = list_of({"allOf": [TEXT, {"pattern": "^[^=]*=.*\\S"}], "examples": ["interviewer=Ada"]})
    kinds = "|".join(KINDS)
    texts = list_of({**TEXT, "pattern": f"^(({kinds}) .*|[^ ]*)$"}, least=0)
    expectation: Mapping[str, Schema] = {
        "state": TEXT,
        "outcome": TEXT,
        "round": whole(0, 1000),
        "tasks": {**table, "additionalProperties": {"enum": list(STATUSES)}},
        "facts": table,
        "counts": {**table, "additionalProperties": whole(0, 1000)},
        "messages": texts,
        "no_messages": texts,
    }
    step: Mapping[str, Schema] = {
        "at": TEXT,
        "add": {"anyOf": [TEXT, {"type": "null"}]},
        "log": TEXT,
        "done": TEXT,
        "skip": TEXT,
        "set": table,
        "contact": contacts,
        "snooze": TEXT,
        "wait": ANYTHING,
        "facts": table,
        "contacts": contacts,
        "until": TEXT,
        "said": TEXT,
        "expect": keyed(keys.EXPECTATION, expectation),
    }
    scenario: Mapping[str, Schema] = {
        "name": TEXT,
        "at": TEXT,
        "timezone": {"enum": sorted(available_timezones())},
        "days_off": list_of(TEXT),
        "state": TEXT,
        "facts": table,
        "contacts": contacts,
        "steps": list_of(ref("step")),
    }
    said = [{"required": [verb]} for verb in VERBS]
    only_expected = {"required": ["expect"], "not": {"anyOf": said}}
    goes_with = {"facts": ("add", "log", "done"), "contacts": ("add", "log"), "until": ("snooze",)}
    dependencies: Schema = {
        key: {"anyOf": [{"required": [verb]} for verb in verbs]} for key, verbs in goes_with.items()
    }
    dependencies["snooze"] = ["until"]
    return {
        "step": {**keyed(keys.STEP, step), "oneOf": [*said, only_expected], "dependencies": dependencies},
        "scenario": keyed(keys.SCENARIO, scenario),
    }


def scenarios_schema() -> Schema:
    """Of NAME.scenarios.yaml."""
    return {
        "$schema": DRAFT,
        "title": "Scenarios of a jobflow workflow",
        "type": "object",
        "properties": {"scenarios": list_of(ref("scenario"))},
        "required": ["scenarios"],
        "additionalProperties": False,
        "definitions": scenario_definitions(),
    }
