"""Help: every command has one, with examples that are real commands."""

from __future__ import annotations

import click
import pytest

from jobflow.cli.app import cli as root
from jobflow.cli.commands import Help, LazyGroup


def every(group: LazyGroup, path: tuple[str, ...] = ()):
    with click.Context(group) as ctx:
        for name in group.list_commands(ctx):
            found = group.get_command(ctx, name)
            assert isinstance(found, Help)
            yield (*path, name), found
            if isinstance(found, LazyGroup):
                yield from every(found, (*path, name))


COMMANDS = dict(every(root))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_says_what_it_does_and_how(cli, path):
    said = cli(*path, "--help").out
    assert "Examples:" in said
    assert f"jobflow {' '.join(path)}" in said
    assert "Options of every command:" in said
    assert "--home DIR" in said
    assert cli(*path, "-h").out == said


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_examples_name_options_that_exist(path):
    found = COMMANDS[path]
    known = {option for parameter in found.params for option in parameter.opts} | {"--at"}
    for example in found.examples:
        words = example.split("      ")[0].split()
        if not isinstance(found, LazyGroup):
            assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known


def test_the_contracts_commands_are_there():
    wanted = "add log set contact next done skip snooze tick list show history explain plan undo import workflow config"
    assert set(wanted.split()) <= {path[0] for path in COMMANDS}
    assert {("import", "csv"), ("workflow", "check"), ("config", "check")} <= set(COMMANDS)


def test_the_one_line_in_the_list_is_there_for_each(cli):
    said = cli("--help").out
    for path in COMMANDS:
        if len(path) == 1:
            assert f"  {path[0]} " in said


@pytest.mark.parametrize(("slip", "meant"), [("ad", "add"), ("nxt", "next"), ("shwo", "show")])
def test_a_slip_gets_a_suggestion(cli, slip, meant):
    assert f"Did you mean '{meant}'?" in cli(slip, code=2).err


def test_an_unknown_word_gets_the_list(cli):
    assert "jobflow --help" in cli("zzzzzz", code=2).err
    assert "unknown command" in cli("workflow", "zzzzzz", code=2).err


MISUSED = (["add"], ["done"], ["done", "x"], ["next", "--nope"], ["completion", "tcsh"], ["tick", "--limit", "0"])


@pytest.mark.parametrize("words", MISUSED, ids=" ".join)
def test_misuse_is_exit_2_with_the_usage(cli, words):
    said = cli(*words, code=2)
    assert "Usage: jobflow" in said.err
    assert said.out == ""


@pytest.mark.parametrize("group", ["import", "workflow", "config", "outbox", "plugin"])
def test_a_group_alone_shows_what_may_follow_once(cli, group):
    said = cli(group, code=2)
    assert said.err.startswith(f"Usage: jobflow {group}")
    assert said.err.count("Usage:") == 1
    assert "Commands:" in said.err
