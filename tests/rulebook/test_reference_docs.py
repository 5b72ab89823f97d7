"""docs/reference/workflow-file.md and config.md list every key that the checks know, and their examples are sound."""

import re
from pathlib import Path

import pytest

from jobflow.core.compile_rules import CONDITION_KEYS
from jobflow.core.model import COUNT_OPS, FACT_OPS, FACT_TYPES, FIXED_ANCHORS
from jobflow.rulebook import config
from jobflow.rulebook import format as keys
from jobflow.rulebook.config import check_config
from jobflow.rulebook.format import Keys
from jobflow.rulebook.load import load_source

DOCS = Path(__file__).parents[2] / "docs/reference"
WORKFLOW_FILE = (DOCS / "workflow-file.md").read_text(encoding="utf-8")
CONFIG = (DOCS / "config.md").read_text(encoding="utf-8")
TABLES = {table.what: table for table in vars(keys).values() if isinstance(table, Keys)}


def section(page: str, title: str) -> str:
    found = re.search(rf"^#+ {title}$(.*?)(?=^#|\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, f"no section '{title}'"
    return found[1]


def rows(text: str) -> list[str]:
    return re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)


@pytest.mark.parametrize("what", TABLES)
def test_each_mapping_lists_its_keys_in_order_and_says_which_are_required(what: str) -> None:
    text = section(WORKFLOW_FILE, what.capitalize())
    assert rows(text) == list(TABLES[what].allowed)
    required = re.findall(r"^\| `(\w+)` \| required:", text, re.MULTILINE)
    assert required == list(TABLES[what].required)


def test_conditions_policies_and_anchors_are_listed() -> None:
    conditions = section(WORKFLOW_FILE, "Conditions")
    assert rows(conditions) == list(CONDITION_KEYS)
    policies = section(WORKFLOW_FILE, "Timing policies")
    anchors = section(WORKFLOW_FILE, "Anchors")
    for words, text in (
        (COUNT_OPS + FACT_OPS, conditions),
        (keys.POLICY_KEYS + keys.ROLLS, policies),
        (FIXED_ANCHORS, anchors),
        (FACT_TYPES, section(WORKFLOW_FILE, "A fact")),
    ):
        for word in words:
            assert re.search(rf"\b{word}\b", text), word


def test_config_keys_are_listed() -> None:
    assert rows(section(CONFIG, "config.yaml")) == list(config.CONFIG.allowed)
    assert rows(section(CONFIG, "calendar")) == list(config.CALENDAR.allowed)
    for day in config.WEEKDAYS:
        assert day in CONFIG
    for scheme in config.SECRET_SCHEMES:
        assert f"`{scheme}" in CONFIG


@pytest.mark.parametrize("example", re.findall(r"^```yaml\n(.*?)^```$", WORKFLOW_FILE, re.MULTILINE | re.DOTALL))
def test_workflow_examples_are_sound(example: str) -> None:
    assert load_source(example, "example").workflow.name == "mine"


def test_the_config_example_is_sound() -> None:
    example = re.findall(r"^```yaml\n(.*?)^```$", CONFIG, re.MULTILINE | re.DOTALL)[0]
    assert check_config(example, "example").timezone == "America/New_York"
