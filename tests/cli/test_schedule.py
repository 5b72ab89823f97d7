"""schedule install, remove, status, as people type them; the programs of cron and systemd are stand-ins."""

from __future__ import annotations

import io
import os
import shutil
import stat
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests import standins

Cli = Callable[..., Any]
INSTALL = ("schedule", "install", "--yes")
OTHERS = b"# mine\n0 5 * * * echo \\% \xe4\n"


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = standins.write(tmp_path / "bin", crontab=standins.CRONTAB, systemctl=standins.SYSTEMCTL)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(tmp_path / "you"))
    return folder


@pytest.fixture
def table(programs: Path) -> Path:
    """The user's crontab."""
    return programs / "table"


def test_installing_writes_the_script_and_a_line(cli: Cli, home, table):
    said = cli(*INSTALL).out
    assert f"The file {home}/tick.sh\n  #!/bin/sh\n" in said
    assert f"\n  */15 * * * * /bin/sh {home}/tick.sh\n" in said
    assert f"goes to {home}/tick.log" in said
    assert f"\n*/15 * * * * /bin/sh {home}/tick.sh\n" in table.read_text()
    assert (home / "tick.sh").read_text().splitlines()[2] == "# Every 15 minutes."
    assert stat.S_IMODE((home / "tick.sh").stat().st_mode) == 0o700
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_what_is_shown_is_what_is_written(cli: Cli, home, table):
    shown = cli(*INSTALL, "--json").json
    assert {file["path"]: file["content"] for file in shown["files"]} == {
        str(home / "tick.sh"): (home / "tick.sh").read_text()
    }
    assert shown["crontab"] == table.read_text()
    assert (shown["scheduler"], shown["every"], shown["home"], shown["commands"]) == ("crontab", 15, str(home), [])


def test_a_dry_run_writes_nothing(cli: Cli, home, table):
    shown = cli("schedule", "install", "--dry-run", "--json").json
    assert shown["dry_run"] is True
    assert not table.exists()
    assert not home.exists()


def test_installing_twice_leaves_one(cli: Cli, home, table):
    cli(*INSTALL)
    cli(*INSTALL, "--every", "5")
    assert table.read_text().count("tick.sh") == 1
    assert "*/5 *" in table.read_text()
    assert cli("schedule", "status", "--json").json["every"] == 5


@pytest.mark.parametrize("former", [None, OTHERS, OTHERS.rstrip(b"\n"), b"A=1\r\n\r\n", b"\n\n"])
def test_removing_leaves_no_trace(former: bytes | None, cli: Cli, home, table):
    if former is not None:
        table.write_bytes(former)
    cli(*INSTALL)
    cli("schedule", "remove")
    assert not home.exists()
    if former is None:
        assert not table.exists()
    else:
        assert table.read_bytes() == former + (b"" if former.endswith(b"\n") else b"\n")


def test_removing_what_is_not_there_changes_nothing(cli: Cli, home, table):
    table.write_bytes(OTHERS)
    home.mkdir()
    assert "Nothing is installed" in cli("schedule", "remove").out
    assert cli("schedule", "remove", "--json").json == {"removed": False, "scheduler": None, "home": str(home)}
    assert table.read_bytes() == OTHERS
    assert home.exists()


def test_the_log_stays(cli: Cli, home):
    cli(*INSTALL)
    (home / "tick.log").write_text("2026-03-10 09:00\nDue today\n")
    assert f"stays in {home}/tick.log" in cli("schedule", "remove").out
    assert [path.name for path in home.iterdir()] == ["tick.log"]


def test_two_homes_do_not_meet(cli: Cli, home, table, tmp_path):
    two = str(tmp_path / "home2")  # begins like the other one
    cli(*INSTALL)
    cli(*INSTALL, "--home", two)
    cli("schedule", "remove")
    assert cli("schedule", "status", "--json").json["scheduler"] is None
    assert cli("schedule", "status", "--json", "--home", two).json["scheduler"] == "crontab"
    assert f"/bin/sh {two}/tick.sh" in table.read_text()


