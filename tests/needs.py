"""Programs that a test talks to for real. Where one is missing a test is skipped; in CI that is a failure."""

from __future__ import annotations

import os
import shutil

import pytest


def need(*programs: str) -> None:
    """Skip the test, or fail it where `CI` is set, unless all of these programs can be run."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        reason = f"needs {', '.join(missing)}; .ci/run installs what it takes"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
