"""Plugins as text: which there are, what they offer, what to type next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jobflow.adapters.plugins.saying import one_line
from jobflow.adapters.plugins.table import Plugin
from jobflow.render.words import bold, columns, dim


def plugin_lines(rows: Sequence[Mapping[str, Any]], folder: str) -> Iterator[str]:
    """Name, state, where it comes from; then what is wrong with those that are broken."""
    if not rows:
        yield f"No plugin is installed, and there is none in {folder}."
        yield "To write one: jobflow plugin new jobflow-NAME"
        return
    yield from columns((f"  {one_line(row['name'])}", f"{row['state']}  {dim(row['source'])}") for row in rows)
    for row in rows:
        if row["fault"]:
            yield f"{row['fault']} Hint: {row['hint']}"
    if not any(row["enabled"] for row in rows):
        yield dim(f"To let one run: jobflow plugin enable {rows[0]['name']}")


def offer_lines(offers: Mapping[str, Any]) -> Iterator[str]:
    """What it offers, a line for each kind."""
    for kind, names in offers.items():
        words = kind.replace("_", " ")
        yield f"  {words}: {', '.join(names)}" if isinstance(names, list) else f"  {words}"


def enabled_lines(plugin: Plugin, config_file: str) -> Iterator[str]:
    """That it is enabled, and how its channels are put to use."""
    yield f"{bold(plugin.name)} is enabled ({plugin.source})."
    for channel in plugin.offers.channels:
        needed = ", ".join(f"{option.name}: …" for option in channel.options if option.required)
        yield f"To use its channel, in {config_file}:  channels: {{{channel.name}: {{{needed}}}}}"


def new_lines(name: str, folder: str, files: Sequence[str]) -> Iterator[str]:
    """What was written, and how to go on."""
    yield f"{bold(name)} is in {folder}:"
    yield from (f"  {file}" for file in files)
    yield ""
    yield "Then, in that folder:"
    yield '  python -m pip install -e ".[test]" && python -m pytest'
    yield f"  jobflow plugin enable {name.removeprefix('jobflow-')}"
