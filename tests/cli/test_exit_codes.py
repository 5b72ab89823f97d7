"""What the process ends with, and what becomes of bugs, interruptions and readers that go away."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import jobflow.__main__ as entry

SOURCE = Path(entry.__file__).parent.parent


def test_fine_refused_and_misuse(shell, acme):
    assert shell("list").code == 0
    shell("tick")
    shell("log", "acme", "nonsense", code=1)
    shell("list", "--nonsense", code=2)
    shell("nonsense", code=2)


def test_a_check_that_finds_faults(shell, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("format: 1\n")
    shell("workflow", "check", str(bad), code=4)
    bad.write_text("")
    assert "JF004" in shell("workflow", "check", str(bad), code=4).out


@pytest.fixture
def bug(monkeypatch):
    def break_(error: BaseException) -> None:
        def run(_arguments):
            raise error

        monkeypatch.setattr("jobflow.cli.app.run", run)
        monkeypatch.setattr(sys, "argv", ["jobflow", "add", "a secret company"])

    return break_


def test_a_bug_leaves_its_traceback_in_a_private_file(bug, home, capsys):
    bug(ZeroDivisionError("of all things"))
    assert entry.main() == 3
    said = capsys.readouterr().err
    (crash,) = (home / "crashes").iterdir()
    assert str(crash) in said
    assert "Traceback" not in said
    assert stat.S_IMODE(crash.stat().st_mode) == 0o600
    text = crash.read_text()
    assert "ZeroDivisionError: of all things" in text
    assert "command: add" in text
    assert "secret" not in text.splitlines()[0]


def test_a_bug_where_nothing_can_be_written_is_kept_elsewhere(bug, home, capsys, tmp_path, monkeypatch):
    home.write_text("in the way")
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    bug(RuntimeError("x"))
    assert entry.main() == 3
    assert str(tmp_path / "crash-") in capsys.readouterr().err
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(home))
    assert entry.main() == 3
    assert "none could be written" in capsys.readouterr().err


def test_a_crash_is_kept_in_the_home_that_was_named(bug, home, tmp_path, monkeypatch, capsys):
    bug(RuntimeError("x"))
    for number, words in enumerate((["--home", str(tmp_path / "0")], [f"--home={tmp_path / '1'}"])):
        monkeypatch.setattr(sys, "argv", ["jobflow", *words, "list"])
        assert entry.main() == 3
        assert list((tmp_path / str(number) / "crashes").iterdir())


def test_interrupted(bug):
    bug(KeyboardInterrupt())
    assert entry.main() == 130


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_interrupted_for_real(home):
    # A job in the background ignores SIGINT, and whatever it starts does so too: tests may be run there.
    code = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
import jobflow.__main__, jobflow.cli.app
jobflow.cli.app.run = lambda words: (print("ready", flush=True), time.sleep(30))
sys.exit(jobflow.__main__.main())
"""
    env = {**os.environ, "PYTHONPATH": str(SOURCE)}
    with subprocess.Popen([sys.executable, "-c", code, "list"], env=env, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130


def test_a_reader_that_goes_away_is_no_fault(shell, acme):
    env = {**os.environ, "PYTHONPATH": str(SOURCE)}
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "jobflow", "list"], env=env, stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
