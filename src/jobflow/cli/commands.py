"""How commands look: options that every one takes, examples in every help, groups that load their commands late."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from jobflow.adapters.home import find_home
from jobflow.cli.session import Session
from jobflow.core.errors import JobflowError

if TYPE_CHECKING:
    from jobflow.adapters.plugins.kit import Kit


def _remember(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(ctx: click.Context, _param: click.Parameter, value: Any) -> None:
        if value:
            setattr(ctx.ensure_object(Session), name, value)

    return callback


def everywhere() -> list[click.Parameter]:
    """The options that stand before or after a command's name; what stands later wins."""
    return [
        click.Option(
            ["--home"],
            metavar="DIR",
            help="Where config.yaml, the database and your workflows are (default: JOBFLOW_HOME).",
            expose_value=False,
            is_eager=True,  # `--help` after it shows the commands that the plugins there add.
            callback=_remember("home_option"),
        ),
        click.Option(
            ["--now"],
            metavar="WHEN",
            help="Take this for the present moment (default: JOBFLOW_NOW, else the clock).",
            expose_value=False,
            callback=_remember("now_option"),
        ),
        click.Option(
            ["--json"],
            is_flag=True,
            help="Print one JSON document.",
            expose_value=False,
            callback=_remember("json"),
        ),
        click.Option(
            ["--yes"],
            is_flag=True,
            help="Confirm what would be asked, such as a date more than a year ahead.",
            expose_value=False,
            callback=_remember("yes"),
        ),
    ]


class Help(click.Command):
    """Help with examples, and the options of every command in a section of their own."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        """`examples`: lines as a person would type them."""
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)
        self.common = everywhere()
        self.params.extend(self.common)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does; whoever forgot the quotes is told so."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            if "unexpected extra argument" not in error.message:
                raise
            mend = 'Several words that belong together need quotes, such as "Acme Corp".'
            raise click.UsageError(f"{error.message.removesuffix('.')}. {mend}", error.ctx) from None

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Its own options first."""
        own = [p.get_help_record(ctx) for p in self.get_params(ctx) if _is_own(p, self.common)]
        common = [p.get_help_record(ctx) for p in self.common]
        for title, records in (("Options", own), ("Options of every command", common)):
            rows = [record for record in records if record is not None]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples."""
        if self.examples:
            with formatter.section("Examples"):
                for line in self.examples:
                    formatter.write(f"{'':>{formatter.current_indent}}{line}\n")
        super().format_epilog(ctx, formatter)


def _is_own(parameter: click.Parameter, common: Sequence[click.Parameter]) -> bool:
    return isinstance(parameter, click.Option) and parameter not in common


def with_common(command: click.Command) -> click.Command:
    """A plugin's command, which takes the options of every command too, but for those that it has itself."""
    own = {name for parameter in command.params for name in parameter.opts}
    command.params.extend(option for option in everywhere() if own.isdisjoint(option.opts))
    return command


class LazyGroup(Help, click.Group):
    """A group that knows where its commands are, and imports the one that is called."""

    def __init__(self, *args: Any, lazy: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        """`lazy`: by command, its place (`module:attribute`) and its one line of help."""
        super().__init__(*args, **kwargs)
        self.lazy = dict(lazy)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they are declared: by use, not by alphabet."""
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command."""
        if cmd_name not in self.lazy:
            return None
        module, _, attribute = self.lazy[cmd_name][0].partition(":")
        found: click.Command = getattr(import_module(module), attribute)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was named; near misses where there is none."""
        name = args[0]
        if name not in self.lazy and not name.startswith("-"):
            from jobflow.cli.other_words import meant
            from jobflow.core.errors import suggest

            near = (meant(name) if ctx.parent is None else None) or suggest(name, self.lazy)
            mend = f"Did you mean '{near}'?" if near else f"`{ctx.command_path} --help` lists them."
            raise click.UsageError(f"unknown command '{name}'. {mend}", ctx)
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands come after the options, as in any group."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their one line each; none of them is imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self.lazy.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run; a reader that went away is none of click's business, which would call it a failure."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise PipeClosed from error


class GrownGroup(LazyGroup):
    """A group that enabled plugins add commands to; those that are built in come first."""

    def added(self, ctx: click.Context, args: Sequence[str] = ()) -> Mapping[str, click.Command]:
        """The commands that plugins add; with `args`, that of `args[0]` is enough."""
        raise NotImplementedError

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A built-in command, else a plugin's; near misses where there is none."""
        if args[0] not in self.lazy and not args[0].startswith("-"):
            found = self.added(ctx, args).get(args[0])
            if found is not None:
                return args[0], found, args[1:]
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The built-in ones, then the plugins'."""
        super().format_commands(ctx, formatter)
        try:
            rows = [(name, command.get_short_help_str()) for name, command in self.added(ctx).items()]
        except JobflowError:
            return  # Help is what one asks for when something is wrong.
        if rows:
            with formatter.section("Commands of plugins"):
                formatter.write_dl(rows)


def kit_for(ctx: click.Context, args: Sequence[str]) -> Kit:
    """What can be named in the home of this command line; `--home` may stand among `args`, after the command."""
    session = ctx.ensure_object(Session)
    named = [after for word, after in pairwise(args) if word == "--home"]
    named += [word.removeprefix("--home=") for word in args if word.startswith("--home=")]
    return session.kit(find_home(named[-1], os.environ) if named else None)


class PipeClosed(Exception):
    """Whoever read our output has stopped: no fault of anybody."""


def command(name: str, *examples: str) -> Callable[[Callable[..., Any]], Help]:
    """A command with its examples."""

    def wrap(function: Callable[..., Any]) -> Help:
        made: Help = click.command(name, cls=Help, examples=examples)(function)
        return made

    return wrap
