"""plugin list, enable, disable, check, new; import and export of what plugins know: text, JSON, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

SHOUT = """
import jobflow


class Shout:
    name = "shout"

    def send(self, message):
        return jobflow.Sent()


@jobflow.hookimpl
def jobflow_channels():
    return [Shout]
"""
BROKEN = SHOUT.replace("jobflow_channels", "jobflow_chanels")


@pytest.fixture(autouse=True)
def none_installed(monkeypatch: pytest.MonkeyPatch):
    """The checks have the official plugins installed; a newcomer has none."""
    monkeypatch.setattr("jobflow.adapters.plugins.discovery.entry_points", lambda **_: ())


@pytest.fixture
def put(home: Path):
    def put(name: str, text: str) -> Path:
        path = home / "plugins" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return put


def test_where_there_is_none_it_says_how_to_begin(cli, home: Path):
    assert cli("plugin", "list").out == (
        f"No plugin is installed, and there is none in {home}/plugins.\nTo write one: jobflow plugin new jobflow-NAME\n"
    )
    assert cli("plugin", "list", "--json").json == []
    assert not home.exists()


def test_from_found_to_enabled_to_disabled(cli, put, home: Path):
    path = put("shout", SHOUT)
    assert cli("plugin", "list").out == f"  shout  available  {path}\nTo let one run: jobflow plugin enable shout\n"
    assert cli("plugin", "check", "shout").out == f"shout is fine ({path}).\n  channels: shout\n"
    enabled = cli("plugin", "enable", "shout")
    assert enabled.out == (
        f"shout is enabled ({path}).\nTo use its channel, in {home}/config.yaml:  channels: {{shout: {{}}}}\n"
    )
    assert cli("plugin", "list").out == f"  shout  enabled  {path}\n"
    assert (home / "plugins.json").stat().st_mode & 0o777 == 0o600
    assert cli("plugin", "disable", "shout").out == "shout is disabled.\n"
    assert cli("plugin", "list", "--json").json[0]["state"] == "available"


def test_a_broken_one_is_named_with_what_is_wrong_and_what_mends_it(cli, put):
    put("shout", SHOUT)
    cli("plugin", "enable", "shout")
    put("shout", BROKEN)
    out = cli("plugin", "list").out
    assert "shout  broken" in out
    assert "implements a hook that there is not: jobflow_chanels. Hint: did you mean 'jobflow_channels'?" in out
    row = cli("plugin", "list", "--json").json[0]
    assert (row["state"], row["enabled"], row["hint"]) == ("broken", True, "did you mean 'jobflow_channels'?")


def test_what_can_not_be_enabled_is_refused(cli, put, home: Path):
    put("shout", BROKEN)
    refused = cli("plugin", "enable", "shout", code=1)
    assert refused.out == ""
    assert "Hint: did you mean 'jobflow_channels'?" in refused.err
    assert not (home / "plugins.json").exists()
    checked = cli("plugin", "check", "shout", code=4)
    assert "jobflow_chanels" in checked.err
    assert cli("plugin", "check", "shout", "--json", code=4).json["hint"] == "did you mean 'jobflow_channels'?"


@pytest.mark.parametrize("verb", ["enable", "check", "disable"])
def test_a_name_that_there_is_not(verb: str, cli, put):
    put("shout", SHOUT)
    if verb == "disable":
        cli("plugin", "enable", "shout")
    assert "'shout'" in cli("plugin", verb, "shuot", code=1).err


@pytest.mark.parametrize("verb", ["enable", "check", "disable"])
def test_a_channel_that_ships_is_no_plugin(verb: str, cli):
    refused = cli("plugin", verb, "email", code=1).err
    assert "the channel 'email' ships with jobflow, and is no plugin. Hint: name it in config.yaml" in refused


def test_its_channel_is_named_in_config_only_while_it_is_enabled(cli, put, home: Path):
    put("shout", SHOUT)
    cli("plugin", "enable", "shout")
    (home / "config.yaml").write_text("channels: {shout: {}}\n", encoding="utf-8")
    cli("add", "Acme")
    assert "config.yaml still names its channel 'shout'" in cli("plugin", "disable", "shout", code=1).err
    (home / "config.yaml").write_text("channels: {shout: {loud: 1}}\n", encoding="utf-8")
    refused = cli("tick", code=1).err
    assert "config.yaml:1:20 JF020 unknown option 'loud' of channel 'shout'" in refused


def test_a_damaged_table_says_how_to_begin_anew(cli, put, home: Path):
    put("shout", SHOUT)
    cli("plugin", "enable", "shout")
    (home / "plugins.json").write_text("{", encoding="utf-8")
    assert "delete it, then enable them again" in cli("add", "Acme", code=1).err


def test_a_new_one(cli, tmp_path: Path):
    made = cli("plugin", "new", "whisper", "--in", str(tmp_path))
    assert made.out.startswith(f"whisper is in {tmp_path}/jobflow-whisper:\n  pyproject.toml\n")
    assert (tmp_path / "jobflow-whisper/src/jobflow_whisper/__init__.py").exists()
    assert "is there already" in cli("plugin", "new", "whisper", "--in", str(tmp_path), code=1).err


def test_the_formats_that_there_are(cli, acme):
    assert json.loads(cli("export", "json").out) == [{**cli("show", "1", "--json").json, "note": None}]
    assert "'json'" in cli("export", "jsn", code=1).err
    assert "unknown command 'cvs'. Did you mean 'csv'?" in cli("import", "cvs", "x", code=2).err


BAD = """
import jobflow


