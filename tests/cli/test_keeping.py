"""Erased is gone, to the byte; a backup is whole, and comes back whole or not at all."""

from __future__ import annotations

import base64
import io
import json
import quopri
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobflow.adapters.archive import MANIFEST

MARKS = ("Zyxcompany", "Qwvrole", "Kjpperson", "kjp@mail.example", "Wzqnote", "Vbxstrength", "Plmword", "Hgdconcern")
CONFIG = "letters: {name: Kim}\nchannels: {console: {}, drafts: {}, calendar: {}}\n"


def traces(folder: Path) -> set[tuple[str, str]]:
    """Every file under a folder in which a mark stands in any form, with the mark."""
    found = set()
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        plain = (content, content.replace(b"=\n", b"").replace(b"=\r\n", b""), quopri.decodestring(content))
        for mark in MARKS:
            forms = [mark.encode(), mark.lower().encode(), mark.encode("utf-16-le"), mark.encode("utf-16-be")]
            # In base64 a text stands in one of three ways, by where it begins.
            forms += [base64.b64encode(b"\0" * skip + mark.encode())[4 if skip else 0 : -4] for skip in range(3)]
            if any(form in text for text in plain for form in forms):
                found.add((path.name, mark))
    return found


@pytest.fixture
def full(cli: Callable[..., Any], home: Path) -> Path:
    """A home in which one application has left everything that it can, and another one lives."""
    home.mkdir(mode=0o700)
    (home / "config.yaml").write_text(CONFIG)
    cli("add", "Zyxcompany Ltd", "--role", "Qwvrole", "--contact", "interviewer=Kjpperson <kjp@mail.example>")
    cli("add", "Globex", "--contact", "interviewer=Hank Scorpio")
    cli("contact", "zyx", "interviewer=Kjpperson", "--note", "Wzqnote")
    cli("set", "zyx", "strengths=Vbxstrength", "concerns=Hgdconcern -> Vbxstrength")
    cli("log", "zyx", "reply", "--note", "Wzqnote")
    cli("tick")
    said = "Due today\n    1  Thank Kjpperson at Zyxcompany Ltd"
    (home / "tick.log").write_text(f"2026-03-10 18:00\n{said}\n\n2026-03-10 19:00\nNothing of it\n\n")
    (home / "crashes").mkdir()
    (home / "crashes/crash-1.txt").write_text("ValueError: Zyxcompany Ltd\n")
    (home / "crashes/crash-2.txt").write_text("ValueError: something else\n")
    cli("letter", "1", "--draft")
    cli("--home", str(home), "letter", "zyx", "--template", "withdrawal", "--draft")
    cli("done", "1", "--letter", sent(home))
    cli("log", "zyx", "offer", "--fact", "decline_reason=Plmword")
    cli("undo", "zyx")
    return home


def sent(home: Path) -> str:
    (home.parent / "sent.txt").write_text("Dear Kjpperson, Plmword.")
    return str(home.parent / "sent.txt")


def test_what_is_erased_is_gone_from_every_file_to_the_byte(cli, full):
    # As long as it is there it is in the database, the drafts, the calendar, the log and a report of a bug.
    assert {name for name, _ in traces(full)} >= {"jobflow.db", "calendar.ics", "tick.log", "crash-1.txt"}
    assert {mark for _, mark in traces(full)} == set(MARKS)
    planned = cli("forget", "zyx", "--dry-run", "--json").json
    before = cli("show", "globex", "--json").json
    history = cli("history", "globex", "--json").json
    done = cli("--yes", "forget", "zyx", "--json").json
    assert {**done, "dry_run": True} == planned
    assert done["application"] == "zyxcompany-ltd"
    assert done["left"] == []
    assert traces(full) == set()
    assert (full / "tick.log").read_text().count("Nothing of it") == 1
    assert (full / "crashes/crash-2.txt").exists()
    # The other one is as it was, and nothing is wrong.
    assert cli("show", "globex", "--json").json == before
    assert cli("history", "globex", "--json").json == history
    assert "FAULT" not in cli("doctor").out
    assert (
        "Zyx"
        not in cli("export", "record").out + cli("stats").out + cli("list", "--all").out + cli("outbox", "list").out
    )
    cli("tick")
    assert "unknown application 'zyx'" in cli("show", "zyx", code=1).err
    # Its numbers are not given again.
    new = cli("add", "Initech", "--json").json
    assert new["number"] == 3
    assert min(task["number"] for task in new["tasks"]) > max(task["number"] for task in before["tasks"])
    cli("undo")
    assert traces(full) == set()