# -- asking ------------------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("\n", 0), ("n\n", 130), ("", 130)])
def test_it_asks_before_it_writes(answer: str, code: int, cli: Cli, table, monkeypatch):
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    assert "Write this?" in cli("schedule", "install", code=code).out
    assert table.exists() is (code == 0)


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_where_nobody_can_be_asked_it_refuses(more: tuple[str, ...], cli: Cli, table, home, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert "Hint: add --yes" in cli("schedule", "install", *more, code=1).err
    assert not table.exists()
    assert not home.exists()


# -- what is refused, and leaves all as it was -------------------------------------------------------------------------


def test_a_crontab_that_may_not_be_read_is_not_written_over(cli: Cli, programs, table, home):
    table.write_bytes(OTHERS)
    (programs / "refuses").touch()
    assert "You (you) are not allowed to use this program" in cli(*INSTALL, code=1).err
    assert table.read_bytes() == OTHERS
    assert not (home / "tick.sh").exists()


def test_a_crontab_that_does_not_come_back_is_refused(cli: Cli, programs, table, home, monkeypatch):
    monkeypatch.setattr("jobflow.adapters.schedule.programs.DEADLINE", 0.3)
    (programs / "hangs").touch()
    assert "`crontab -l` did not come to an end" in cli(*INSTALL, code=1).err
    assert not (home / "tick.sh").exists()


def test_a_crontab_that_is_not_taken_leaves_no_script(cli: Cli, programs, table, home):
    (programs / "full").touch()
    assert "No space left on device" in cli(*INSTALL, code=1).err
    assert not (home / "tick.sh").exists()


def test_a_crontab_that_is_not_taken_keeps_the_former_script(cli: Cli, programs, table, home):
    cli(*INSTALL)
    before = (home / "tick.sh").read_bytes()
    (programs / "full").touch()
    cli(*INSTALL, "--every", "5", code=1)
    assert (home / "tick.sh").read_bytes() == before


def test_without_any_scheduler_it_says_what_to_run(cli: Cli, programs, monkeypatch):
    monkeypatch.setenv("PATH", str(programs.parent))
    said = cli(*INSTALL, code=1).err
    assert "there is no program `crontab`" in said
    assert "-m jobflow --home" in said
    assert "there is no program `crontab`" in cli(*INSTALL, "--with", "crontab", code=1).err


def test_a_folder_with_a_line_break_is_refused(cli: Cli, tmp_path, table):
    assert "no scheduler" in cli(*INSTALL, "--home", str(tmp_path / "a\n* * * * * rm"), code=1).err
    assert not table.exists()


def test_a_file_in_the_place_of_the_home_is_refused(cli: Cli, home, table):
    home.write_text("")
    assert "the system refused" in cli(*INSTALL, code=1).err
    assert not table.exists()


@pytest.mark.parametrize("every", ["0", "7", "61", "-1", "x"])
def test_how_often_must_divide_an_hour(every: str, cli: Cli, table):
    cli(*INSTALL, "--every", every, code=2 if every == "x" else 1)
    assert not table.exists()


def test_a_torn_pair_of_marks_is_refused(cli: Cli, home, table):
    cli(*INSTALL)
    torn = table.read_bytes().replace(f"# jobflow end {home}\n".encode(), OTHERS)
    table.write_bytes(torn)
    for words in (INSTALL, ("schedule", "remove"), ("schedule", "status")):
        assert "crontab -e" in cli(*words, code=1).err
    assert table.read_bytes() == torn


# -- status ------------------------------------------------------------------------------------------------------------


def test_status_where_nothing_is_installed(cli: Cli, home):
    said = cli("schedule", "status").out
    assert said == f"Not installed for {home}.\nMend: jobflow schedule install\n"


def test_status_of_a_fresh_one(cli: Cli, home, acme):
    cli(*INSTALL)
    assert "No tick had anything to look at yet" in cli("schedule", "status").out
    cli("tick")
    found = cli("schedule", "status", "--json").json
    assert found == {
        "scheduler": "crontab",
        "home": str(home),
        "every": 15,
        "python": sys.executable,
        "last_tick": "2026-03-10T18:00:00+00:00",
        "late": False,
        "log": str(home / "tick.log"),
        "mend": None,
    }
    assert "Last tick: just now" in cli("schedule", "status").out


@pytest.mark.parametrize(("minutes", "code"), [(89, 0), (91, 4)])
def test_a_tick_is_late_after_an_hour_and_two_turns(minutes: int, code: int, cli: Cli, home, acme):
    cli(*INSTALL)
    cli("tick")
    long_ago = 1_700_000_000
    os.utime(home / "tick.sh", (long_ago, long_ago))
    hour, minute = divmod(18 * 60 + minutes, 60)
    now = f"2026-03-10T{hour}:{minute:02}Z"
    said = cli("schedule", "status", "--now", now, code=code).out
    assert f"{minutes} minutes ago" in said
    assert ("is cron running?" in said) is (code == 4)


def test_one_that_was_installed_just_now_is_not_late(cli: Cli, home, acme):
    cli("tick")
    cli(*INSTALL)
    made = datetime(2026, 3, 20, 12, 0, tzinfo=UTC).timestamp()
    os.utime(home / "tick.sh", (made, made))
    assert cli("schedule", "status", "--now", "2026-03-20T12:20Z", "--json").json["late"] is False


def test_a_script_that_is_gone_is_a_fault(cli: Cli, home):
    cli(*INSTALL)
    (home / "tick.sh").unlink()
    assert f"{home}/tick.sh, which crontab calls, is gone" in cli("schedule", "status", code=4).out
    cli(*INSTALL)
    cli("schedule", "status")


def test_status_goes_on_where_config_yaml_can_not_be_read(cli: Cli, home):
    home.mkdir()
    (home / "config.yaml").write_text("channels: [")
    assert "Not installed" in cli("schedule", "status").out


def test_a_jobflow_that_was_moved_is_a_fault(cli: Cli, home):
    cli(*INSTALL)
    script = home / "tick.sh"
    script.write_text(script.read_text().replace(sys.executable, "'/old place/bin/python'"))
    assert "/old place/bin/python, which crontab calls, is gone" in cli("schedule", "status", code=4).out
    cli(*INSTALL)
    cli("schedule", "status")


def test_a_script_that_somebody_edited_stops_no_status(cli: Cli, home):
    cli(*INSTALL)
    for text in ("", "log='\n", ' \' -P -m jobflow "$@"\n'):
        (home / "tick.sh").write_text(text)
        assert cli("schedule", "status", "--json").json["python"] is None


def test_a_folder_that_was_moved_is_not_called_where_it_was(cli: Cli, home, table, tmp_path):
    cli(*INSTALL)
    moved = tmp_path / "moved"
    home.rename(moved)
    hint = f"Hint: jobflow --home {home} schedule remove"
    assert hint in cli(*INSTALL, "--home", str(moved), code=1).err
    fault = next(c for c in cli("doctor", "--home", str(moved), "--json", code=4).json if c["name"] == "schedule")
    assert fault["found"] == f"{moved} was moved, and crontab still calls it at {home}."
    cli("schedule", "remove", "--home", str(home))
    cli(*INSTALL, "--home", str(moved))
    assert table.read_text().count("tick.sh") == 1


def test_a_copy_of_a_folder_is_a_home_of_its_own(cli: Cli, home, table, tmp_path):
    cli(*INSTALL)
    shutil.copytree(home, tmp_path / "copy")
    cli(*INSTALL, "--home", str(tmp_path / "copy"))
    assert table.read_text().count("/bin/sh") == 2


def test_who_may_not_use_cron_can_use_systemd(cli: Cli, programs):
    (programs / "refuses").touch()
    (programs / "state").write_text("running\n")
    assert "Installed. systemd calls" in cli(*INSTALL, "--with", "systemd").out
    cli("schedule", "remove")
    assert "Installed. systemd calls" in cli(*INSTALL).out
    assert cli("schedule", "remove").out.startswith("Removed from systemd.")
    assert "not allowed" in cli("schedule", "remove", code=1).err
