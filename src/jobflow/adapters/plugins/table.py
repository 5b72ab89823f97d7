"""The plugins that the user enabled, as HOME/plugins.json remembers them: a tick looks here, and searches nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from jobflow.adapters.plugins.examine import Offers
from jobflow.core.errors import JobflowError

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """One enabled plugin: what it is called, where it is, what it offers. `source`: its distribution or file."""

    name: str
    reference: str
    source: str = ""
    offers: Offers = field(default_factory=Offers)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "name": self.name,
            "reference": self.reference,
            "source": self.source,
            **self.offers.to_json(),
        }

    @classmethod
    def from_json(cls, data: Any) -> Plugin:
        """What `to_json` wrote."""
        name, reference, source = (str(data[key]) for key in ("name", "reference", "source"))
        return cls(name=name, reference=reference, source=source, offers=Offers.from_json(data))


def read_plugins(path: str) -> tuple[Plugin, ...]:
    """The enabled plugins, in the order of enabling. Raises `JobflowError` where the file is damaged."""
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        if data["format"] == FORMAT:
            return tuple(map(Plugin.from_json, data["plugins"]))
        problem = f"its format is {data['format']}, this jobflow reads {FORMAT}"
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except (ValueError, KeyError, TypeError, AttributeError, JobflowError) as error:
        problem = type(error).__name__
    raise JobflowError(
        f"{path} can't be read ({problem}): it says which plugins are enabled.",
        hint="delete it, then enable them again: jobflow plugin enable NAME",
    )


def write_plugins(path: str, plugins: Iterable[Plugin]) -> None:
    """Keep the enabled plugins: all of it or nothing, readable by nobody else."""
    text = json.dumps({"format": FORMAT, "plugins": [plugin.to_json() for plugin in plugins]}, indent=1)
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    new = f"{path}.new"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)


def offering(plugins: Iterable[Plugin], hook: str) -> Iterator[tuple[str, Plugin]]:
    """What the enabled plugins offer at a hook: (name, plugin)."""
    for plugin in plugins:
        for each, name in plugin.offers.all_names():
            if each == hook:
                yield name, plugin
