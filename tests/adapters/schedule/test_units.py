"""Units and property lists: systemd itself finds no fault in them, and each names the script, whatever it is called."""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
from pathlib import Path

import pytest

from jobflow.adapters.home import Home
from jobflow.adapters.schedule.installing import choose, install, installed, remove
from jobflow.adapters.schedule.job import EVERY, Job, Scheduler, job_of
from jobflow.adapters.schedule.launchd import Launchd
from jobflow.adapters.schedule.systemd import Systemd, quoted
from jobflow.core.errors import Refused
from tests import standins

NAMES = ("plain", "with space", "q\"uo'te", "100%h", "$HOME", "back\\slash\\\\%", "é☃", "a;b&c #d")
LACKING = shutil.which("systemd-analyze") is None and not os.environ.get("CI")


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A user of their own, whose programs write down what they are told."""
    programs = standins.write(tmp_path / "bin", crontab=standins.CRONTAB, systemctl=standins.SYSTEMCTL)
    monkeypatch.setenv("HOME", str(tmp_path / "you"))
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    (programs / "state").write_text("running\n")
    return dict(os.environ)


def job(tmp_path: Path, environ: dict[str, str], name: str = "plain", every: int = 15) -> Job:
    folder = str(tmp_path / name)
    return job_of(Home(folder, folder), every, environ)


def units(tmp_path: Path) -> list[str]:
    return sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.parent.name != "bin")


def told(tmp_path: Path) -> list[str]:
    return (tmp_path / "bin/told").read_text().splitlines()


# -- systemd -----------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(LACKING, reason="needs systemd-analyze (Debian: systemd)")
@pytest.mark.parametrize("name", NAMES)
def test_systemd_finds_no_fault_in_the_units(name: str, tmp_path, environ):
    given = job(tmp_path, environ, name)
    for file in Systemd(environ).plan(given).files:
        Path(file.path).parent.mkdir(parents=True, exist_ok=True)
        Path(file.path).write_bytes(file.content)
    found = sorted((tmp_path / "you/.config/systemd/user").iterdir())
    assert [path.suffix for path in found] == [".service", ".timer"]
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", *map(str, found)],
        env={"HOME": environ["HOME"], "PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(runtime)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.skipif(LACKING, reason="needs systemd-analyze (Debian: systemd)")
@pytest.mark.parametrize("every", EVERY)
def test_systemd_reads_how_often(every: int, tmp_path, environ):
    timer = Systemd(environ).plan(job(tmp_path, environ, every=every)).files[-1].text
    (line,) = [line for line in timer.splitlines() if line.startswith("OnCalendar=")]
    words = ["systemd-analyze", "calendar", "--iterations=2", line.removeprefix("OnCalendar=")]
    shown = subprocess.run(
        words, env={"TZ": "UTC", "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True
    )
    first, second = (line.split()[-2] for line in shown.stdout.splitlines() if " UTC" in line and ":" in line)
    minutes = [int(at.split(":")[0]) * 60 + int(at.split(":")[1]) for at in (first, second)]
    assert (minutes[1] - minutes[0]) % (24 * 60) == every


def test_a_path_is_one_word_of_the_command_line():
    assert quoted('/a b/"%$\\') == '"/a b/\\"%%$$\\\\"'


def test_a_timer_is_installed_started_and_removed_without_trace(tmp_path, environ):
    given, systemd = job(tmp_path, environ), Systemd(environ)
    before = units(tmp_path)
    assert isinstance(choose(given, None), Systemd)
    for _ in range(2):
        install(systemd, given, systemd.plan(given))
    timer = f"jobflow-{given.label}.timer"
    assert "Persistent=true\n" in (tmp_path / "you/.config/systemd/user" / timer).read_text()
    assert told(tmp_path)[:3] == ["--user daemon-reload", f"--user enable {timer}", f"--user restart {timer}"]
    assert installed(given) == systemd
    assert remove(given) == systemd
    assert f"--user disable --now {timer}" in told(tmp_path)
    assert f"--user clean --what=state {timer}" in told(tmp_path)
    assert told(tmp_path)[-1] == "--user daemon-reload"
    assert installed(given) is None
    left = [path for path in units(tmp_path) if path not in before]
    assert left == ["you", "you/.config"]


def test_a_timer_that_does_not_start_leaves_nothing_behind(tmp_path, environ):
    (tmp_path / "bin/fails").write_text("restart")
    given, systemd = job(tmp_path, environ), Systemd(environ)
    with pytest.raises(Refused, match=r"restart.*Failed to restart unit"):
        install(systemd, given, systemd.plan(given))
    assert f"--user disable --now jobflow-{given.label}.timer" in told(tmp_path)
    assert installed(given) is None
    assert not Path(given.script).exists()


def test_two_homes_have_timers_of_their_own(tmp_path, environ):
    one, two = job(tmp_path, environ, "one"), job(tmp_path, environ, "two")
    systemd = Systemd(environ)
    for each in (one, two):
        install(systemd, each, systemd.plan(each))
    remove(one)
    assert (installed(one), installed(two)) == (None, systemd)


def test_where_no_systemd_runs_for_the_user_cron_is_taken(tmp_path, environ):
    (tmp_path / "bin/state").unlink()
    given = job(tmp_path, environ)
    assert choose(given, None).name == "crontab"
    with pytest.raises(Refused, match=r"--with systemd can't be used here: no systemd runs for this user"):
        choose(given, "systemd")


def test_what_has_it_already_keeps_it(tmp_path, environ):
    given, systemd = job(tmp_path, environ), Systemd(environ)
    install(systemd, given, systemd.plan(given))
    (tmp_path / "bin/state").unlink()
    assert choose(given, None) == systemd
    with pytest.raises(Refused, match="scheduled by systemd already"):
        choose(given, "crontab")


# -- launchd -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def mac(tmp_path: Path, environ: dict[str, str]) -> dict[str, str]:
    standins.write(tmp_path / "bin", launchctl=standins.LAUNCHCTL)
    return environ


@pytest.mark.parametrize("name", NAMES)
def test_the_property_list_reads_back(name: str, tmp_path, mac):
    given = job(tmp_path, mac, name, every=20)
    script, list_ = Launchd(mac).plan(given).files
    data = plistlib.loads(list_.content)
    assert data["ProgramArguments"] == ["/bin/sh", script.path]
    assert data["StartCalendarInterval"] == [{"Minute": 0}, {"Minute": 20}, {"Minute": 40}]
    assert list_.path == str(tmp_path / f"you/Library/LaunchAgents/{data['Label']}.plist")


def test_an_agent_is_loaded_and_removed_without_trace(tmp_path, mac):
    given = job(tmp_path, mac)
    scheduler = choose(given, None)
    assert scheduler.name == "launchd"
    plan = scheduler.plan(given)
    install(scheduler, given, plan)
    agent = f"gui/{os.getuid()}/jobflow.{given.label}"
    assert told(tmp_path) == [f"bootout {agent}", f"bootstrap gui/{os.getuid()} {plan.files[-1].path}"]
    assert remove(given) == scheduler
    assert told(tmp_path)[-1] == f"bootout {agent}"
    assert not any(Path(file.path).exists() for file in plan.files)


def test_an_agent_that_is_not_taken_leaves_nothing_behind(tmp_path, mac):
    (tmp_path / "bin/fails").write_text("bootstrap")
    given = job(tmp_path, mac)
    scheduler: Scheduler = Launchd(mac)
    with pytest.raises(Refused, match="Input/output error"):
        install(scheduler, given, scheduler.plan(given))
    assert [words.split()[0] for words in told(tmp_path)] == ["bootout", "bootstrap", "bootout"]
    assert installed(given) is None


def test_a_system_without_any_is_told_what_to_run(tmp_path, environ, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused, match=r"nothing here can schedule.*-m jobflow --home .*plain tick"):
        choose(job(tmp_path, {**environ, "PATH": str(tmp_path)}), None)
