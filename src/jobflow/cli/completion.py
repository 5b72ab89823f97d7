"""completion: the lines that let a shell complete commands, options and the names of applications."""

from __future__ import annotations

import click

from jobflow.cli.commands import command

_VARIABLE = "_JOBFLOW_COMPLETE"


@command(
    "completion",
    'eval "$(jobflow completion bash)"      in ~/.bashrc',
    'eval "$(jobflow completion zsh)"       in ~/.zshrc',
    "jobflow completion fish > ~/.config/fish/completions/jobflow.fish",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what your shell has to run, so that it completes commands, options and the names of applications."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}.", ctx)
    # `source` would start bash to ask for its version; the script says more than enough by itself.
    maker = kind(ctx.find_root().command, {}, "jobflow", _VARIABLE)
    click.echo(maker.source_template % maker.source_vars())
