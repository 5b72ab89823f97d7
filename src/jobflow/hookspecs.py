"""The hooks, typed: what a plugin may offer. They return values, which the engine calls one by one: faults stay alone.

A plugin is a module or an object with some of these, each marked `@jobflow.hookimpl`. What ships with jobflow is
registered on the same road (`jobflow.adapters.builtin`). The values are described in `jobflow.contracts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pluggy

from jobflow.contracts import (
    BusinessCalendar,
    Channel,
    Condition,
    Exporter,
    Importer,
    Step,
    TaskKind,
    Template,
    WorkflowFile,
)

if TYPE_CHECKING:
    import click

    from jobflow.core.records import Record

PROJECT = "jobflow"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class JobflowSpecs:
    """The hooks."""

    @hookspec
    def jobflow_channels(self) -> Sequence[type[Channel] | Channel]:
        """Ways to deliver messages, by the names that `channels:` of config.yaml uses.

        Classes, which are made with the options of config.yaml; or an object that is ready to send.
        """
        raise NotImplementedError

    @hookspec
    def jobflow_steps(self) -> Sequence[Step]:
        """Kinds of step that `steps:` of a workflow may name."""
        raise NotImplementedError

    @hookspec
    def jobflow_conditions(self) -> Sequence[Condition]:
        """Conditions that workflows may name."""
        raise NotImplementedError

    @hookspec
    def jobflow_task_kinds(self) -> Sequence[TaskKind]:
        """Kinds of task that workflows may name."""
        raise NotImplementedError

    @hookspec
    def jobflow_calendars(self) -> Sequence[BusinessCalendar]:
        """Business calendars that `calendar: {also: […]}` of config.yaml may name."""
        raise NotImplementedError

    @hookspec
    def jobflow_workflows(self) -> Sequence[WorkflowFile]:
        """Workflows, by name. A file of the user's own with that name wins."""
        raise NotImplementedError

    @hookspec
    def jobflow_templates(self) -> Sequence[Template]:
        """Texts, by name. A file of the user's own with that name wins."""
        raise NotImplementedError

    @hookspec
    def jobflow_importers(self) -> Sequence[Importer]:
        """File formats for `jobflow import NAME FILE`."""
        raise NotImplementedError

    @hookspec
    def jobflow_exporters(self) -> Sequence[Exporter]:
        """File formats for `jobflow export NAME`."""
        raise NotImplementedError

    @hookspec
    def jobflow_commands(self, cli: click.Group) -> None:
        """Add commands to the command line: `cli.add_command(mine)`. None may take a name that there is already.

        Each takes the options of every command (`--home`, `--now`, `--json`, `--yes`) beside its own. What click calls
        the context's object (`@click.pass_obj`) has what they say: `open()`, for a `with` block, gives the `Jobflow` of
        that home at that moment; `json` and `yes` are flags; `give(value)` prints a JSON document.
        """

    @hookspec
    def jobflow_recorded(self, events: Sequence[Record]) -> None:
        """Look at what was just recorded, after the commit. What it raises changes nothing, and is reported."""


HOOKS = tuple(name for name in vars(JobflowSpecs) if name.startswith("jobflow_"))
"""Every hook, in the order of the documentation."""


def plugin_manager(plugins: Sequence[object]) -> pluggy.PluginManager:
    """The plugins, registered. Raises pluggy's PluginValidationError where one implements an unknown hook."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(JobflowSpecs)
    for plugin in plugins:
        manager.register(plugin)
    manager.check_pending()
    return manager
