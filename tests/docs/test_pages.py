"""Links lead somewhere, examples run, and the pages keep to the project's own words."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, PAGES, ROOT, Block, blocks, headings, name_of, parts

UPDATE = bool(os.environ.get("JOBFLOW_UPDATE_DOCS"))
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = sorted((DOCS / "examples").glob("*.py"))


def anchors(page: Path) -> set[str]:
    """The names that a page's headings can be linked by."""
    found = headings(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", words.lower()).strip().replace(" ", "-") for _, _, words in found}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path):
    for link in _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), link


def test_the_index_leads_to_every_page():
    text = (DOCS / "index.md").read_text(encoding="utf-8")
    reached = {(DOCS / link.partition("#")[0]).resolve() for link in _LINK.findall(text)}
    assert {page for page in PAGES if page.is_relative_to(DOCS)} - {DOCS / "index.md"} <= reached


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_python_in_the_pages_runs(page: Path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "example"}
    for block in blocks(page.read_text(encoding="utf-8"), "python"):
        if block.directive is None:
            exec(compile("\n".join(block.lines), f"{name_of(page)}:{block.first}", "exec", dont_inherit=True), names)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_included_files_are_shown_as_they_are(page: Path):
    text = page.read_text(encoding="utf-8")
    lines = text.splitlines()
    for part in reversed(list(parts(text))):
        if not isinstance(part, Block) or part.directive is None or part.directive[0] != "include":
            continue
        real = (page.parent / part.directive[1]).read_text(encoding="utf-8").splitlines()
        if UPDATE:
            lines[part.first : part.first + len(part.lines)] = real
            page.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        else:
            assert list(part.lines) == real, part.directive[1]


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_examples_run_by_themselves(example: Path, tmp_path):
    command = [sys.executable, "-W", "error", str(example)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_every_example_is_shown_on_a_page():
    shown = {
        (page.parent / part.directive[1]).resolve()
        for page in PAGES
        for part in blocks(page.read_text(encoding="utf-8"), "python")
        if part.directive and part.directive[0] == "include"
    }
    assert shown == set(EXAMPLES)
