"""A plugin's own command, and the channel that it is given: with the home, the moment and the secrets of this run."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

import jobflow

PLUGIN = '''
from dataclasses import dataclass
from typing import ClassVar

import click
import jobflow


@dataclass(frozen=True)
class Post:
    name: ClassVar[str] = "post"
    incoming: ClassVar[bool] = True
    home: jobflow.HomeFolder
    token: jobflow.Secret
    folder: str = "INBOX"


@click.command("post")
@click.option("--yes", is_flag=True)
@click.pass_obj
def post(run, yes):
    """Say what came."""
    with run.open() as flow:
        mine = flow.channel("post")
        said = [mine.folder, mine.token.reveal()[:3], mine.home, flow.now().isoformat(), yes]
    run.give(said) if run.json else click.echo(said)


@jobflow.hookimpl
def jobflow_channels():
    return [Post]


@jobflow.hookimpl
def jobflow_commands(cli):
    cli.add_command(post)
'''
CONFIG = "channels: {console: {}, post: {token: 'env:TOKEN', folder: Jobs}}\n"


@pytest.fixture
def plugin(home: Path, cli, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "plugins").mkdir(parents=True)
    (home / "plugins" / "post.py").write_text(PLUGIN)
    cli("plugin", "enable", "post")
    (home / "config.yaml").write_text(CONFIG)
    monkeypatch.setenv("TOKEN", "canary-17")


@pytest.mark.usefixtures("plugin")
def test_it_has_the_home_the_moment_and_the_options_of_its_channel(home: Path, cli, monkeypatch):
    said = ["Jobs", "can", str(home), "2026-03-11T12:00:00+00:00", True]
    words = ("--now", "2026-03-11T12:00Z", "--json", "--yes")
    assert cli(*words[:3], "post", *words[3:]).json == said
    assert cli("post", *words).json == said
    monkeypatch.delenv("JOBFLOW_HOME")
    assert cli("post", "--home", str(home), *words).json == said
    assert str(said) in cli("post", "--home", str(home), *words[:2], "--yes").out


@pytest.mark.usefixtures("plugin")
def test_a_channel_that_brings_in_is_given_nothing_to_deliver(home: Path, cli):
    cli("add", "Acme")
    cli("--now", "+3d", "--yes", "tick")
    assert {each["channel"] for each in cli("outbox", "list", "--json", "--now", "+3d").json} <= {"console"}
    with closing(jobflow.Jobflow.open(home)) as flow:
        assert not hasattr(flow.parts.channels["post"], "send")
        assert not hasattr(flow.parts.channels["post"], "show")


@pytest.mark.usefixtures("plugin")
def test_what_its_channel_lacks_is_said_in_one_line(home: Path, cli, monkeypatch):
    monkeypatch.delenv("TOKEN")
    assert "no variable TOKEN" in cli("post", code=1).err
    (home / "config.yaml").write_text("channels: {console: {}}\n")
    assert "channels: {post: {…}}" in cli("post", code=1).err
    (home / "config.yaml").write_text(CONFIG)
    (home / "plugins" / "post.py").write_text(PLUGIN.replace('"post"\n    incoming', '"another"\n    incoming'))
    assert "is not offered any more" in cli("post", code=1).err


def test_embedders_have_their_channels_too():
    class Mine:
        name = "mine"
        incoming = True

    class Plugin:
        @jobflow.hookimpl
        def jobflow_channels(self):
            return [Mine]

    settings = jobflow.Settings(channels={"mine": {}, "console": {}})
    with closing(jobflow.Jobflow.open(plugins=[Plugin()], settings=settings)) as flow:
        assert isinstance(flow.channel("mine"), Mine)
        assert flow.channel("console").name == "console"
        with pytest.raises(jobflow.UnknownName):
            flow.channel("drafts")
