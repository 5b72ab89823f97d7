"""The benchmarks run; what they measure is read by people, since a loaded machine's figures prove nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).resolve().parent.parent / "benchmarks" / "run.py"


@pytest.mark.slow
def test_every_benchmark_runs_and_gives_a_ratio() -> None:
    done = subprocess.run([sys.executable, RUN, "--quick", "--json"], check=True, capture_output=True, text=True)
    figures = json.loads(done.stdout)
    assert len(figures) == 17
    assert all(figure["ratio"] > 0 and figure["target"] > 0 and figure["detail"] for figure in figures)
