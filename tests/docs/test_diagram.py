"""The picture in the how-to is what the command prints."""

from __future__ import annotations

import os
import re
from zoneinfo import ZoneInfo

from jobflow.render.diagram import mermaid
from jobflow.rulebook.load import load_workflow
from jobflow.workbench.drawing import drawn

from .pages import DOCS

PAGE = DOCS / "how-to" / "draw-a-workflow.md"
BLOCK = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)


def test_the_picture_of_the_default_workflow_is_the_real_one():
    text = PAGE.read_text(encoding="utf-8")
    real = mermaid(drawn(load_workflow("after-interview").workflow), ZoneInfo("UTC"))
    if os.environ.get("JOBFLOW_UPDATE_DOCS"):
        PAGE.write_text(BLOCK.sub(lambda _: f"```mermaid\n{real}```", text), encoding="utf-8")
        return
    (shown,) = BLOCK.findall(text)
    assert shown == real, "JOBFLOW_UPDATE_DOCS=1 pytest tests/docs writes it anew"
