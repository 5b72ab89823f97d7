"""Where a plugin is, as text: `package.module:attribute`, or `file:NAME` for NAME.py in the folder of plugins.

To load one is to run its code: only what the user enabled is loaded, and nothing is searched for it.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import sys
from dataclasses import dataclass
from types import ModuleType

from jobflow.adapters.plugins.saying import files_of, named, place_of, raised
from jobflow.core.errors import PluginFault, suggest

FILE = "file:"
FILE_MODULE = "jobflow_plugin_"
"""What the module name of a single file begins with."""

_FILE_NAME = re.compile(r"[^\W\d][\w-]*")
_OBJECT = re.compile(r"(?P<module>[^\W\d]\w*(\.[^\W\d]\w*)*)(:(?P<attribute>[^\W\d]\w*(\.[^\W\d]\w*)*))?(\s*\[.*\])?")


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference taken apart. `file`: the name of a file's stem; else `module`, and `attribute` ("" for itself)."""

    module: str
    attribute: str = ""
    file: str | None = None


def parse(reference: str) -> Reference:
    """Take a reference apart. Raises `PluginFault` for what is none."""
    if reference.startswith(FILE):
        name = reference.removeprefix(FILE)
        if _FILE_NAME.fullmatch(name):
            return Reference(module=FILE_MODULE + name, file=name)
    elif found := _OBJECT.fullmatch(reference):
        return Reference(module=found["module"], attribute=found["attribute"] or "")
    hint = "package.module:attribute, or file:NAME for NAME.py in the folder plugins"
    raise PluginFault(reference, "is no reference to a plugin.", hint=hint)


def load(reference: str, folder: str | None, *, name: str | None = None) -> object:
    """The plugin: a module, an object, or of a class a new instance, made without arguments.

    `folder`: where single files are, HOME/plugins; `name`: what the user calls it. Raises `PluginFault`, which says
    what is wrong, where, and what mends it, whatever the plugin's code raises.
    """
    parsed = parse(reference)
    name = name or parsed.file or reference
    module = _file(parsed, folder, name) if parsed.file is not None else _module(parsed, name)
    found: object = module
    for attribute in parsed.attribute.split(".") if parsed.attribute else ():
        found = _attribute(found, attribute, parsed, name)
    return _instance(found, parsed, name) if isinstance(found, type) else found


def _file(parsed: Reference, folder: str | None, name: str) -> ModuleType:
    path = os.path.join(os.path.abspath(folder or "plugins"), f"{parsed.file}.py")
    if not os.path.isfile(path):
        raise PluginFault(
            name, f"is not there: no file {path}.", hint=f"put it back, or: jobflow plugin disable {name}"
        )
    spec = importlib.util.spec_from_file_location(parsed.module, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up there while it still runs.
    sys.modules[parsed.module] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[parsed.module]
        raise _not_imported(error, path, name) from error
    return module


def _module(parsed: Reference, name: str) -> ModuleType:
    try:
        return importlib.import_module(parsed.module)
    except ModuleNotFoundError as error:
        if error.name and (parsed.module == error.name or parsed.module.startswith(f"{error.name}.")):
            hint = f"install it again into the environment of {sys.executable}, or: jobflow plugin disable {name}"
            raise PluginFault(name, f"is not there: no module '{error.name}'.", hint=hint) from error
        raise _not_imported(error, _root(parsed), name) from error
    except (Exception, SystemExit) as error:
        raise _not_imported(error, _root(parsed), name) from error


def _root(parsed: Reference) -> str | None:
    """Where its code lies, though it could not be imported: its package, or what can be found of it."""
    if known := files_of(parsed.module):
        return known
    try:
        spec = importlib.util.find_spec(parsed.module.partition(".")[0])
    except (ImportError, ValueError, AttributeError):
        return None
    return None if spec is None else next(iter(spec.submodule_search_locations or ()), spec.origin)


def _not_imported(error: BaseException, files: str | None, name: str) -> PluginFault:
    check = f"mend it, then: jobflow plugin check {name}"
    if isinstance(error, ModuleNotFoundError) and error.name:
        check = f"install what it needs: {sys.executable} -m pip install {error.name.partition('.')[0]}"
    if isinstance(error, SyntaxError) and (place := place_of(error, files)):
        return PluginFault(name, f"can't be read: {type(error).__name__} at {place}: {error.msg}.", hint=check)
    return PluginFault(name, f"can't be imported: it raised {raised(error, files)}.", hint=check)


def _attribute(owner: object, attribute: str, parsed: Reference, name: str) -> object:
    try:
        return getattr(owner, attribute)
    except AttributeError:
        near = suggest(attribute, [word for word in dir(owner) if not word.startswith("_")])
        hint = f"did you mean '{near}'?" if near else f"install it again, or: jobflow plugin disable {name}"
        raise PluginFault(name, f"has no '{attribute}' in {parsed.module}.", hint=hint) from None
    except (Exception, SystemExit) as error:  # A module may have its own __getattr__.
        raise PluginFault(name, f"raised {named(error)} when asked for '{attribute}'.") from error


def _instance(offer: type, parsed: Reference, name: str) -> object:
    try:
        return offer()
    except (Exception, SystemExit) as error:
        message = f"can't be made from its class {offer.__name__}: it raised {raised(error, files_of(parsed.module))}."
        raise PluginFault(name, message, hint="a plugin's class takes no arguments") from error
