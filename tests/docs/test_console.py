"""Every `console` block of README and docs is typed in and answers what stands there.

`JOBFLOW_UPDATE_DOCS=1 pytest tests/docs` writes the real answers into the pages.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.docs.console import matches, play, renewed, typed
from tests.docs.pages import PAGES, blocks, name_of

UPDATE = bool(os.environ.get("JOBFLOW_UPDATE_DOCS"))
WITH_CONSOLE = [page for page in PAGES if blocks(page.read_text(encoding="utf-8"), "console")]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize("page", WITH_CONSOLE, ids=name_of)
def test_what_is_shown_is_what_comes(page: Path, tmp_path):
    text = page.read_text(encoding="utf-8")
    if "--format svg" in text and shutil.which("dot") is None and not os.environ.get("CI"):
        pytest.skip("Graphviz is not installed")
    new, faults = play(text, tmp_path)
    if UPDATE and new != text:
        page.write_text(new, encoding="utf-8")
        pytest.skip(f"{name_of(page)} was written anew: read the difference")
    assert not faults, "\n\n".join([name_of(page), *faults, "JOBFLOW_UPDATE_DOCS=1 pytest tests/docs writes them anew"])


def test_pages_that_newcomers_read_have_something_to_type():
    named = {name_of(page) for page in WITH_CONSOLE}
    assert {"README.md", "docs/tutorial.md", "docs/how-to/cron.md", "docs/how-to/spreadsheets.md"} <= named
    assert {"docs/how-to/your-own-timing.md", "docs/how-to/embed.md", "docs/reference/commands.md"} <= named


def test_ellipses_stand_for_lines_and_for_text():
    assert matches(["a", "…", "c…e"], ["a", "b", "b", "cde"])
    assert matches(["a", "…"], ["a"])
    assert not matches(["a", "…", "d"], ["a", "b"])
    assert not matches(["a.c"], ["abc"])
    assert not matches(["a"], ["a", "b"])


def test_what_is_written_anew_keeps_what_was_left_out():
    assert renewed(["old", "…", "end"], ["1", "2", "3"]) == ["1", "…", "3"]
    assert renewed(["old"], ["id 12345678-1234-1234-8234-123456789abc."]) == ["id …."]


def test_commands_may_go_on_over_lines():
    (one,) = typed(["$ jobflow add \\", "> Acme", "Done."])
    assert (one.command, one.expected) == ("jobflow add Acme", ["Done."])


@pytest.mark.parametrize("shown", ["Nothing here.", "…\nWarning"])
def test_an_answer_that_is_not_the_one_shown_is_a_fault(shown: str, tmp_path):
    _, faults = play(f"```console\n$ jobflow next\n{shown}\n```\n", tmp_path)
    assert len(faults) == 1
    assert "Nothing recorded yet" in faults[0]


def test_a_failure_that_the_page_does_not_speak_of_is_a_fault(tmp_path):
    _, faults = play("```console\n$ jobflow show acme\n…\n```\n", tmp_path)
    assert len(faults) == 1
    assert "ends with 1" in faults[0]
