"""doctor: a sound home is well; each thing that is broken is found, named, and told how to mend."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jobflow import Settings
from jobflow.adapters.channels.desktop import ADDRESS, find_bus
from jobflow.adapters.home import Home
from jobflow.doctor.examining import CHECKS, examine
from jobflow.doctor.offers import channels
from jobflow.doctor.patient import Patient
from tests import standins
from tests.needs import need

Cli = Callable[..., Any]

CHANNEL = """
from dataclasses import dataclass
from typing import ClassVar
import jobflow

@dataclass(frozen=True)
class Odd:
    name: ClassVar[str] = "odd"
    how: str = "well"
    token: jobflow.Secret | None = None

    def send(self, message):
        raise AssertionError("nothing may be sent")

    def check(self):
        if self.how == "raise":
            raise OSError("no such host: " + self.token.reveal())
        if self.how == "exit":
            import os
            os._exit(7)
        if self.how == "number":
            return 7
        return None if self.how == "well" else f"the host {self.token.reveal()} does not answer. Hint: is it on?"

@jobflow.hookimpl
def jobflow_channels():
    return [Odd]
"""

# A keyring that is unlocked for this terminal alone.
KEYRING = """
import keyring.backend

class Backend(keyring.backend.KeyringBackend):
    priority = 1
    def get_password(self, service, username): return "c4n4ry"
    def set_password(self, service, username, password): ...
    def delete_password(self, service, username): ...
