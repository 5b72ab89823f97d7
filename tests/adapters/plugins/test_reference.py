"""References to plugins: what they lead to, and what is said where they lead nowhere."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobflow.adapters.plugins.reference import load, parse
from jobflow.core.errors import PluginFault


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def refusal(reference: str, folder: Path) -> PluginFault:
    with pytest.raises(PluginFault) as found:
        load(reference, str(folder))
    return found.value


def test_a_file_is_loaded_under_a_name_of_its_own(folder: Path):
    write(folder, "my-ntfy.py", "from __future__ import annotations\nimport dataclasses\n"
          "@dataclasses.dataclass\nclass A:\n    x: int = 1\nANSWER = A().x + 41\n")  # fmt: skip
    module = load("file:my-ntfy", str(folder))
    assert (module.__name__, module.ANSWER) == ("jobflow_plugin_my-ntfy", 42)  # type: ignore[attr-defined]
    assert sys.modules["jobflow_plugin_my-ntfy"] is module


def test_a_module_an_object_a_class_and_something_inside(folder: Path):
    write(folder, "pack/__init__.py", "")
    write(folder, "pack/inner.py", "class Plugin:\n    part = 'x'\nready = Plugin()\n")
    inner = load("pack.inner", None)
    assert load("pack.inner:ready", None) is inner.ready  # type: ignore[attr-defined]
    assert load("pack.inner:ready [extra]", None) is inner.ready  # type: ignore[attr-defined]
    assert isinstance(load("pack.inner:Plugin", None), inner.Plugin)  # type: ignore[attr-defined]
    assert load("pack.inner:Plugin.part", None) == "x"


@pytest.mark.parametrize("text", ["", "file:", "file:../x", "file:a/b", "a b", "a:", ":b", "a..b", ".a", "1a", "a:b:c"])
def test_what_is_no_reference(text: str):
    with pytest.raises(PluginFault, match="is no reference"):
        parse(text)


@given(st.text())
def test_any_text_is_a_reference_or_refused(text: str):
    try:
        parsed = parse(text)
    except PluginFault:
        return
    assert parsed.module


FAULTS = {
    "def f(:\n": r"can't be read: SyntaxError at {folder}/bad.py:1: ",
    "\n  x = 1\n": r"can't be read: IndentationError at {folder}/bad.py:2: ",
    "\n1 / 0\n": r"can't be imported: it raised ZeroDivisionError: division by zero at {folder}/bad.py:2.",
    "import json\n\njson.loads('{')\n": r"can't be imported: it raised JSONDecodeError: ",
    "import sys; sys.exit(3)": r"can't be imported: it raised SystemExit: 3 at {folder}/bad.py:1.",
    "import no_such_thing": r"can't be imported: it raised ModuleNotFoundError: No module named 'no_such_thing' at ",
    "raise ValueError('a\\nb\\x1b[31m\\ud800')": "it raised ValueError: a b�[31m� at {folder}/bad.py:1.",
    "class E(Exception):\n    def __str__(self): raise E\nraise E": "it raised E at {folder}/bad.py:3.",
}


@pytest.mark.parametrize("text", FAULTS)
@pytest.mark.parametrize("reference", ["file:bad", "bad", "bad:plugin"])
def test_a_fault_names_the_plugin_the_line_and_the_mend(text: str, reference: str, folder: Path):
    write(folder, "bad.py", text)
    fault = refusal(reference, folder)
    plugin = "bad" if reference.startswith("file:") else reference
    assert fault.message.startswith(f"plugin '{plugin}' ")
    assert FAULTS[text].format(folder=folder) in fault.message
    assert "\n" not in str(fault)
    assert fault.hint
    assert "jobflow_plugin_bad" not in sys.modules


def test_what_the_plugin_needs_is_named_with_the_command_that_installs_it(folder: Path):
    write(folder, "bad.py", "import no_such_thing.inner")
    assert refusal("file:bad", folder).hint == f"install what it needs: {sys.executable} -m pip install no_such_thing"


def test_a_plugin_that_is_gone(folder: Path):
    fault = refusal("file:gone", folder)
    assert fault.message == f"plugin 'gone' is not there: no file {folder}/gone.py."
    assert fault.hint == "put it back, or: jobflow plugin disable gone"
    assert "no module 'gone_too'" in refusal("gone_too:plugin", folder).message


def test_an_attribute_that_is_not_there(folder: Path):
    write(folder, "some.py", "plugin = 1\n")
    fault = refusal("some:plugn", folder)
    assert (fault.message, fault.hint) == ("plugin 'some:plugn' has no 'plugn' in some.", "did you mean 'plugin'?")


def test_a_class_that_cannot_be_made(folder: Path):
    write(folder, "some.py", "class P:\n    def __init__(self):\n        raise OSError('no')\n")
    assert f"it raised OSError: no at {folder}/some.py:3." in refusal("some:P", folder).message
