"""JSON Schemas (draft-07) of the files that people write, for editors that complete and check as one types.

A schema knows the shape of a file and not what its names stand for: whatever it refuses the reader refuses, too; of
what the reader refuses, it refuses the faults of shape. http://json-schema.org/draft-07/json-schema-validation.html
"""

from __future__ import annotations

from collections.abc import Mapping

from jobflow.core.compile_rules import CONDITION_KEYS
from jobflow.core.model import AGGREGATES, COUNT_OPS, FACT_OPS, FACT_TYPES, SUBJECTS
from jobflow.rulebook import format as keys
from jobflow.rulebook.check_timing import LOOKS_LIKE_SIZE
from jobflow.rulebook.format import CHOICES, FORMAT, POLICIES, ROLLS
from jobflow.rulebook.registry import Registry
from jobflow.rulebook.schema_blocks import (
    ANYTHING,
    BOOLEAN,
    DRAFT,
    NAME,
    TEXT,
    Schema,
    exactly_one,
    keyed,
    list_of,
    named,
    ref,
    size_schema,
    suggested,
    whole,
)
from jobflow.rulebook.schema_scenarios import scenario_definitions


def _anchor() -> Schema:
    choice = {
        "type": "object",
        "properties": {how: list_of(ref("anchor")) for how in CHOICES},
        "additionalProperties": False,
        **exactly_one(CHOICES),
    }
    return {"anyOf": [TEXT, choice]}


def _policy(default: Schema) -> Schema:
    values: Mapping[str, Schema] = {
        "after": ref("size"),
        "before": ref("size"),
        "since": ref("anchor"),
        "of": ref("anchor"),
        "at": ref("anchor"),
        "roll": {"enum": list(ROLLS)},
        "when": ref("condition"),
        **{how: list_of(ref("policy")) for how in CHOICES},
    }
    kinds = [
        {
            "type": "object",
            "properties": {key: values[key] for key in goes_with},
            "required": [kind, *(["of"] if kind == "before" else [])],
            "additionalProperties": False,
        }
        for kind, goes_with in POLICIES.items()
    ]
    return {"anyOf": [default, *kinds]}


def _condition(registry: Registry) -> Schema:
    comparison = {"type": "object", "minProperties": 1, "additionalProperties": False}
    counts = {**comparison, "properties": {op: whole(0, 1000) for op in COUNT_OPS}}
    facts = {**comparison, "properties": {op: list_of(ANYTHING) if op == "in" else ANYTHING for op in FACT_OPS}}
    one_with_arguments = {
        "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": {"type": "object"},
    }  # fmt: skip
    values: Mapping[str, Schema] = {
        "count": {"type": "object", "minProperties": 1, "additionalProperties": counts},
        "fact": {"type": "object", "minProperties": 1, "additionalProperties": facts},
        "condition": {"anyOf": [suggested(registry.conditions), one_with_arguments]},
        "all": list_of(ref("condition")),
        "any": list_of(ref("condition")),
        "not": ref("condition"),
    }
    return {
        "type": "object",
        "properties": {key: values.get(key, TEXT) for key in CONDITION_KEYS},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }


def _way(registry: Registry) -> Mapping[str, Schema]:
    return {"to": TEXT, "when": ref("condition"), "outcome": TEXT, "message": suggested(registry.templates)}


def _transition(registry: Registry) -> Schema:
    values = {
        **_way(registry),
        "event": NAME,
        "after": ref("size"),
        "before": ref("size"),
        "since": ref("anchor"),
        "of": ref("anchor"),
        "at": _policy({"anyOf": [ref("size"), {**TEXT, "not": {"pattern": f"^({LOOKS_LIKE_SIZE.pattern})"}}]}),
        "roll": {"enum": list(ROLLS)},
    }
    found = keyed(keys.TRANSITION, values)
    triggers = ("event", "after", "before", "at")
    none_of_them = {"required": ["when"], "not": {"anyOf": [{"required": [key]} for key in triggers]}}
    found["oneOf"] = [*({"required": [key]} for key in triggers), none_of_them]
    timed = {"anyOf": [{"required": ["after"]}, {"required": ["before"]}]}
    found["dependencies"] = {"since": ["after"], "of": ["before"], "before": ["of"], "roll": timed}
    return found


def _event(registry: Registry, *, partly: bool) -> Schema:
    values = {
        **_way(registry),
        "title": TEXT,
        "counts": TEXT,
        "starts": {"enum": ["round"]},
        "drop_past": list_of(TEXT, unique=True),
        "drop": list_of(TEXT, unique=True),
    }
    found = keyed(keys.EVENT, values, partly=partly)
    return found if partly else {**found, "dependencies": {"outcome": ["to"]}}


