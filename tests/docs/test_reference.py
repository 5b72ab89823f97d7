"""The reference lists everything there is: a command, option, field, record or name that is missing fails here."""

from __future__ import annotations

import dataclasses
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import click
import pytest

import jobflow
from jobflow.adapters.csv_columns import HEADERS
from jobflow.cli.app import cli
from jobflow.cli.commands import LazyGroup
from jobflow.core import views
from jobflow.core.fold import EVENT_TYPES
from tests.docs import story
from tests.docs.console import Shell, typed
from tests.docs.pages import DOCS, blocks, headings, rows, section

REFERENCE = DOCS / "reference"


def page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


# -- commands ----------------------------------------------------------------------------------------------------------


def commands(group: LazyGroup = cli, name: str = "jobflow") -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, as the click tree has them."""
    context = click.Context(group)
    for word in group.list_commands(context):
        found = group.get_command(context, word)
        assert found is not None
        if isinstance(found, LazyGroup):
            yield from commands(found, f"{name} {word}")
        else:
            yield f"{name} {word}", found


COMMANDS = dict(commands())


def own_options(command: click.Command) -> list[str]:
    common = getattr(command, "common", [])
    return [p.opts[-1] for p in command.params if isinstance(p, click.Option) and p not in common]


def typed_in(text: str) -> list[str]:
    return [item.command for block in blocks(text, "console") for item in typed(block.lines)]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_described_with_an_example(name: str):
    text = section(page("commands.md"), name)
    assert any(command.startswith(f"{name} ") or command == name for command in typed_in(text))
    arguments = [p for p in COMMANDS[name].params if isinstance(p, click.Argument) and p.type.name != "choice"]
    for argument in arguments:
        metavar = argument.metavar or argument.name or ""
        assert metavar.upper() in text, metavar


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_is_listed_with_an_example(name: str):
    text = section(page("commands.md"), name)
    listed = [row.split()[0] for row in rows(text) if row.startswith("--")]
    assert listed == own_options(COMMANDS[name])
    for option in listed:
        assert any(option in command for command in typed_in(text)), option


def test_the_options_of_every_command_are_listed_with_an_example():
    text = section(page("commands.md"), "Options of every command")
    listed = [row.split()[0] for row in rows(text)]
    assert listed == [*(p.opts[-1] for p in COMMANDS["jobflow add"].common), "--help", "--version"]  # type: ignore[attr-defined]
    for option in set(listed) - {"--yes"}:
        assert any(option in command for command in typed_in(text)), option


def test_no_command_is_described_that_does_not_exist():
    described = [words for _, _, words in headings(page("commands.md")) if words.startswith("jobflow ")]
    assert described == list(COMMANDS)


def test_every_field_and_header_of_a_spreadsheet_is_listed():
    guide = (DOCS / "how-to/spreadsheets.md").read_text(encoding="utf-8")
    for field, headers in HEADERS.items():
        row = next(line for line in guide.splitlines() if line.startswith(f"| `{field}`"))
        assert row.split("|")[2].strip().lower() == ", ".join(headers)
        assert f"`{field}`" in section(page("commands.md"), "jobflow import csv")


# -- JSON --------------------------------------------------------------------------------------------------------------

Fields = dict[str, set[str]]


@pytest.fixture(scope="module")
def fields(tmp_path_factory: pytest.TempPathFactory) -> Fields:
    """By section of json.md, the fields that real documents have."""
    found: Fields = defaultdict(set)
    folder = tmp_path_factory.mktemp("json")
    for report in story.reports(str(folder / "reports")):
        _tick(found, report.to_json())
    london = ZoneInfo("Europe/London")
    for record in story.records(str(folder / "records")):
        found["history"] |= views.record_json(record, london).keys()
    _from_commands(found, Shell(folder))
    return found


def _tick(found: Fields, document: dict[str, Any]) -> None:
    found["tick"] |= document.keys()
    for name, key in (("transition", "transitions"), ("task change", "tasks"), ("message", "messages")):
        for item in document[key]:
            found[name] |= item.keys()


def _application(found: Fields, document: dict[str, Any]) -> None:
    found["application"] |= document.keys()
    for name, key in (("contact", "contacts"), ("task", "tasks")):
        for item in document[key]:
            found[name] |= item.keys()


def _from_commands(found: Fields, shell: Shell) -> None:
    def ask(command: str) -> Any:
        return json.loads("\n".join(shell.run(f"jobflow --json --now 2026-03-10T17:00 {command}")))

    _application(found, ask('add "Acme Ltd" --contact "interviewer=Ada Byron"'))
    for name, command in (("task", "next"), ("plan", "plan"), ("history", "history acme")):
        for item in ask(command):
            found[name] |= item.keys()
    ask("tick --now 2026-03-11T10:00")
    explanation = ask("explain acme --now 2026-03-11T10:05")
    found["explain"] |= explanation.keys()
    found["rule"] |= explanation["rules"][0].keys()
    found["told"] |= explanation["messages"][0].keys()
    _application(found, ask("undo"))
    (shell.home / "list.csv").write_text("Company,Interviewed\nHooli,soon\nGlobex,2026-03-06\n", encoding="utf-8")
    outcome = ask("import csv list.csv --dry-run")
    found["import"] |= outcome.keys()
    found["problem"] |= outcome["problems"][0].keys()
    found["workflow list"] |= ask("workflow list")[0].keys()
    (shell.home / "mine.yaml").write_text("workflow: mine\n", encoding="utf-8")
    _of_the_workbench(found, shell, ask)
    found["config show"] |= ask("config show").keys()
    _of_plugins(found, shell, ask)
    _of_schedule(found, ask)
    found["export"] |= ask("export json").keys()
    _of_the_whole_search(found, shell, ask)
    found["config check"] |= ask("config check").keys()
    (shell.home / "jobsearch/config.yaml").write_text("channels: {mail: {}}\n", encoding="utf-8")
    found["diagnostic"] |= ask("config check")["diagnostics"][0].keys()
    (shell.home / "jobsearch/config.yaml").unlink()
    day = ask("demo")[0]
    found["demo"] |= day.keys()
    found["happening"] |= day["happenings"][0].keys()


NOTES = "fell_short: [slow start]\nconcerns: [little Go -> I learned it]\n"
CONNECTIONS = (
    "First Name,Last Name,URL,Email Address,Company,Position,Connected On\nCleo,Ray,,,Learned,CTO,05 Mar 2024\n"
)


def _of_the_whole_search(found: Fields, shell: Shell, ask: Callable[[str], Any]) -> None:
    (shell.home / "notes.yaml").write_text(NOTES, encoding="utf-8")
    before = shell.environ["JOBFLOW_HOME"]
    shell.environ["JOBFLOW_HOME"] = f"{before}-whole"  # of a moment before that of the other
    number = ask('add Learned --contact "interviewer=Ada"')["tasks"][0]["number"]
    debrief = ask("debrief learned --file notes.yaml")
    found["debrief"] |= debrief.keys()
    found["question"] |= debrief["questions"][0].keys()
    found["letter"] |= ask(f"letter {number}").keys()
    lessons = ask("lessons")
    found["lessons"] |= lessons.keys()
    found["lesson"] |= lessons["once"][0].keys()
    found["interview"] |= lessons["once"][0]["interviews"][0].keys()
    prepared = ask("prepare learned")
    found["prepare"] |= prepared.keys()
    found["what happened"] |= prepared["history"][0].keys()
    ask("add Offering")
    found["offer"] |= ask("offer offering --pay 5 --deadline 2026-03-20").keys()
    offers = ask("offers")
    found["offers"] |= offers.keys()
    found["pending"] |= offers["pending"][0].keys()
    found["who must be told"] |= offers["tell"][0].keys()
    stats = ask("stats")
    found["stats"] |= stats.keys()
    found["response times"] |= stats["response_times"][0].keys()
    found["not answered"] |= stats["waiting"][0].keys()
    found["report"] |= ask("report").keys()
    (shell.home / "Connections.csv").write_text(CONNECTIONS, encoding="utf-8")
    found["proposal"] |= ask("import linkedin Connections.csv")["proposals"][0].keys()
    found["backup"] |= ask("backup one.zip").keys()
    found["restore"] |= ask("--yes restore one.zip").keys()
    found["forget"] |= ask("--yes forget offering").keys()
    shell.environ["JOBFLOW_HOME"] = before


SILENT = """\
workflow: silent
extends: after-interview
version: 1
states: {followed-up: {transitions: [{to: closed, outcome: no_response, when: {done: last_email}}]}}
scenarios: [{name: One, at: 2026-03-10, steps: [{at: +1d, expect: {state: offer}}]}]
"""

LATER = "tasks: {debrief: {due: 9 days}}\n"


def _of_the_workbench(found: Fields, shell: Shell, ask: Callable[[str], Any]) -> None:
    (shell.home / "silent.yaml").write_text(SILENT, encoding="utf-8")
    checked = ask("workflow check silent.yaml")
    found["workflow check"] |= checked.keys()
    found["finding"] |= checked["findings"][0].keys()
    found["proof"] |= checked["proved"][0].keys()
    tested = ask("workflow test silent.yaml")
    found["workflow test"] |= tested.keys()
    found["scenario"] |= tested["scenarios"][0].keys()
    found["failure"] |= tested["scenarios"][0]["failures"][0].keys()
    found["rule never taken"] |= tested["never_taken"][0].keys()
    found["workflow simulate"] |= ask("workflow simulate --runs 2").keys()
    run = ask("workflow simulate --runs 1")
    found["a single run"] |= run.keys()
    found["what happens"] |= run["happenings"][0].keys()
    (shell.home / "found.json").write_text(json.dumps(checked), encoding="utf-8")
    found["a replay"] |= ask("workflow simulate silent.yaml --replay found.json")["replays"][0].keys()
    ask("add Initech --at 2026-03-01")
    retold = ask("workflow simulate silent.yaml --from-history --now 2026-06-20")["applications"][0]
    found["a history retold"] |= retold.keys()
    found["a difference"] |= retold["differences"][0].keys()
    (shell.home / "jobsearch/workflows").mkdir()
    (shell.home / "jobsearch/workflows/silent.yaml").write_text(f"{SILENT}{LATER}", encoding="utf-8")
    found["workflow new"] |= ask("workflow new my-own").keys()
    (shell.home / "jobsearch/workflows/my-own.yaml").unlink()
    found["workflow schema"] |= ask("workflow schema --output schema.json").keys()
    found["workflow diagram"] |= ask("workflow diagram silent").keys()
    upgraded = ask("workflow upgrade silent initech")
    found["workflow upgrade"] |= upgraded.keys()
    found["a change"] |= upgraded["changes"][0].keys()
    found["an upgraded application"] |= upgraded["applications"][0].keys()
    found["new dates"] |= upgraded["applications"][0]["tasks"][0].keys()
    (shell.home / "jobsearch/workflows/silent.yaml").unlink()
    ask("undo")


def _of_plugins(found: Fields, shell: Shell, ask: Callable[[str], Any]) -> None:
    folder = shell.home / "jobsearch/plugins"
    folder.mkdir(parents=True)
    (folder / "odd.py").write_text("import jobflow\n\n\n@jobflow.hookimpl\ndef jobflow_steps():\n    return []\n")
    found["plugin list"] |= ask("plugin list")[0].keys()
    found["plugin check"] |= ask("plugin check odd").keys()
    found["plugin"] |= ask("plugin enable odd").keys() | ask("plugin disable odd").keys()
    found["plugin new"] |= ask("plugin new jobflow-odd").keys()
    ask("add Initech")
    ask("--now 2026-03-11T22:30 tick")
    found["outbox"] |= ask("--now 2026-03-11T22:30 outbox list")[0].keys()


def _of_schedule(found: Fields, ask: Callable[[str], Any]) -> None:
    dry = ask("schedule install --with crontab --dry-run")
    found["schedule"] |= dry.keys() | ask("schedule install --with crontab --yes").keys()
    found["file"] |= dry["files"][0].keys()
    found["schedule status"] |= ask("schedule status").keys()
    found["schedule remove"] |= ask("schedule remove").keys()
    found["doctor"] |= ask("doctor")[0].keys()


def json_sections() -> list[str]:
    titles = [words for _, level, words in headings(page("json.md")) if level > 1]
    return [title for title in titles if rows(_own(page("json.md"), title))]


def _own(text: str, title: str) -> str:
    """A section without its subsections."""
    return section(text, title).split("\n### ")[0]


@pytest.mark.parametrize("title", json_sections())
def test_each_field_of_json_is_listed_and_no_other(title: str, fields: Fields):
    assert set(rows(_own(page("json.md"), title))) == fields[title]


def test_every_document_has_its_section(fields: Fields):
    assert set(json_sections()) == set(fields)


def test_every_command_says_what_it_prints_as_json():
    table = page("json.md").split("## application")[0]
    for name in COMMANDS:
        assert f"`{name.removeprefix('jobflow ')}`" in table, name


# -- history -----------------------------------------------------------------------------------------------------------


def test_every_type_of_record_has_its_section():
    assert [words for _, level, words in headings(page("history.md")) if level > 1] == list(EVENT_TYPES)


def test_the_data_of_every_type_of_record_are_listed(tmp_path):
    found: Fields = defaultdict(set)
    for record in story.records(str(tmp_path)):
        found[record.type] |= record.data.keys() - {"wakes_at"}
    assert set(found) == set(EVENT_TYPES)
    for kind, names in found.items():
        assert set(rows(section(page("history.md"), kind))) == names, kind


# -- Python ------------------------------------------------------------------------------------------------------------


def heading(name: str) -> str:
    return f"`{name}`" if name.startswith("_") else name


@pytest.mark.parametrize("name", jobflow.__all__)
def test_every_public_name_has_its_section(name: str):
    text = section(page("api.md"), heading(name))
    value = getattr(jobflow, name)
    if dataclasses.is_dataclass(value):
        listed = {word for line in text.splitlines() if line.startswith("| `") for word in _words(line.split("|")[1])}
        assert listed == {field.name for field in dataclasses.fields(value)}


def _words(cell: str) -> list[str]:
    return re.findall(r"`([a-z_]+)`", cell)


def test_every_method_of_the_engine_is_listed():
    listed = [row.partition("(")[0] for row in rows(section(page("api.md"), "Jobflow"))]
    assert set(listed) == {name for name in dir(jobflow.Jobflow) if not name.startswith("_")}
    assert len(listed) == len(set(listed))


# -- exit codes --------------------------------------------------------------------------------------------------------


def errors(base: type[jobflow.JobflowError] = jobflow.JobflowError) -> Iterator[type[jobflow.JobflowError]]:
    yield base
    for child in base.__subclasses__():
        if child.__module__.startswith("jobflow."):
            yield from errors(child)


def test_every_exit_code_is_listed_with_its_errors():
    text = page("exit-codes.md")
    assert rows(text) == ["0", "1", "2", "3", "4", "130"]
    by_code = {row.split("|")[1].strip(" `"): row for row in text.splitlines() if row.startswith("| `")}
    for error in errors():
        if error.__name__ in jobflow.__all__:
            assert f"`{error.__name__}`" in by_code[str(error.exit_code)]


# -- the promises of README --------------------------------------------------------------------------------------------

OFFLINE = """
import os, runpy, sys

def watch(event, arguments):
    if event.startswith(("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto")):
        os._exit(99)

sys.addaudithook(watch)
sys.argv = ["jobflow", *sys.argv[1:]]
runpy.run_module("jobflow", run_name="__main__")
"""


@pytest.mark.parametrize("command", ["add Acme", "tick --now 2030-01-01", "demo"])
def test_nothing_leaves_the_machine(command: str, tmp_path):
    shell = Shell(tmp_path)
    shell.run("jobflow add Globex")
    (shell.home / "offline.py").write_text(OFFLINE, encoding="utf-8")
    shell.run(f"python offline.py {command}")
    assert shell.code == 0