def test_an_import_is_recognised_no_more_once_it_is_forgotten(cli, home, tmp_path):
    table = tmp_path / "list.csv"
    table.write_text("Company,Interviewed\nAcme,2026-03-04\nGlobex,2026-03-04\n")
    cli("import", "csv", str(table))
    cli("--yes", "forget", "acme")
    assert [app["company"] for app in cli("--json", "import", "csv", str(table)).json["added"]] == ["Acme"]
    cli("undo")
    cli("undo")  # the first import: what is left of it
    assert cli("list", "--all", "--json").json == []


def test_one_whose_add_was_taken_back_is_forgotten_by_its_number(cli, home):
    cli("add", "Zyxcompany Ltd")
    cli("undo")
    assert {mark for _, mark in traces(home)} == {"Zyxcompany"}
    cli("--yes", "forget", "1")
    assert traces(home) == set()


def test_it_asks_first_and_erases_nothing_unasked(cli, shell, full):
    assert "--yes" in cli("forget", "zyx", code=1).err
    assert "--yes" in shell("forget", "zyx", code=1, stdin="y\n").err
    assert {mark for _, mark in traces(full)} == set(MARKS)


def test_copies_of_the_database_are_named(cli, full):
    (full / "jobflow.db.v1").write_bytes(b"Zyxcompany")
    (said,) = cli("--yes", "forget", "zyx", "--json").json["left"]
    assert "jobflow.db.v1 is a copy from before" in said