"""


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = standins.write(tmp_path / "bin", crontab=standins.CRONTAB, systemctl=standins.SYSTEMCTL)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(tmp_path / "you"))
    return folder


@pytest.fixture
def sound(cli: Cli, home: Path, acme: Any) -> Path:
    """A home with an application and a schedule that runs."""
    cli("schedule", "install", "--yes")
    cli("tick")
    return home


def found(cli: Cli, name: str, code: int = 4, *words: str) -> dict[str, str | None]:
    """The one check of that name that is not ok; all others are."""
    checks = cli("doctor", "--json", *words, code=code).json
    one: dict[str, str | None]
    (one,) = [check for check in checks if check["verdict"] != "ok"]
    assert (one["name"], one["verdict"]) == (name, "fault" if code == 4 else "warning")
    assert one["mend"]
    return one


def configure(home: Path, text: str) -> None:
    home.mkdir(mode=0o700, exist_ok=True)
    (home / "config.yaml").write_text(text, encoding="utf-8")


def test_a_sound_home_is_well(cli: Cli, sound):
    said = cli("doctor").out
    assert said.endswith("All is well.\n")
    assert f"home: {sound}, private" in said
    assert f"config: {sound}/config.yaml is not there: the defaults hold" in said
    assert {check["verdict"] for check in cli("doctor", "--json").json} == {"ok"}


def test_a_fresh_machine_is_told_of_the_schedule_alone(cli: Cli, home):
    assert found(cli, "schedule", 0)["mend"] == "jobflow schedule install"
    assert "0 faults, 1 warning.\n" in cli("doctor").out
    assert not home.exists()


def test_a_tick_by_other_hands_counts(cli: Cli, acme):
    cli("tick")
    assert "something calls it" in cli("doctor").out


# -- the folder --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "mode", "says"),
    [(".", 0o755, "look into"), ("jobflow.db", 0o644, "look into"), ("config.yaml", 0o666, "change")],
)
def test_what_others_may_see_or_change_is_a_fault(name: str, mode: int, says: str, cli: Cli, sound):
    configure(sound, "")
    (sound / "config.yaml").write_text("workday: 09:00-17:00\n")
    (sound / name).chmod(mode)
    fault = found(cli, "home")
    assert says in str(fault["found"])
    os.system(str(fault["mend"]))
    assert cli("doctor").out.endswith("All is well.\n")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can give files away")
def test_what_belongs_to_somebody_else_is_a_fault(cli: Cli, sound):
    os.chown(sound / "jobflow.db", 65534, 65534)
    assert "belongs to somebody else" in str(found(cli, "home")["found"])


def test_a_home_that_is_a_file_is_a_fault(cli: Cli, home):
    home.write_text("")
    checks = {check["name"]: check for check in cli("doctor", "--json", code=4).json}
    assert checks["home"]["found"] == f"{home} is no folder."


# -- the configuration -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("workday: soon\nzone: UTC\n", "config.yaml:1:10 JF302"),
        ("workflow: mine\n", "unknown workflow 'mine'"),
    ],
)
def test_a_config_that_is_not_sound(text: str, says: str, cli: Cli, sound):
    configure(sound, text)
    fault = found(cli, "config")
    assert says in str(fault["found"])


def test_a_channel_that_nobody_offers(cli: Cli, sound):
    configure(sound, "channels: {emial: {}}\n")
    fault = found(cli, "channel emial")
    assert (fault["found"], fault["mend"]) == ("unknown channel 'emial'.", "did you mean 'email'?")


@pytest.mark.parametrize(
    ("text", "says"),
    [("{country: ZZ}", "unknown country"), ("{country: US, subdivision: ZZ}", "ZZ")],
)
def test_a_country_without_holidays(text: str, says: str, cli: Cli, home):
    configure(home, f"calendar: {text}\n")
    checks = {check["name"]: check for check in cli("doctor", "--json", code=4).json}
    assert says in checks["holidays"]["found"]


def test_holidays_and_zone_of_the_configuration(cli: Cli, home):
    configure(home, "timezone: Asia/Tokyo\ncalendar: {country: JP}\n")
    said = cli("doctor").out
    assert "Asia/Tokyo, from config.yaml" in said
    assert f"config: {home}/config.yaml\n" in said
    assert " of JP in 2026" in said


def test_a_zone_that_nobody_knows(cli: Cli, sound, monkeypatch):
    monkeypatch.setenv("TZ", "Mars/Olympus")
    assert "TZ=Mars/Olympus" in str(found(cli, "timezone", 0)["found"])


def test_a_system_that_does_not_say_its_zone(cli: Cli, sound, tmp_path, monkeypatch):
    monkeypatch.delenv("TZ", raising=False)
    for name in ("TIMEZONE_FILE", "LOCALTIME_LINK"):
        monkeypatch.setattr(f"jobflow.doctor.machine.{name}", str(tmp_path / "none"))
    assert "this system does not say" in str(found(cli, "timezone", 0)["found"])


# -- the data ----------------------------------------------------------------------------------------------------------


def test_a_history_that_was_changed(cli: Cli, sound):
    with sqlite3.connect(sound / "jobflow.db") as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE history SET at = '2026-01-01T00:00:00Z' WHERE seq = 1")
    database.close()
    assert "record 1 of its history was changed" in str(found(cli, "database")["found"])
    assert [c["verdict"] for c in cli("doctor", "--json", code=4).json if c["name"] == "database"] == ["fault"]


def test_a_database_of_a_newer_jobflow(cli: Cli, sound):
    with sqlite3.connect(sound / "jobflow.db") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    names = {c["name"]: c for c in cli("doctor", "--json", code=4).json if c["verdict"] == "fault"}
    assert "newer" in names["database"]["found"]


def test_a_database_that_is_none(cli: Cli, sound):
    (sound / "jobflow.db").write_bytes(b"not a database at all" * 100)
    faults = [c for c in cli("doctor", "--json", code=4).json if c["verdict"] == "fault"]
    assert [fault["name"] for fault in faults] == ["database"]


def test_a_clock_that_was_set_back(cli: Cli, sound):
    fault = found(cli, "clock", 4, "--now", "2026-03-10T12:00Z")
    assert "the last thing was recorded at 2026-03-10 18:00" in str(fault["found"])


def test_a_clock_that_leapt_ahead(cli: Cli, acme, home):
    cli("tick")
    with sqlite3.connect(home / "jobflow.db") as database:
        database.execute("INSERT INTO meta VALUES ('held_tick', '2026-06-01T00:00:00Z')")
    database.close()
    checks = {c["name"]: c for c in cli("doctor", "--json", "--now", "2026-06-01T00:00Z").json}
    assert checks["clock"]["mend"] == "jobflow tick --accept-jump, if the clock is right"


def test_dead_letters_and_open_questions_are_faults_with_their_mend(cli: Cli, sound):
    cli("tick", "--now", "2026-03-11T10:00Z")
    with sqlite3.connect(sound / "jobflow.db") as database:
        ids = [id_ for (id_,) in database.execute("SELECT id FROM message ORDER BY rowid LIMIT 3")]
        for id_, status in zip(ids, ("dead", "unknown", "pending"), strict=True):
            database.execute("UPDATE message SET status = ?, error = 'refused' WHERE id = ?", (status, id_))
    database.close()
    words = ("doctor", "--json", "--now", "2026-03-11T10:05Z")
    dead, unknown, again = [c for c in cli(*words, code=4).json if c["name"] == "outbox"]
    assert dead["mend"] == f"jobflow outbox retry {ids[0][:8]}, or jobflow outbox drop {ids[0][:8]}"
    assert unknown["mend"] == f"if it left: jobflow outbox sent {ids[1][:8]}; if not: jobflow outbox retry {ids[1][:8]}"
    assert (again["verdict"], again["found"]) == ("warning", "1 for console did not leave yet: refused.")
    assert f"jobflow outbox retry {ids[0][:8]}" in cli("outbox", "list").out
    assert (
        "1 message could not be delivered, 1 message may or may not have left, 1 message did not leave yet: "
        "jobflow outbox list" in cli("next").out
    )


# -- the schedule ------------------------------------------------------------------------------------------------------


def test_a_schedule_that_does_not_tick(cli: Cli, sound):
    os.utime(sound / "tick.sh", (1_700_000_000, 1_700_000_000))
    fault = found(cli, "schedule", 4, "--now", "2026-03-11T04:00Z")
    assert fault["found"] == "no tick for 10 hours, though crontab has it."


def test_a_schedule_whose_script_is_gone(cli: Cli, sound):
    (sound / "tick.sh").unlink()
    assert "tick.sh is gone" in str(found(cli, "schedule")["found"])


def test_a_schedule_of_another_jobflow_is_mentioned(cli: Cli, sound, tmp_path):
    python = standins.write(tmp_path / "other", python="#!/bin/sh\n") / "python"
    script = sound / "tick.sh"
    script.write_text(script.read_text().replace(sys.executable, str(python)))
    assert f"runs the jobflow of {python}" in str(found(cli, "schedule", 0)["found"])
    python.unlink()
    assert found(cli, "schedule")["found"] == f"{python} is gone: crontab calls nothing."


def test_a_crontab_that_can_not_be_read(cli: Cli, sound, programs):
    (programs / "refuses").touch()
    assert "not allowed to use this program" in str(found(cli, "schedule")["found"])


def test_reports_of_bugs_are_mentioned(cli: Cli, sound):
    (sound / "crashes").mkdir()
    (sound / "crashes/crash-1.txt").write_text("")
    assert "1 report of bugs" in str(found(cli, "crashes", 0)["found"])


# -- jobflow itself ----------------------------------------------------------------------------------------------------


def test_a_stranger_of_the_same_name_is_found(cli: Cli, sound, tmp_path, monkeypatch):
    stranger = tmp_path / "site/jobflow-0.3.1.dist-info"
    stranger.mkdir(parents=True)
    (stranger / "METADATA").write_text("Metadata-Version: 2.1\nName: jobflow\nVersion: 0.3.1\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    fault = found(cli, "jobflow")
    assert "'jobflow' 0.3.1" in str(fault["found"])
    assert "pip uninstall jobflow" in str(fault["mend"])


def test_an_old_python_is_a_fault(cli: Cli, sound, monkeypatch):
    monkeypatch.setattr("jobflow.doctor.machine.OLDEST", (99, 0))
    assert "too old" in str(found(cli, "python")["found"])


def test_a_check_that_can_not_be_made_stops_no_other(tmp_path, monkeypatch):
    def broken(_patient: Patient):
        raise PermissionError(13, "Permission denied", "/x")

    home = Home(str(tmp_path), str(tmp_path))
    monkeypatch.setattr("jobflow.doctor.examining.CHECKS", (("home", broken), *CHECKS[:1]))
    checks = list(examine(Patient(home, {}, datetime(2026, 3, 10, tzinfo=UTC))))
    assert [(c.name, c.verdict) for c in checks] == [("home", "fault"), ("python", "ok")]
    assert checks[0].found == "the system refused /x: Permission denied."


# -- plugins and channels ----------------------------------------------------------------------------------------------


@pytest.fixture
def odd(cli: Cli, sound: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (sound / "plugins").mkdir(mode=0o700)
    (sound / "plugins/odd.py").write_text(CHANNEL, encoding="utf-8")
    cli("plugin", "enable", "odd")
    monkeypatch.setenv("CANARY", "c4n4ry")
    return sound


def test_a_channel_that_lacks_nothing(cli: Cli, odd):
    configure(odd, "channels: {console: {}, odd: {token: 'env:CANARY'}}\n")
    said = cli("doctor").out
    assert "plugin odd: it loads" in said
    assert "channel odd: ready" in said
    assert "c4n4ry" not in said


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("badly", "the host [env:CANARY] does not answer. Hint: is it on?"),
        ("raise", "raised OSError: no such host: [env:CANARY]"),
        ("exit", "exited with status 7"),
        ("number", "answered"),
    ],
)
def test_a_channel_says_what_it_lacks_and_never_its_secret(how: str, says: str, cli: Cli, odd):
    configure(odd, f"channels: {{odd: {{token: 'env:CANARY', how: {how}}}}}\n")
    fault = next(c for c in cli("doctor", "--json", code=4).json if c["name"] == "channel odd")
    assert says in fault["found"]
    assert "c4n4ry" not in json.dumps(fault)


class Rude:
    """A channel in this process, as the built-in ones are."""

    def __init__(self, error: BaseException | None) -> None:
        self.error, self.closed = error, False

    def check(self) -> None:
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("error", [OSError("no route"), SystemExit(3), ZeroDivisionError()])
def test_a_channel_whose_check_raises_stops_no_other(error: BaseException, tmp_path):
    rude, well = Rude(error), Rude(None)
    patient = Patient(Home(str(tmp_path), str(tmp_path)), {}, datetime(2026, 3, 10, tzinfo=UTC))
    offered = {"rude": rude, "well": well}
    kit = SimpleNamespace(channel=lambda name, _options: offered[name])
    vars(patient).update(kit=kit, settings=Settings(channels={"rude": {}, "well": {}}))
    one, two = channels(patient)
    assert (one.verdict, two.verdict) == ("fault", "ok")
    assert type(error).__name__ in one.found
    assert rude.closed
    assert well.closed


def test_a_secret_that_can_not_be_had(cli: Cli, odd):
    configure(odd, "channels: {odd: {token: 'env:NOWHERE'}}\n")
    fault = found(cli, "channel odd")
    assert "there is no variable NOWHERE" in str(fault["found"])


@pytest.mark.parametrize("text", ["import os; os._exit(3)", "raise RuntimeError('no')", "syntax error"])
def test_a_plugin_that_does_not_load_any_more(text: str, cli: Cli, odd):
    (odd / "plugins/odd.py").write_text(text, encoding="utf-8")
    fault = found(cli, "plugin odd")
    assert fault["mend"]


def test_plugins_that_can_not_be_read(cli: Cli, odd):
    (odd / "plugins.json").write_text("{")
    names = {c["name"] for c in cli("doctor", "--json", code=4).json if c["verdict"] == "fault"}
    assert "plugins" in names


# -- from where the schedule runs --------------------------------------------------------------------------------------


def test_the_schedule_sees_what_the_terminal_sees(cli: Cli, sound):
    checks = cli("doctor", "--scheduled", "--json").json
    assert checks[0]["found"] == f"what follows was found from {sound}/tick.sh"
    assert {check["verdict"] for check in checks} == {"ok"}


def test_the_poverty_of_cron_is_found_at_the_terminal(cli: Cli, odd):
    configure(odd, "channels: {odd: {token: 'env:CANARY'}}\n")
    cli("doctor")
    fault = found(cli, "channel odd", 4, "--scheduled")
    assert "cron knows only its own" in str(fault["mend"])


def test_a_folder_of_programs_that_cron_does_not_know_is_found(cli: Cli, sound, tmp_path, monkeypatch):
    later = standins.write(tmp_path / "later", tell="#!/bin/sh\n")
    configure(sound, "channels: {command: {run: [tell]}}\n")
    monkeypatch.setenv("PATH", f"{later}:{os.environ['PATH']}")
    cli("doctor")
    fault = next(c for c in cli("doctor", "--scheduled", "--json", code=4).json if c["name"] == "channel command")
    assert fault["found"].startswith("there is no program 'tell' that can be run from here; give the whole path")
    cli("schedule", "install", "--yes")
    assert {c["verdict"] for c in cli("doctor", "--scheduled", "--json").json} == {"ok"}


@pytest.mark.skipif(find_bus({}) is not None, reason="somebody is signed in at a desktop here")
def test_a_desktop_that_cron_does_not_find_is_found(cli: Cli, sound, monkeypatch):
    need("notify-send")
    configure(sound, "channels: {desktop: {}}\n")
    monkeypatch.setenv(ADDRESS, "unix:abstract=/tmp/dbus-of-this-login")
    cli("doctor")
    checks = {c["name"]: c for c in cli("doctor", "--scheduled", "--json", code=4).json}
    assert checks["channel desktop"]["found"].startswith("no desktop session is found from here")


def test_a_keyring_that_cron_does_not_have_is_found(cli: Cli, odd, tmp_path, monkeypatch):
    (tmp_path / "ring.py").write_text(KEYRING, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "ring.Backend")
    configure(odd, "channels: {odd: {token: 'keyring:jobflow/no-such-user'}}\n")
    cli("doctor")
    fault = next(c for c in cli("doctor", "--scheduled", "--json", code=4).json if c["name"] == "channel odd")
    assert "the secret keyring:jobflow/no-such-user can't be had: the keyring " in fault["found"]


def test_before_it_is_installed_it_is_tried_all_the_same(cli: Cli, acme, home):
    checks = cli("doctor", "--scheduled", "--json").json
    assert "would write" in checks[0]["found"]
    assert not (home / "tick.sh").exists()
    # Left over from an installation that nothing calls any more, it is not what would be called.
    (home / "tick.sh").write_text("#!/bin/sh\nexit 7\n")
    assert "would write" in cli("doctor", "--scheduled", "--json").json[0]["found"]


def test_a_script_that_does_not_run_is_a_fault(cli: Cli, sound):
    script = sound / "tick.sh"
    script.write_text(script.read_text().replace(sys.executable, "/nowhere/python"))
    fault = found(cli, "scheduled", 4, "--scheduled")
    assert "/nowhere/python" in str(fault["found"])
    assert "jobflow schedule install" in str(fault["mend"])
