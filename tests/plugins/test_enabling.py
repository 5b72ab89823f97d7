"""What is refused on enabling, and the mend that each refusal names. Nothing is enabled then."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from jobflow.adapters.plugins.discovery import Plugins
from jobflow.cli.app import COMMANDS
from jobflow.core.errors import PluginFault, Refused, UnknownName

HEAD = """
import jobflow


class Sends:
    name = 'mine'
    def send(self, message):
        return jobflow.Sent()


"""
SHORT = 1.0
FAULTS: dict[str, tuple[str, str, str]] = {
    "a misspelt hook": (
        "@jobflow.hookimpl\ndef jobflow_chanels():\n    return []",
        "implements a hook that there is not: jobflow_chanels.",
        "did you mean 'jobflow_channels'?",
    ),
    "a hook that is not marked": (
        "def jobflow_channels():\n    return [Sends]",
        "has jobflow_channels, which is not marked as a hook.",
        "put @jobflow.hookimpl above",
    ),
    "no hook at all": ("", "has no hook of jobflow.", "@jobflow.hookimpl above def jobflow_channels(): …"),
    "a wrong signature": (
        "@jobflow.hookimpl\ndef jobflow_recorded(events, when):\n    pass",
        "has jobflow_recorded with the wrong arguments (events, when).",
        "def jobflow_recorded(events)",
    ),
    "an argument too many": (
        "@jobflow.hookimpl\ndef jobflow_channels(options):\n    return [Sends]",
        "has jobflow_channels with the wrong arguments (options).",
        "def jobflow_channels()",
    ),
    "a newer contract": (
        "JOBFLOW_CONTRACT = 2\n@jobflow.hookimpl\ndef jobflow_channels():\n    return [Sends]",
        "was written for contract 2; this jobflow knows contract 1.",
        "pip install --upgrade jobflow-followup",
    ),
    "a contract that is none": (
        "JOBFLOW_CONTRACT = 'new'\n@jobflow.hookimpl\ndef jobflow_channels():\n    return [Sends]",
        "was written for contract new; this jobflow knows contract 1.",
        "pip install --upgrade jobflow-followup",
    ),
    "a name that ships": (
        "Sends.name = 'console'\n@jobflow.hookimpl\ndef jobflow_channels():\n    return [Sends]",
        "offers 'console' (jobflow_channels), which jobflow offers already.",
        "nothing may be offered twice",
    ),
    "a name twice": (
        "@jobflow.hookimpl\ndef jobflow_channels():\n    return [Sends, Sends()]",
        "offers 'mine' twice (jobflow_channels).",
        "give each its own name",
    ),
    "a command that ships": (
        "@jobflow.hookimpl\ndef jobflow_commands(cli):\n    cli.command('undo')(lambda: None)",
        "offers 'undo' (jobflow_commands), which jobflow offers already.",
        "nothing may be offered twice",
    ),
    "a kind of task that ships": (
        "@jobflow.hookimpl\ndef jobflow_task_kinds():\n    return [jobflow.TaskKind('letter')]",
        "offers 'letter' (jobflow_task_kinds), which jobflow offers already.",
        "nothing may be offered twice",
    ),
    "an importer that ships": (
        "class Csv:\n    name = 'csv'\n    def read(self, content): return []\n"
        "@jobflow.hookimpl\ndef jobflow_importers():\n    return [Csv()]",
        "offers 'csv' (jobflow_importers), which jobflow offers already.",
        "nothing may be offered twice",
    ),
    "a workflow that ships": (
        "@jobflow.hookimpl\ndef jobflow_workflows():\n    return [jobflow.WorkflowFile('after-interview', '')]",
        "offers 'after-interview' (jobflow_workflows), which jobflow offers already.",
        "nothing may be offered twice",
    ),
    "something else than a list": (
        "@jobflow.hookimpl\ndef jobflow_channels():\n    return 'mine'",
        "gave str from jobflow_channels, not a list.",
        "return [ … ]",
    ),
    "nothing": (
        "@jobflow.hookimpl\ndef jobflow_channels():\n    pass",
        "gave NoneType from jobflow_channels, not a list.",
        "return [ … ]",
    ),
    "a hook that raises": (
        "@jobflow.hookimpl\ndef jobflow_steps():\n    yield Sends()\n    raise OSError('no disk')",
        "raised in jobflow_steps: OSError: no disk.",
        "mend it, then: jobflow plugin check mine",
    ),
    "a step without run": (
        "@jobflow.hookimpl\ndef jobflow_steps():\n    return [Sends()]",
        "gave 'mine' from jobflow_steps, which has no method run of the right arguments.",
        "def run(self, context)",
    ),
    "a condition with one argument": (
        "class Asks:\n    name = 'asks'\n    def evaluate(self, facts): return True\n"
        "@jobflow.hookimpl\ndef jobflow_conditions():\n    return [Asks()]",
        "gave 'asks' from jobflow_conditions, which has no method evaluate of the right arguments.",
        "def evaluate(self, facts, arguments)",
    ),
    "a class where an object belongs": (
        "class Asks:\n    name = 'asks'\n    def evaluate(self, facts, arguments): return True\n"
        "@jobflow.hookimpl\ndef jobflow_conditions():\n    return [Asks]",
        "gave the class Asks from jobflow_conditions.",
        "an object: Asks()",
    ),
    "a channel whose send takes nothing": (
        "class Deaf:\n    name = 'deaf'\n    def send(self): return jobflow.Sent()\n"
        "@jobflow.hookimpl\ndef jobflow_channels():\n    return [Deaf]",
        "offers a channel that can't be taken: channel 'deaf' has send with the wrong arguments.",
        "def send(self, message)",
    ),
    "a channel whose send is a coroutine": (
        "class Later:\n    name = 'later'\n    async def send(self, message): return jobflow.Sent()\n"
        "@jobflow.hookimpl\ndef jobflow_channels():\n    return [Later]",
        "offers a channel that can't be taken: channel 'later' has send with the wrong arguments.",
        "def send(self, message)",
    ),
    "a channel without a name": (
        "class Nameless:\n    def send(self, message): return jobflow.Sent()\n"
        "@jobflow.hookimpl\ndef jobflow_channels():\n    return [Nameless]",
        "offers a channel that can't be taken: channel Nameless has no name.",
        'name: ClassVar[str] = "ntfy"',
    ),
    "an option that is none": (
        "import dataclasses\n@dataclasses.dataclass\nclass Odd(Sends):\n    path: object = None\n"
        "@jobflow.hookimpl\ndef jobflow_channels():\n    return [Odd]",
        "option 'path' of channel Odd is of a type that can't be written in config.yaml: object.",
        "one of str, int, float, bool",
    ),
    "a workflow without text": (
        "@jobflow.hookimpl\ndef jobflow_workflows():\n    return [jobflow.WorkflowFile('w', None)]",
        "gave 'w' from jobflow_workflows, which has no text.",
        'text="…"',
    ),
    "a name that is none": (
        "@jobflow.hookimpl\ndef jobflow_task_kinds():\n    return [jobflow.TaskKind('two words\\n')]",
        "gave 'two words' from jobflow_task_kinds, which is no name.",
        "a letter, then letters, digits, '-', '_' or '.'",
    ),
    "a channel's name that is none": (
        "Sends.name = 'two words'\n@jobflow.hookimpl\ndef jobflow_channels():\n    return [Sends]",
        "gave 'two words' from jobflow_channels, which is no name.",
        "a letter, then letters, digits, '-', '_' or '.'",
    ),
    "a command's name that is none": (
        "@jobflow.hookimpl\ndef jobflow_commands(cli):\n    cli.command('-x')(lambda: None)",
        "gave '-x' from jobflow_commands, which is no name.",
        "a letter, then letters, digits, '-', '_' or '.'",
    ),
    "something without a name": (
        "@jobflow.hookimpl\ndef jobflow_task_kinds():\n    return [3]",
        "gave something without a name from jobflow_task_kinds: int.",
        "name = …",
    ),
    "a crash on import": (
        "import os\nos._exit(7)",
        "exited with status 7 before it answered.",
        "jobflow plugin check mine",
    ),
    "a signal on import": (
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        "was killed by SIGKILL before it answered.",
        "jobflow plugin check mine",
    ),
    "raising on import": (
        "raise RuntimeError('not today')",
        "can't be imported: it raised RuntimeError: not today at ",
        "mend it, then: jobflow plugin check mine",
    ),
    "no Python": ("def def", "can't be read: SyntaxError at ", "mend it, then: jobflow plugin check mine"),
    "something that is not installed": (
        "import no_such_thing",
        "can't be imported: it raised ModuleNotFoundError: No module named 'no_such_thing'",
        "-m pip install no_such_thing",
    ),
}


@pytest.fixture
def enable(tmp_path: Path) -> Callable[..., Any]:
    def enable(source: str, name: str = "mine", deadline: float = 30) -> Any:
        (tmp_path / "plugins").mkdir(exist_ok=True)
        (tmp_path / "plugins" / f"{name}.py").write_text(HEAD + dedent(source) + "\n", encoding="utf-8")
        return plugins_of(tmp_path, deadline).enable(name)

    return enable


def plugins_of(folder: Path, deadline: float = 30) -> Plugins:
    table = str(folder / "plugins.json")
    return Plugins(str(folder / "plugins"), table, home=str(folder), commands=tuple(COMMANDS), deadline=deadline)


@pytest.mark.parametrize("what", FAULTS)
def test_what_is_refused_names_its_mend(what: str, enable: Callable[..., Any], tmp_path: Path):
    source, message, hint = FAULTS[what]
    with pytest.raises(PluginFault) as found:
        enable(source)
    assert found.value.message.startswith("plugin 'mine' ")
    assert message in found.value.message
    assert hint in (found.value.hint or "")
    assert plugins_of(tmp_path).enabled() == ()


@pytest.mark.parametrize("source", ["import time\ntime.sleep(600)", "while True:\n    pass"])
def test_one_that_hangs_on_import_is_ended(source: str, enable: Callable[..., Any], tmp_path: Path):
    begun = time.monotonic()
    with pytest.raises(PluginFault, match=re.escape(f"took longer than {SHORT:g} s, and was ended.")) as found:
        enable(source, deadline=SHORT)
    assert time.monotonic() - begun < SHORT + 5
    assert found.value.hint == "jobflow plugin check mine"
    assert plugins_of(tmp_path).enabled() == ()


SOUND = "@jobflow.hookimpl\ndef jobflow_channels():\n    return [Sends]"


def test_a_name_that_another_plugin_offers_is_refused(enable: Callable[..., Any]):
    enable(SOUND, "first")
    with pytest.raises(PluginFault, match=r"offers 'mine' \(jobflow_channels\), which first offers already.") as found:
        enable(SOUND, "second")
    assert found.value.hint == "jobflow plugin disable first"


def test_what_is_enabled_is_enabled_anew_with_what_it_offers_now(enable: Callable[..., Any], tmp_path: Path):
    enable(SOUND)
    plugin = enable(SOUND.replace("[Sends]", "[]"))
    assert plugin.offers.channels == ()
    assert plugins_of(tmp_path).enabled() == (plugin,)


def test_what_was_sound_stays_enabled_when_a_new_version_is_refused(enable: Callable[..., Any], tmp_path: Path):
    plugin = enable(SOUND)
    with pytest.raises(PluginFault):
        enable("raise RuntimeError")
    assert plugins_of(tmp_path).enabled() == (plugin,)
    assert "RuntimeError" in str(plugins_of(tmp_path).broken()["mine"])


def test_one_that_offers_something_else_since_is_broken_and_says_how_to_mend_it(
    enable: Callable[..., Any], tmp_path: Path
):
    enable(SOUND)
    assert plugins_of(tmp_path).broken() == {}
    file = tmp_path / "plugins" / "mine.py"
    file.write_text(file.read_text(encoding="utf-8").replace("'mine'", "'yours'"), encoding="utf-8")
    fault = plugins_of(tmp_path).broken()["mine"]
    assert (fault.message, fault.hint) == (
        "plugin 'mine' offers something else than when it was enabled.",
        "jobflow plugin enable mine",
    )


def test_a_file_that_is_gone_is_broken_and_can_be_disabled(enable: Callable[..., Any], tmp_path: Path):
    enable(SOUND)
    (tmp_path / "plugins" / "mine.py").unlink()
    assert "is not there: no file" in plugins_of(tmp_path).broken()["mine"].message
    plugins_of(tmp_path).disable("mine")
    assert plugins_of(tmp_path).enabled() == ()


def test_a_channel_in_use_keeps_its_plugin_enabled(enable: Callable[..., Any], tmp_path: Path):
    enable(SOUND)
    with pytest.raises(Refused, match=r"config.yaml still names its channel 'mine'") as found:
        plugins_of(tmp_path).disable("mine", frozenset(["mine"]))
    assert found.value.hint == "take it out of `channels:` first"


def test_a_plugin_that_is_not_there(enable: Callable[..., Any], tmp_path: Path):
    with pytest.raises(UnknownName, match="mine"):
        plugins_of(tmp_path).enable("mine")
    enable(SOUND)
    with pytest.raises(UnknownName) as found:
        plugins_of(tmp_path).enable("mien")
    assert "'mine'" in str(found.value)


def test_a_file_whose_name_is_none_is_refused(tmp_path: Path):
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "7 wonders.py").write_text(HEAD + SOUND, encoding="utf-8")
    with pytest.raises(PluginFault, match="can't be named so") as found:
        plugins_of(tmp_path).enable("7 wonders")
    assert "rename the file" in (found.value.hint or "")


def test_a_name_that_stands_for_two_plugins_is_refused(
    enable: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    installed = tmp_path / "site" / "rival-1.0.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: rival\nVersion: 1.0\n", encoding="utf-8")
    (installed / "entry_points.txt").write_text("[jobflow]\nmine = rival\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(installed.parent))
    with pytest.raises(PluginFault) as found:
        enable(SOUND)
    assert found.value.message == f"plugin 'mine' is there more than once: {tmp_path}/plugins/mine.py and rival 1.0."
    assert found.value.hint == "rename the file, or uninstall one"
    assert plugins_of(tmp_path).enabled() == ()
