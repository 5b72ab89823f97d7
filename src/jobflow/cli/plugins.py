"""plugin list, enable, disable, check, new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from jobflow.cli.commands import LazyGroup, command
from jobflow.cli.session import Session, pass_session

if TYPE_CHECKING:
    from jobflow.adapters.plugins.discovery import Plugins
    from jobflow.adapters.plugins.examine import Offers

FAULTS = 4
_HERE = "jobflow.cli.plugins"
_NAME = click.argument("name", metavar="NAME")


@click.group(
    "plugin",
    cls=LazyGroup,
    lazy={
        "list": (f"{_HERE}:list_", "The plugins there are, and which are enabled."),
        "enable": (f"{_HERE}:enable", "Let a plugin run from now on."),
        "disable": (f"{_HERE}:disable", "Let a plugin run no more."),
        "check": (f"{_HERE}:check", "Load a plugin and say what it offers, or what is wrong with it."),
        "new": (f"{_HERE}:new", "Write a complete plugin to begin with."),
    },
    examples=("jobflow plugin list", "jobflow plugin enable shout", "jobflow plugin new jobflow-shout"),
)
def plugin() -> None:
    """Channels, steps and more by others. A plugin is code: it runs once you have enabled it, and no sooner."""


def _plugins(session: Session) -> Plugins:
    from jobflow.adapters.plugins.discovery import Plugins
    from jobflow.cli.app import COMMANDS

    home = session.home
    return Plugins(home.plugins, home.plugins_file, home=home.data, commands=tuple(COMMANDS))


@command("list", "jobflow plugin list", "jobflow plugin list --json")
@pass_session
def list_(session: Session) -> None:
    """The plugins there are: installed ones, and the files in HOME/plugins. Only the enabled are run, to try them."""
    plugins = _plugins(session)
    enabled = {each.name: each for each in plugins.enabled()}
    available, broken = plugins.available(), plugins.broken()
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "state": "broken" if name in broken else "enabled" if name in enabled else "available",
            "enabled": name in enabled,
            "present": name in available,
            "source": available[name].source if name in available else enabled[name].source,
            "offers": _offers(enabled[name].offers) if name in enabled else None,
            "fault": broken[name].message if name in broken else None,
            "hint": broken[name].hint if name in broken else None,
        }
        for name in sorted({*available, *enabled})
    ]
    if session.json:
        session.give(rows)
        return
    from jobflow.render.plugins import plugin_lines

    session.lines(plugin_lines(rows, session.home.plugins))


@command("check", "jobflow plugin check shout")
@_NAME
@pass_session
def check(session: Session, name: str) -> int | None:
    """Load it and say what it offers, or what is wrong with it. It is not enabled."""
    from jobflow.core.errors import PluginFault

    try:
        found, offers = _plugins(session).check(name)
    except PluginFault as error:
        if session.json:
            session.give({"name": name, "fault": error.message, "hint": error.hint, "offers": None})
        else:
            click.echo(f"jobflow: {error}", err=True)
        return FAULTS
    if session.json:
        session.give({"name": name, "fault": None, "hint": None, "offers": _offers(offers)})
        return None
    from jobflow.render.plugins import offer_lines

    session.lines([f"{name} is fine ({found.source}).", *offer_lines(_offers(offers))])
    return None


@command("enable", "jobflow plugin enable shout")
@_NAME
@pass_session
def enable(session: Session, name: str) -> None:
    """Check it and let it run from now on. Do that again after you changed what it offers."""
    plugin = _plugins(session).enable(name)
    if session.json:
        session.give({"name": name, "enabled": True, "source": plugin.source, "offers": _offers(plugin.offers)})
        return
    from jobflow.render.plugins import enabled_lines

    session.lines(enabled_lines(plugin, session.home.config_file))


@command("disable", "jobflow plugin disable shout")
@_NAME
@pass_session
def disable(session: Session, name: str) -> None:
    """Let it run no more. What waits for its channels is given up at the next tick."""
    plugin = _plugins(session).disable(name, frozenset(_channels_named(session)))
    if session.json:
        session.give({"name": name, "enabled": False, "source": plugin.source, "offers": _offers(plugin.offers)})
        return
    session.lines([f"{name} is disabled."])


def _channels_named(session: Session) -> list[str]:
    from jobflow.core.errors import JobflowError

    try:
        return list(session.settings().channels)
    except JobflowError:
        return []  # A config.yaml that can't be read must not keep a faulty plugin on.


@command("new", "jobflow plugin new jobflow-shout", "jobflow plugin new jobflow-shout --in ~/code")
@click.argument("name", metavar="NAME")
@click.option("--in", "where", metavar="FOLDER", default=".", help="Where its folder is made (default: here).")
@pass_session
def new(session: Session, name: str, where: str) -> None:
    """Write a complete distribution: project file, a channel, tests, README. Its tests pass as it stands."""
    from jobflow.adapters.plugins.scaffold import write_scaffold

    folder, files = write_scaffold(name, where)
    if session.json:
        session.give({"name": name, "folder": folder, "files": files})
        return
    from jobflow.render.plugins import new_lines

    session.lines(new_lines(name, folder, files))


def _offers(offers: Offers) -> dict[str, Any]:
    """What it offers, under the contract's words."""
    words = {hook.removeprefix("jobflow_"): list(names) for hook, names in offers.names.items()}
    channels = [channel.name for channel in offers.channels]
    plain = [hook.removeprefix("jobflow_") for hook in offers.hooks if hook in ("jobflow_commands", "jobflow_recorded")]
    return {**({"channels": channels} if channels else {}), **words, **dict.fromkeys(plain, True)}
