"""What ships with jobflow, registered on the same road as anybody's plugin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import Any

from jobflow.contracts import Channel, Exporter, Importer, TaskKind, Template, WorkflowFile
from jobflow.core.model import TASK_KINDS
from jobflow.hookspecs import hookimpl

CHANNELS = {
    "console": "jobflow.adapters.console:Console",
    "drafts": "jobflow.adapters.channels.drafts:Drafts",
    "command": "jobflow.adapters.channels.command:Command",
    "email": "jobflow.adapters.channels.email:Email",
    "desktop": "jobflow.adapters.channels.desktop:Desktop",
    "webhook": "jobflow.adapters.channels.webhook:Webhook",
    "calendar": "jobflow.adapters.channels.calendar:Calendar",
}
"""Each channel by name with its reference, as enabling remembers it: only what config.yaml names is imported."""


def channel_class(name: str) -> type[Channel]:
    """The class of a built-in channel."""
    module, _, attribute = CHANNELS[name].partition(":")
    found: type[Channel] = getattr(import_module(module), attribute)
    return found


EXPORTERS = {
    "json": "jobflow.adapters.exporting:Json",
    "csv": "jobflow.adapters.exporting:Csv",
    "markdown": "jobflow.adapters.exporting:Markdown",
    "ics": "jobflow.adapters.exporting_ics:Ics",
    "record": "jobflow.adapters.exporting_record:Record",
}
"""Each exporter by name with its reference."""
IMPORTERS = {
    "linkedin": "jobflow.adapters.importers.linkedin:LinkedIn",
    "huntr": "jobflow.adapters.importers.trackers:Huntr",
    "teal": "jobflow.adapters.importers.trackers:Teal",
    "simplify": "jobflow.adapters.importers.trackers:Simplify",
    "jobsync": "jobflow.adapters.importers.trackers:JobSync",
    "career-ops": "jobflow.adapters.importers.markdown:CareerOps",
    "json": "jobflow.adapters.importers.exported:Json",
}
"""Each importer by name with its reference."""
CSV = "csv"
"""The importer that ships beside them. It has options of its own, so it is a command of its own."""


def built_in(hook: str) -> Mapping[str, Callable[[], Any]]:
    """What ships at a hook, by name, beside channels: how it is had."""
    found = {"jobflow_exporters": EXPORTERS, "jobflow_importers": IMPORTERS}.get(hook, {})
    return {name: partial(_made, reference) for name, reference in found.items()}


def _made(reference: str) -> Any:
    module, _, attribute = reference.partition(":")
    return getattr(import_module(module), attribute)()


@hookimpl
def jobflow_exporters() -> Sequence[Exporter]:
    """The exporters."""
    return [make() for make in built_in("jobflow_exporters").values()]


@hookimpl
def jobflow_importers() -> Sequence[Importer]:
    """The importers."""
    return [make() for make in built_in("jobflow_importers").values()]


@hookimpl
def jobflow_task_kinds() -> Sequence[TaskKind]:
    """The kinds of task."""
    return [TaskKind(name) for name in TASK_KINDS]


@hookimpl
def jobflow_workflows() -> Sequence[WorkflowFile]:
    """The workflows."""
    from jobflow.rulebook.shipped import shipped, shipped_names

    return [WorkflowFile(name, shipped(name) or "") for name in shipped_names()]


@hookimpl
def jobflow_templates() -> Sequence[Template]:
    """The templates."""
    from jobflow.adapters.template_files import TemplateFiles
    from jobflow.rulebook.registry import TEMPLATES

    texts = TemplateFiles(None)
    return [Template(name, texts[name]) for name in TEMPLATES]


@hookimpl
def jobflow_channels() -> Sequence[type[Channel]]:
    """The channels."""
    return [channel_class(name) for name in CHANNELS]
