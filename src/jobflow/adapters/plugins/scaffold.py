"""`plugin new`: a complete distribution with one channel, written from the texts in `texts/`."""

from __future__ import annotations

import os
import re

from jobflow.core.errors import Refused

TEXTS = os.path.join(os.path.dirname(__file__), "texts")
_PREFIX = "jobflow-"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_FILES = {
    "pyproject.toml.txt": "pyproject.toml",
    "README.md.txt": "README.md",
    "module.py.txt": "src/{module}/__init__.py",
    "py.typed.txt": "src/{module}/py.typed",
    "test_plugin.py.txt": "tests/test_{module}.py",
}


def write_scaffold(name: str, where: str) -> tuple[str, list[str]]:
    """Write the distribution `jobflow-NAME` into a folder of that name in `where`; the folder and its files.

    Raises `Refused` for a name that is none, or a folder that is there already: nothing is written then.
    """
    short = name.removeprefix(_PREFIX)
    if not _NAME.fullmatch(short):
        hint = "small letters, digits and '-', such as jobflow-shout"
        raise Refused(f"'{name}' is no name for a plugin.", hint=hint)
    folder = os.path.join(os.path.abspath(os.path.expanduser(where)), _PREFIX + short)
    if os.path.lexists(folder):
        raise Refused(f"{folder} is there already.", hint="--in names another folder")
    module = f"jobflow_{short.replace('-', '_')}"
    words = {"NAME": short, "MODULE": module, "CLASS": "".join(part.title() for part in short.split("-"))}
    written = []
    for text, file in _FILES.items():
        path = os.path.join(folder, *file.format(module=module).split("/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "x", encoding="utf-8") as out:
            out.write(_filled(text, words))
        written.append(os.path.relpath(path, folder))
    return folder, written


def _filled(text: str, words: dict[str, str]) -> str:
    with open(os.path.join(TEXTS, text), encoding="utf-8") as file:
        content = file.read()
    for word, value in words.items():
        content = content.replace(f"@{word}@", value)
    return content