def _task(registry: Registry, *, spans: bool, partly: bool) -> Schema:
    policy = ref("policy")
    remind: Mapping[str, Schema] = {"every": ref("size"), "at_most": whole(0, 100)}
    values = {
        "kind": suggested(registry.kinds),
        "title": TEXT,
        "during": {"anyOf": [TEXT, list_of(TEXT, unique=True)]} if spans else ANYTHING,
        "once": {"enum": ["round", "application"]} if spans else ANYTHING,
        "each": list_of(TEXT, unique=True),
        "otherwise": TEXT,
        "when": ref("condition"),
        "opens": policy,
        "due": policy,
        "lapses": policy,
        "counts": TEXT,
        "remind": keyed(keys.REMIND, remind, partly=partly),
        "template": suggested(registry.templates),
    }
    found = keyed(keys.TASK, values, partly=partly)
    if partly:
        return found
    found["dependencies"] = {"otherwise": ["each"]}
    if spans:
        found["required"] = [*found["required"], "during"]
    else:
        for key in ("during", "once"):
            del found["properties"][key]
    return found


def _state(registry: Registry, *, partly: bool) -> Schema:
    tasks = named(_task(registry, spans=False, partly=partly), "tasks", partly=partly)
    step = {
        "type": "object",
        "required": ["step"],
        "properties": {"step": suggested(registry.steps)},
    }
    values = {
        "title": TEXT,
        "final": BOOLEAN,
        "before": {"enum": ["round"]},
        "tasks": tasks,
        "transitions": list_of(_transition(registry), least=0),
        "events": named(_event(registry, partly=True) if partly else ref("event"), "events", partly=partly),
        "steps": list_of(step, least=0),
    }
    found = keyed(keys.STATE, values, partly=partly)
    ends = {"properties": {"final": {"const": True}}, "required": ["final"]}
    leads_on = {"anyOf": [{"required": ["tasks"]}, {"required": ["transitions"]}]}
    return found if partly else {**found, "not": {"allOf": [ends, leads_on]}}


def _fact(*, partly: bool) -> Schema:
    values = {
        "type": {"enum": list(FACT_TYPES)},
        "ask": TEXT,
        "options": list_of(TEXT, unique=True),
        "by": {"enum": ["round"]},
        "from": {"enum": list(AGGREGATES)},
    }
    found = keyed(keys.FACT, values, partly=partly)
    if partly:
        return found
    found["allOf"] = [
        {
            "if": {"properties": {"from": {"const": source}}, "required": ["from"]},
            "then": {"properties": {"type": {"const": type_}}},
        }
        for source, type_ in AGGREGATES.items()
    ]
    choice = {"properties": {"type": {"const": "choice"}}}
    return {**found, "if": {**choice, "required": ["type"]}, "then": {"required": ["options"]},
            "dependencies": {"options": choice}}  # fmt: skip


def _limit(*, partly: bool) -> Schema:
    values = {"at_most": whole(0, 1000), "apart": ref("size"), "reset": list_of(TEXT, unique=True)}
    found = keyed(keys.LIMIT, values, partly=partly)
    return found if partly else {**found, "anyOf": [{"required": ["at_most"]}, {"required": ["apart"]}]}


def _renames(*, partly: bool) -> Schema:
    values = {kind: named(TEXT, kind, partly=partly) for kind in keys.RENAMES.allowed}
    return keyed(keys.RENAMES, values, partly=partly)


def _workflow(registry: Registry, *, partly: bool) -> Schema:
    """A whole workflow or, `partly`, one that extends another."""
    values = {
        "format": {"const": FORMAT},
        "workflow": NAME,
        "version": whole(1, 10**9),
        "title": TEXT,
        "subject": {"enum": list(SUBJECTS)},
        "initial": TEXT,
        "extends": TEXT,
        "roles": named(TEXT, "roles", partly=partly),
        "facts": named(_fact(partly=partly), "facts", partly=partly),
        "limits": named(_limit(partly=partly), "limits", partly=partly),
        "events": named(_event(registry, partly=partly), "events", partly=partly),
        "tasks": named(_task(registry, spans=True, partly=partly), "tasks", partly=partly),
        "states": {
            **named(_state(registry, partly=partly), "states", partly=partly),
            **({} if partly else {"minProperties": 1}),
        },
        "renames": _renames(partly=partly),
        "scenarios": list_of(ref("scenario")),
    }
    found = keyed(keys.WORKFLOW, values, partly=partly, top=True)
    if partly:
        return {**found, "required": ["workflow", "extends"]}
    about_search = {"properties": {"subject": {"const": "search"}}, "required": ["subject"]}
    nothing_counted = {"properties": {"facts": {"additionalProperties": {"not": {"required": ["from"]}}}}}
    return {**found, "anyOf": [about_search, nothing_counted]}


def workflow_schema(registry: Registry | None = None) -> Schema:
    """Of NAME.yaml. `registry` names what an editor offers; other names are not refused."""
    registry = registry or Registry()
    definitions = {
        "size": size_schema(),
        "anchor": _anchor(),
        "policy": _policy(ref("size")),
        "condition": _condition(registry),
        "event": _event(registry, partly=False),
        **scenario_definitions(),
    }
    return {
        "$schema": DRAFT,
        "title": "A jobflow workflow",
        "type": "object",
        "if": {"required": ["extends"]},
        "then": _workflow(registry, partly=True),
        "else": _workflow(registry, partly=False),
        "definitions": definitions,
    }