class Bad:
    name = "bad"

    def read(self, content):
        %s

    def write(self, applications):
        %s


@jobflow.hookimpl
def jobflow_importers():
    return [Bad()]


@jobflow.hookimpl
def jobflow_exporters():
    return [Bad()]
"""


@pytest.mark.parametrize(
    ("read", "said"),
    [
        ("raise ValueError('no header')", "bad can't read the file: no header."),
        ("raise KeyError('x')", "plugin 'bad': importer 'bad' raised KeyError: 'x'."),
        ("import sys; sys.exit(3)", "plugin 'bad': importer 'bad' raised SystemExit: 3."),
        ("return [3]", "plugin 'bad': importer 'bad' gave int for row 1, not a mapping."),
        ("return [{'company': 3}]", "plugin 'bad': importer 'bad' gave int in row 1, where text was expected."),
        ("return []", "bad found no applications in the file."),
        ("return None", "plugin 'bad': importer 'bad' raised TypeError"),
    ],
)
def test_an_importer_that_does_wrong_is_one_line(read: str, said: str, cli, put, tmp_path: Path):
    put("odd", BAD % (read, "return b''"))
    cli("plugin", "enable", "odd")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    refused = cli("import", "bad", str(tmp_path / "file"), code=1)
    assert said in refused.err
    assert cli("list", "--json").json == []


@pytest.mark.parametrize(
    ("write", "said"),
    [
        ("raise OSError('full')", "plugin 'bad': exporter 'bad' raised OSError: full."),
        ("return 'text'", "plugin 'bad': exporter 'bad' gave str, not bytes."),
    ],
)
def test_an_exporter_that_does_wrong_is_one_line_and_writes_nothing(
    write: str, said: str, cli, put, acme, tmp_path: Path
):
    put("odd", BAD % ("return []", write))
    cli("plugin", "enable", "odd")
    assert said in cli("export", "bad", "--output", str(tmp_path / "out"), code=1).err
    assert not (tmp_path / "out").exists()


def test_what_is_no_text_goes_to_a_file(cli, put, acme, tmp_path: Path):
    put("odd", BAD % ("return []", "return b'\\xff'"))
    cli("plugin", "enable", "odd")
    assert "--output FILE" in cli("export", "bad", "--json", code=1).err
    assert cli("export", "bad", "--json", "--output", str(tmp_path / "out")).json["bytes"] == 1
    assert (tmp_path / "out").read_bytes() == b"\xff"


def test_an_output_that_can_not_be_written_is_refused(cli, acme, tmp_path: Path):
    assert "can't be written" in cli("export", "json", "--output", str(tmp_path / "none" / "out"), code=1).err


def test_a_command_of_a_plugin_that_is_broken_leaves_all_others(cli, put):
    put(
        "greets",
        "import jobflow\n\n\n@jobflow.hookimpl\ndef jobflow_commands(cli):\n    cli.command('greet')(lambda: None)\n",
    )
    cli("plugin", "enable", "greets")
    assert cli("greet").code == 0
    put("greets", "raise RuntimeError('no')\n")
    assert "RuntimeError: no" in cli("--help").err
    assert cli("list").code == 0
    assert cli("greet", code=2).code == 2


def test_a_plugin_hears_of_what_was_recorded_and_of_no_rehearsal(cli, put, home: Path, tmp_path: Path):
    heard, table = tmp_path / "heard", tmp_path / "table.csv"
    put(
        "listens",
        "import jobflow\n\n\n@jobflow.hookimpl\ndef jobflow_recorded(events):\n"
        f"    with open({str(heard)!r}, 'a') as out:\n"
        "        out.writelines(f'{event.application} {event.seq}\\n' for event in events)\n",
    )
    table.write_text("Company,Interviewed\nGlobex,2026-03-06\n", encoding="utf-8")
    cli("plugin", "enable", "listens")
    cli("import", "csv", str(table), "--dry-run")
    cli("config", "check")
    cli("add", "Nobody", "--fact", "no_such=1", code=1)
    assert not heard.exists()
    cli("add", "Acme")
    cli("import", "csv", str(table))
    told = [line.split() for line in heard.read_text(encoding="utf-8").splitlines()]
    recorded = [
        [application["id"], str(record["seq"])]
        for application in cli("list", "--json").json
        for record in cli("history", application["slug"], "--json").json
    ]
    assert len({id_ for id_, _ in told}) == 2
    assert sorted(told) == sorted(recorded)