def test_a_file_that_can_not_be_erased_stops_it_before_the_database(cli, full, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("jobflow.adapters.traces.os.unlink", refuse)
    assert "can't be erased: read-only" in cli("--yes", "forget", "zyx", code=1).err
    assert cli("show", "zyx", "--json").json["company"] == "Zyxcompany Ltd"


def test_while_a_tick_is_at_work_nothing_is_erased(cli, full):
    from jobflow.adapters.leases import file_lease

    with file_lease(f"{full}/jobflow.db.tick.lock"):
        assert "a tick is at work" in cli("--yes", "forget", "zyx", code=1).err
    assert {mark for _, mark in traces(full)} == set(MARKS)


def test_the_scrubbing_that_a_killed_run_left_is_made_up_for(cli, full, monkeypatch):
    def killed(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("jobflow.adapters.sqlite.SQLiteStore.scrub", killed)
        cli("--yes", "forget", "zyx", code=130)
    assert "was erased is not gone yet" in cli("doctor").out
    assert "unknown application" in cli("forget", "zyx", "--yes", code=1).err
    assert traces(full) == set()
    assert "was erased is not gone yet" not in cli("doctor").out


# -- backup and restore ------------------------------------------------------------------------------------------------


def test_a_backup_has_everything_and_comes_back_whole_elsewhere(cli, full, tmp_path, monkeypatch):
    (full / "workflows").mkdir()
    (full / "workflows/mine.yaml").write_text("workflow: mine\nextends: after-interview\nversion: 1\n")
    (full / "templates").mkdir()
    (full / "templates/thank-you.txt").write_text("Mine")
    (full / "mappings").mkdir()
    (full / "mappings/x.yaml").write_text('company: ["W"]\n')
    before, histories = cli("list", "--all", "--json").json, cli("history", "zyx", "--json").json
    made = cli("backup", str(tmp_path / "b.zip"), "--json").json
    assert (tmp_path / "b.zip").stat().st_mode & 0o777 == 0o600
    assert made["applications"] == 2
    assert {"data/jobflow.db", "config/config.yaml", "config/workflows/mine.yaml", "config/mappings/x.yaml"} <= set(
        made["files"]
    )
    assert not any("tick.log" in name or "crash" in name or ".lock" in name for name in made["files"])
    monkeypatch.setenv("JOBFLOW_HOME", str(tmp_path / "other"))
    restored = cli("restore", str(tmp_path / "b.zip"), "--json").json
    assert (restored["former"], restored["applications"]) == (None, 2)
    assert (cli("list", "--all", "--json").json, cli("history", "zyx", "--json").json) == (before, histories)
    assert (tmp_path / "other/templates/thank-you.txt").read_text() == "Mine"
    assert "FAULT" not in cli("doctor").out
    cli("undo")


def test_no_secret_is_in_a_backup(cli, full, tmp_path, monkeypatch):
    (full / "config.yaml").write_text(
        "channels: {console: {}, email: {to: a@b.example, host: h.example, password: env:PASSWORD}}\n"
    )
    monkeypatch.setenv("PASSWORD", "Zzsecret")
    cli("backup", str(tmp_path / "b.zip"))
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert not any(b"Zzsecret" in archive.read(name) for name in archive.namelist())


def test_over_what_is_there_it_asks_and_keeps_that_beside(cli, full, tmp_path):
    cli("backup", str(tmp_path / "b.zip"))
    cli("--yes", "forget", "globex")
    assert "is there already" in cli("restore", str(tmp_path / "b.zip"), code=1).err
    former = cli("--yes", "restore", str(tmp_path / "b.zip"), "--json").json["former"]
    assert len(cli("list", "--json").json) == 2
    assert Path(former).stat().st_size > 0
    with sqlite3.connect(former) as old:
        assert old.execute("SELECT count(*) FROM application").fetchone() == (1,)


def test_a_damaged_database_is_not_backed_up_but_can_be_replaced(cli, full, tmp_path):
    cli("backup", str(tmp_path / "good.zip"))
    database = full / "jobflow.db"
    content = bytearray(database.read_bytes())
    place = content.rindex(b'"company":"Zyxcompany') + len('"company":"')
    content[place : place + 3] = b"Abc"
    database.write_bytes(content)
    assert "damaged" in cli("backup", str(tmp_path / "bad.zip"), code=1).err
    assert not (tmp_path / "bad.zip").exists()
    database.write_bytes(b"no database at all" * 100)
    assert cli("backup", str(tmp_path / "bad.zip"), code=1).err.count("\n") == 1
    cli("--yes", "restore", str(tmp_path / "good.zip"))
    assert len(cli("list", "--json").json) == 2


def test_nothing_can_not_be_backed_up(cli, home, tmp_path):
    assert "there is nothing to keep yet" in cli("backup", str(tmp_path / "b.zip"), code=1).err
    assert not home.exists()


def rewritten(content: bytes, change: Callable[[dict[str, bytes]], object]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def flipped(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        place = archive.getinfo("data/jobflow.db").header_offset + 500
    return content[:place] + bytes([content[place] ^ 255]) + content[place + 1 :]


def _newer(files: dict[str, bytes]) -> None:
    files[MANIFEST] = json.dumps({"format": 2}).encode()


def _torn(files: dict[str, bytes]) -> None:
    files["data/jobflow.db"] = files["data/jobflow.db"][:5000]


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "no zip": lambda content: b"nothing of the kind",
    "cut off": lambda content: content[: len(content) // 2],
    "a flipped byte": lambda content: flipped(content),
    "no manifest": lambda content: rewritten(content, lambda files: files.pop(MANIFEST)),
    "a newer format": lambda content: rewritten(content, _newer),
    "a list for a manifest": lambda content: rewritten(content, lambda files: files.update({MANIFEST: b"[]"})),
    "no database": lambda content: rewritten(content, lambda files: files.pop("data/jobflow.db")),
    "a torn database": lambda content: rewritten(content, _torn),
    "a foreign database": lambda content: rewritten(
        content, lambda f: f.update({"data/jobflow.db": b"SQLite format 3\0" + b"x" * 900})
    ),
    "out of the folder": lambda content: rewritten(content, lambda f: f.update({"config/../../evil": b"x"})),
    "out of the folder by a name": lambda content: rewritten(
        content, lambda f: f.update({"config/workflows/../../../evil": b"x"})
    ),
    "an absolute name": lambda content: rewritten(content, lambda f: f.update({"/etc/evil": b"x"})),
    "another name": lambda content: rewritten(content, lambda f: f.update({"data/evil.sh": b"x"})),
    "with backslashes": lambda content: rewritten(content, lambda f: f.update({"config/workflows/..\\evil": b"x"})),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_bad_backup_is_refused_in_one_line_and_changes_nothing(cli, full, tmp_path, name: str):
    cli("backup", str(tmp_path / "b.zip"))
    (tmp_path / "b.zip").write_bytes(BROKEN[name]((tmp_path / "b.zip").read_bytes()))
    before = {path: path.read_bytes() for path in full.rglob("*") if path.is_file()}
    refusal = cli("--yes", "restore", str(tmp_path / "b.zip"), code=1).err
    assert refusal.count("\n") == 1
    assert {path: path.read_bytes() for path in full.rglob("*") if path.is_file()} == before
    assert not list(tmp_path.rglob("evil*"))


def test_what_unpacks_to_too_much_is_refused(cli, full, tmp_path, monkeypatch):
    cli("backup", str(tmp_path / "b.zip"))
    monkeypatch.setattr("jobflow.adapters.archive.LARGEST", 1000)
    assert "too large" in cli("--yes", "restore", str(tmp_path / "b.zip"), code=1).err


def test_a_backup_is_written_over_a_backup_and_nothing_else(cli, full, tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")
    for path in (tmp_path / "thesis.txt", full / "jobflow.db", full / "config.yaml", full):
        before = path.read_bytes() if path.is_file() else None
        assert "is no backup" in cli("backup", str(path), code=1).err or path == full
        assert before is None or path.read_bytes() == before
    cli("backup", str(tmp_path / "b.zip"))
    cli("log", "globex", "offer")
    cli("backup", str(tmp_path / "b.zip"))
    cli("undo")
    cli("--yes", "restore", str(tmp_path / "b.zip"))
    assert cli("show", "globex", "--json").json["state"] == "offer"
