"""A plugin in a process of its own: what goes there and comes back, and what it never gets to see or to show."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jobflow.adapters.plugins.allowance import Allowance
from jobflow.adapters.plugins.options import ChannelOffer, offer_of
from jobflow.adapters.plugins.parent import (
    ChildAgenda,
    ChildChannel,
    ChildStep,
    Runner,
    child_channel,
    minimal,
    recorded,
    without_secrets,
)
from jobflow.adapters.plugins.reference import load
from jobflow.adapters.plugins.secrets import SecretMissing
from jobflow.contracts import (
    AgendaItem,
    Attachment,
    Message,
    NewMessage,
    NewTask,
    Retry,
    Secret,
    Sent,
    StepContext,
    StepResult,
    Unknown,
)
from jobflow.core.errors import PluginFault
from jobflow.core.records import Record
from jobflow.engine.delivery import attempt

FOLDER = str(Path(__file__).parents[2] / "hostile")
NOW = datetime(2026, 3, 10, 14, tzinfo=UTC)
MESSAGE = Message(
    id="1",
    key="k-1",
    kind="due",
    subject="Call",
    text="Call Zoë “today”\n\U0001f600",
    attachments=(Attachment(name="a.ics", content_type="text/calendar", content=bytes(range(256))),),
)
CONTEXT = StepContext(
    key="s-1", application="acme", company="Acme", role=None, state="awaiting", facts={"a": [1, None]}
)
CANARY = "c4n4ry/+ =s3cret"


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    # Some secret of the user's own is always there.
    environ = {**os.environ, "CANARY": CANARY, "LC_ALL": "C"}
    return Runner(plugin="good", reference="file:good", folder=FOLDER, home=str(tmp_path), environ=environ)


def channel(runner: Runner, name: str, **values: Any) -> ChildChannel:
    plugin: Any = load(runner.reference, runner.folder)
    offers = {offer.name: offer for offer in map(offer_of, plugin.jobflow_channels())}
    made = child_channel(runner, offers[name], values)
    assert isinstance(made, ChildChannel)
    return made


def test_a_channel_is_made_with_its_options_and_given_the_message(runner: Runner):
    values = {"topic": "Grüße", "token": "env:CANARY", "to": ["a", "b"]}
    assert channel(runner, "good", **values).send(MESSAGE) == Sent(
        f"Grüße {runner.home} ('a', 'b') k-1: Call Zoë “today” \U0001f600"
    )


def test_a_channel_is_shown_the_agenda(runner: Runner):
    item = AgendaItem(
        uid="u-1",
        task=1,
        application="acme",
        company="Acme",
        title="Call",
        kind="call",
        status="open",
        opens_at=None,
        due_at=NOW,
        timezone="UTC",
        why="1 week",
    )
    made = channel(runner, "good")
    assert isinstance(made, ChildAgenda)
    assert made.show([item, replace(item, uid="u-2", due_at=None)]) == Sent("u-1 2026-03-10 14:00:00+00:00 u-2 None")


def test_a_channel_lets_go_once_it_has_answered(runner: Runner, tmp_path: Path):
    assert channel(runner, "closes").send(MESSAGE) == Sent()
    assert (tmp_path / "closed").exists()


def test_a_channel_can_do_what_its_own_class_can(runner: Runner):
    can = {
        (sends, shows): child_channel(runner, ChannelOffer(name="x", sends=sends, shows=shows), {})
        for sends, shows in ((True, False), (False, True), (True, True))
    }
    assert {key: (hasattr(made, "send"), hasattr(made, "show")) for key, made in can.items()} == {
        key: key for key in can
    }


def test_a_step_runs(runner: Runner):
    assert ChildStep(runner, "step").run(CONTEXT) == StepResult(
        facts={"decision_date": "2026-03-10", "key": "s-1"},
        tasks=(NewTask(title="Call Acme", due_in=timedelta(days=2)),),
        messages=(NewMessage(subject="Hello", text="there"),),
    )


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("object", "answered object instead of text, number, truth value, date, list or dict for "
         "StepResult.facts['decision_date']."),
        ("deep", "answered StepResult instead of StepResult, Retry or Failed that ends."),
        ("much", "answered with more than 1 MiB."),
    ],
)  # fmt: skip
def test_a_step_whose_result_is_none(answer: str, fault: str, runner: Runner):
    with pytest.raises(PluginFault) as found:
        ChildStep(runner, "step").run(replace(CONTEXT, arguments={"answer": answer}))
    assert found.value.message == f"plugin 'good': step 'step' {fault}"


def test_what_is_not_called_for_want_of_time_has_sent_nothing(runner: Runner):
    allowance = Allowance(call=30, shared=60, least=5)
    allowance.took(runner.plugin, "step 'step'", 30, late=True)
    with pytest.raises(PluginFault, match="was not called again: it took too long before") as found:
        ChildStep(replace(runner, allowance=allowance), "step").run(CONTEXT)
    assert found.value.nothing_left


def test_a_step_may_ask_for_another_time(runner: Runner):
    retry = replace(CONTEXT, arguments={"answer": "retry"})
    assert ChildStep(runner, "step").run(retry) == Retry("later", timedelta(hours=1))


def record(type_: str) -> Record:
    return Record(
        application="acme", seq=1, type=type_, at=NOW, recorded_at=NOW, cause="tick", command=None, batch=1,
        data={"a": 1}, hash="h",
    )  # fmt: skip


def test_what_was_recorded_is_looked_at(runner: Runner):
    recorded(runner, (record("fine"),))
    with pytest.raises(PluginFault, match=r"hook jobflow_recorded raised RuntimeError: 2 of acme at .*good\.py:\d+\."):
        recorded(runner, (record("raise"), record("fine")))


def test_a_plugin_sees_nothing_of_the_environment_but_what_it_needs(runner: Runner):
    outcome = channel(runner, "environment").send(MESSAGE)
    assert isinstance(outcome, Sent)
    seen = json.loads(outcome.reference or "")
    assert seen["folder"] == runner.home
    assert seen["group"] is True
    assert set(seen["environ"]) <= {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "XDG_RUNTIME_DIR",
                                    "DBUS_SESSION_BUS_ADDRESS", "PYTHONPATH", "SSL_CERT_FILE", "SSL_CERT_DIR",
                                    *(name for name in os.environ if name.lower().endswith("_proxy"))}  # fmt: skip


def test_the_minimal_environment():
    given = {"PATH": "/bin", "HOME": "/h", "LC_ALL": "C", "https_proxy": "p", "SSL_CERT_FILE": "f", "PYTHONPATH": "x"}
    assert minimal({**given, "TOKEN": CANARY, "JOBFLOW_HOME": "/", "LD_PRELOAD": "x", "PYTHONSTARTUP": "x"}) == given
    assert minimal({}) == {"PATH": os.defpath}


@pytest.mark.parametrize("how", ["raise", "print", "answer"])
def test_a_secret_that_a_plugin_shows_is_hidden(how: str, runner: Runner):
    try:
        shown = str(channel(runner, "careless", token="env:CANARY", how=how).send(MESSAGE))
    except PluginFault as fault:
        shown = f"{fault} {fault.__cause__!r} {fault.__context__!r}"
        assert ("careless" in shown) is True
    assert "[env:CANARY]" in shown or "…" in shown
    assert not any(CANARY[:length] in shown for length in range(4, len(CANARY)))


def test_a_secret_is_hidden_in_every_form():
    secret = Secret("env:X", "a b/'ü'\n")
    shown = without_secrets("a b/'ü'\n, a%20b%2F%27%C3%BC%27%0A, a b/'ü' and \"a b/'ü'\\n\"", [secret])
    assert shown == '[env:X], [env:X], [env:X] and "[env:X]"'


def test_a_missing_secret_is_named_before_anything_is_started(runner: Runner):
    with pytest.raises(SecretMissing, match="the secret env:NOT_THERE can't be had"):
        channel(runner, "careless", token="env:NOT_THERE", how="raise").send(MESSAGE)


@pytest.mark.parametrize(
    ("plugin", "name", "nothing_left"),
    [("good", "other", True), ("raises_on_import", "x", True), ("gone", "x", True), ("raises", "hostile", False),
     ("exits", "hostile", False), ("exits_on_import", "hostile", False), ("eats_memory", "hostile", False)],
)  # fmt: skip
def test_a_fault_says_whether_it_is_sure_that_nothing_left(plugin: str, name: str, nothing_left: bool, runner: Runner):
    runner = replace(runner, plugin=plugin, reference=f"file:{plugin}")
    with pytest.raises(PluginFault) as fault:
        child_channel(runner, ChannelOffer(name=name), {}).send(MESSAGE)
    assert fault.value.nothing_left is nothing_left
    # A letter that may have left is never sent again by itself.
    outcome = attempt(child_channel(runner, ChannelOffer(name=name), {}), replace(MESSAGE, recipient="a@example.org"))
    assert isinstance(outcome, Retry if nothing_left else Unknown)


def test_options_that_fit_no_more_are_named(runner: Runner):
    with pytest.raises(PluginFault, match="can't be used: unknown option 'topik'"):
        channel(runner, "good", topik="x").send(MESSAGE)


def test_a_python_that_is_gone(runner: Runner, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("jobflow.adapters.plugins.parent._COMMAND", ("/no/such/python",))
    with pytest.raises(PluginFault, match="can't be started: No such file") as fault:
        channel(runner, "environment").send(MESSAGE)
    assert fault.value.nothing_left


LINES = ["nonsense\n", "[]\n", '{"answer": 1, "more": 2}\n', '{"answer": 1}\n', '{"fault": 3}\n', "[" * 100_000 + "\n"]
LINES += ['{"answer": {"is": "Sent"}}\n', '{"answer": {"is": "Sent", "reference": 3}}\n', '{"answer": null}\n']
LINES += ['{"answer": {"is": "Retry", "reason": "x", "after": [1e999, 0, 0]}}\n', "\xff\n", "\n"]


@pytest.mark.parametrize("line", LINES)
def test_what_is_no_answer_is_a_fault(line: str, runner: Runner, monkeypatch: pytest.MonkeyPatch):
    write = f"import sys; sys.stdout.buffer.write({line.encode('latin-1')!r})"
    monkeypatch.setattr("jobflow.adapters.plugins.parent._COMMAND", (sys.executable, "-S", "-c", write))
    with pytest.raises(PluginFault, match=r"plugin 'good': channel 'environment' (answered|wrote something else)"):
        channel(runner, "environment").send(MESSAGE)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks at processes by /proc")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_interrupted_or_killed_it_leaves_nothing_behind(end: signal.Signals, tmp_path: Path):
    code = (
        "import sys; from jobflow.adapters.plugins.parent import *\n"
        f"runner = Runner(plugin='sleeps', reference='file:sleeps', folder={FOLDER!r}, home={str(tmp_path)!r},"
        " deadline=2)\n"
        "runner.call('channel', 'x', encode(Message(id='1', key='k', kind='due', subject='', text=''), Message),"
        " name='hostile', options={})"
    )
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    command, pipe = [sys.executable, "-c", code], subprocess.PIPE
    with subprocess.Popen(command, stderr=pipe, env=environ) as it:
        wait_until(lambda: len(processes(tmp_path)) == 2)
        wait_until(lambda: (tmp_path / "begun").exists())
        it.send_signal(end)
        it.communicate(timeout=20)
    assert it.returncode == -end
    wait_until(lambda: processes(tmp_path) == [])


def wait_until(holds: Any) -> None:
    for _ in range(1000):
        if holds():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never came about")


def processes(folder: Path) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"TMPDIR={folder}".encode() in path.read_bytes().split(b"\0"):
                found.append(path.parent.name)
        except OSError:
            continue
    return found
