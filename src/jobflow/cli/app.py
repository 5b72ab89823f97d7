"""The root of the command line, and what becomes of errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

import click

from jobflow import __version__
from jobflow.cli.commands import GrownGroup, PipeClosed, kit_for, with_common
from jobflow.cli.session import Session
from jobflow.core.errors import JobflowError

COMMANDS = {
    "add": ("record:add", "A new application, after its interview."),
    "log": ("record:log", "Record what happened: a reply, an offer, another interview."),
    "next": ("tasks:next_", "What to do now, most pressing first."),
    "done": ("tasks:done", "You did it."),
    "skip": ("tasks:skip", "You will not do it."),
    "snooze": ("tasks:snooze", "Put a task off."),
    "letter": ("letters:letter", "The letter of a task: look at it, change it, put it into drafts."),
    "debrief": ("learning:debrief", "Go over an interview, one question at a time."),
    "lessons": ("learning:lessons", "What your interviews taught: what recurs, what got better."),
    "prepare": ("learning:prepare", "What to know before the next interview."),
    "offer": ("offers:offer", "What an offer is: pay, start, deadline, for and against."),
    "offers": ("offers:offers", "All offers side by side, and who must be told what by when."),
    "set": ("record:set_", "Tell facts, such as when they will decide."),
    "contact": ("record:contact", "Name people at or around the employer."),
    "list": ("look:list_", "Where every application stands."),
    "show": ("look:show", "All about one application."),
    "plan": ("ticking:plan", "What will come due, day by day."),
    "explain": ("look:explain", "Which rule says what, and why something is not due."),
    "history": ("look:history", "How an application came to where it stands."),
    "stats": ("numbers:stats", "Your search in numbers: how far, how fast, what changed."),
    "report": ("numbers:report", "Your search as one page with pictures, to look at or print."),
    "undo": ("record:undo", "Take the last command back."),
    "tick": ("ticking:tick", "For cron: say what is due; silent when nothing is."),
    "import": ("importing:import_", "Take over the spreadsheet that you keep already."),
    "export": ("exporting:export", "Write your applications as a file."),
    "workflow": ("workflows:workflow", "The rule books: list, show, check."),
    "search": ("searching:search", "Have your search itself looked after: start, show, stop."),
    "outbox": ("outbox:outbox", "What waits to be delivered, and what could not be."),
    "plugin": ("plugins:plugin", "Channels, steps and more by others: list, enable, write one."),
    "schedule": ("schedule:schedule", "Have `tick` called by itself: install, remove, status."),
    "doctor": ("doctor:doctor", "Is all well? What is wrong, and what mends it."),
    "backup": ("keeping:backup", "Keep everything in one file."),
    "restore": ("keeping:restore", "Put a backup in place."),
    "forget": ("keeping:forget", "Erase an application for ever."),
    "config": ("configuration:config", "Your settings: show, check."),
    "demo": ("demonstration:demo", "Six weeks of a job search in a few seconds."),
    "completion": ("completion:completion", "Let your shell complete commands and names."),
}


class Root(GrownGroup):
    """The built-in commands, then those that enabled plugins add."""

    def added(self, ctx: click.Context, args: Sequence[str] = ()) -> Mapping[str, click.Command]:
        """The commands of enabled plugins. Those of a plugin that can't be loaded are left out, and said."""
        from jobflow.adapters.plugins.examine import commands_of

        kit = kit_for(ctx, args)
        found: dict[str, click.Command] = {}
        for plugin in kit.having("jobflow_commands"):
            if args and args[0] not in plugin.offers.names.get("jobflow_commands", ()):
                continue
            try:
                found |= commands_of(kit.hooks(plugin), plugin.name)
            except JobflowError as error:
                click.echo(f"jobflow: {error}", err=True)
        return {name: with_common(command) for name, command in found.items() if name not in self.lazy}


@click.group(
    cls=Root,
    lazy={name: (f"jobflow.cli.{place}", text) for name, (place, text) in COMMANDS.items()},
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    examples=(
        'jobflow add "Acme Corp" --role Engineer --at yesterday --contact "interviewer=Ada Byron"',
        "jobflow next",
        "jobflow done 1",
        "jobflow demo",
    ),
)
@click.version_option(__version__, prog_name="jobflow")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """After the interview: whom to thank, when to ask, when to stop. It reminds you, and never pesters an employer."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def run(arguments: Sequence[str], plugins: Sequence[object] = ()) -> int:
    """Run one command line; its exit code. Raises nothing but what is a bug.

    `plugins`: objects of whoever embeds the command line, as for `Jobflow.open`.
    """
    session = Session(plugins)
    try:
        code = cli.main(args=list(arguments), prog_name="jobflow", standalone_mode=False, obj=session)
    except PipeClosed:
        return 0
    except click.Abort:
        return 130
    except click.ClickException as error:
        return _usage(error)
    except JobflowError as error:
        click.echo(f"jobflow: {error}", err=True)
        return error.exit_code
    except OSError as error:
        click.echo(f"jobflow: {_of_the_system(error)}", err=True)
        return 1
    return code if isinstance(code, int) else 0


def _usage(error: click.ClickException) -> int:
    ctx = getattr(error, "ctx", None)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):  # a group alone: its help says what may follow
        click.echo(error.format_message(), err=True)
        return error.exit_code
    click.echo(f"jobflow: {error.format_message()}", err=True)
    if ctx is not None:
        click.echo(f"{ctx.command.get_usage(ctx)}\nTry '{ctx.command_path} --help'.", err=True)
    return error.exit_code


def _of_the_system(error: OSError) -> str:
    """What the operating system refused."""
    where = f" {os.fsdecode(error.filename)}" if isinstance(error.filename, str | bytes) else ""
    mend = (
        " Hint: may you read and write there? --home names another folder" if isinstance(error, PermissionError) else ""
    )
    return f"the system refused{where}: {error.strerror or error}.{mend}"


def prepare_streams() -> None:
    """Never fail over a character that the terminal does not know."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
