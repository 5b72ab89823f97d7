"""docs/reference/diagnostics.md: every code is there, its wrong example gives it, its right example gives nothing."""

import os
import re
from functools import cache
from pathlib import Path

import pytest

from jobflow.core.diagnostics import Diagnostic
from jobflow.core.errors import InvalidFile
from jobflow.rulebook.codes import CODES
from jobflow.rulebook.config import check_config
from jobflow.rulebook.load import load_source, load_workflow
from jobflow.workbench.checking import check_rules

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/diagnostics.md").read_text(encoding="utf-8")
SOURCES = [path for part in ("rulebook", "workbench") for path in (ROOT / f"src/jobflow/{part}").glob("*.py")]
HEAD = "workflow: mine\nextends: after-interview\n"
SECTION = re.compile(
    r"^## (JF\d{3}): (.+?)$.*?^Wrong:\n\n```(.+?)\n(.*?)^```$.*?^Right:\n\n```(.+?)\n(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
EXAMPLES = {
    code: (title, (wrong_kind, wrong), (right_kind, right))
    for code, title, wrong_kind, wrong, right_kind, right in SECTION.findall(PAGE)
}


@cache
def faults_of(kind: str, example: str) -> tuple[Diagnostic, ...]:
    """What the example is told."""
    try:
        if kind == "path":
            load_workflow(ROOT / example.strip())
        elif kind == "bytes":
            load_source((HEAD + example).encode().decode("unicode_escape").encode("latin-1"), "example")
        elif kind == "yaml config":
            check_config(example, "example")
        else:
            whole = example.startswith("---") or "extends:" in example
            times = int(kind.partition("repeat=")[2] or 1)
            loaded = load_source(example if whole else HEAD + example * times, "example")
            return tuple(found.diagnostic for found in check_rules(loaded.workflow, loaded.root, "example").findings)
    except InvalidFile as error:
        return error.diagnostics
    return ()


def codes_of(kind: str, example: str) -> set[str]:
    """The codes that the example gives."""
    return {fault.code for fault in faults_of(kind, example)}


def test_every_code_of_the_source_is_listed_and_documented() -> None:
    used = {
        code for path in SOURCES if path.name != "codes.py" for code in re.findall(r"\bJF\d{3}\b", path.read_text())
    }
    assert used == set(CODES)
    assert {code: title for code, (title, *_) in EXAMPLES.items()} == CODES


@pytest.mark.parametrize("code", CODES)
def test_the_wrong_example_gives_the_code_and_the_right_one_nothing(code: str) -> None:
    _, wrong, right = EXAMPLES[code]
    assert codes_of(*wrong) == {code}
    assert codes_of(*right) == set()


def test_what_each_wrong_example_is_told_word_by_word() -> None:
    """Changed on purpose? JOBFLOW_UPDATE_DOCS=1 writes it anew: read the difference."""
    kept = ROOT / "tests/rulebook/told.txt"
    told = "".join(
        f"{str(fault).replace(str(ROOT), '').replace(chr(0), '')}\n"
        for code in CODES
        for fault in faults_of(*EXAMPLES[code][1])
    )
    if os.environ.get("JOBFLOW_UPDATE_DOCS"):
        kept.write_text(told, encoding="utf-8")
    assert told == kept.read_text(encoding="utf-8")
