"""The suites that authors get: sound plugins pass in two lines, and each of them fails on what it is there to find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

import jobflow
from jobflow import Message, Outcome, Secret, Sent, StepContext, StepResult
from jobflow.testing import (
    BUSY,
    DROPPED,
    KILLED_AFTER,
    KILLED_BEFORE,
    REFUSED,
    REJECTED,
    TIMED_OUT,
    ChannelContract,
    FakeChannel,
    Killed,
    PluginContract,
    StepContract,
    a_message,
    a_step_context,
    suites,
)
from tests.plugins import whole


class TestFake(ChannelContract):
    tried = FakeChannel()


class TestClass(ChannelContract):
    tried = FakeChannel


class TestStepClass(StepContract):
    tried = whole.Judge
    context = pytest.fixture(lambda self: a_step_context(arguments={"wanted": 50}))


@pytest.mark.parametrize(
    ("suite", "fixture", "given"),
    [
        (ChannelContract, "channel", FakeChannel),
        (ChannelContract, "channel", FakeChannel()),
        (StepContract, "step", whole.Judge),
        (StepContract, "step", whole.Judge()),
    ],
)
def test_what_is_tried_under_the_name_of_the_fixture_is_told_where_it_belongs(suite: type, fixture: str, given: object):
    with pytest.raises(TypeError, match=rf"^Mine\.{fixture} is the name of a fixture; say tried = "):
        type("Mine", (suite,), {fixture: given})


class TestLines(ChannelContract):
    @pytest.fixture
    def channel(self, tmp_path: Path) -> whole.Lines:
        return whole.Lines(home=jobflow.HomeFolder(tmp_path))


class TestJudge(StepContract):
    tried = whole.Judge()
    context = pytest.fixture(lambda self: a_step_context(arguments={"wanted": 50}))


class TestWhole(PluginContract):
    plugin: ClassVar[object] = whole


SECRET = Secret("env:TOKEN", "c4n4ry")


@dataclass
class Bad:
    """A channel that does what its test wants."""

    name: ClassVar[str] = "bad"
    does: Callable[[Message], Any] | None = None
    token: Secret = SECRET

    def send(self, message: Message) -> Any:
        return self.does(message) if self.does else Sent()


def changes(message: Message) -> Outcome:
    object.__setattr__(message, "text", "other")
    return Sent()


def closes_once() -> Any:
    channel = Bad()
    left = [1]
    channel.close = left.pop  # type: ignore[attr-defined]
    return channel


SUITE = ChannelContract()
FOUND: dict[str, Callable[[], object]] = {
    "no outcome": lambda: SUITE.test_a_message_has_an_outcome(Bad(lambda _: True)),
    "no text for a reason": lambda: SUITE.test_a_message_has_an_outcome(Bad(lambda _: jobflow.Retry(3))),  # type: ignore[arg-type]
    "a changed message": lambda: SUITE.test_a_message_has_an_outcome(Bad(changes)),
    "an encoding": lambda: SUITE.test_strange_texts_have_an_outcome_too(
        Bad(lambda message: Sent(message.text.encode("ascii").decode())), suites.STRANGE[0]
    ),
    "an attachment": lambda: SUITE.test_all_fields_have_an_outcome(
        Bad(lambda message: Sent("".join(each.content.decode() for each in message.attachments)))
    ),
    "a secret in the reason": lambda: SUITE.test_a_message_has_an_outcome(Bad(lambda _: jobflow.Failed("c4n4ry!"))),
    "a type that is no option's": lambda: SUITE.test_its_options_can_be_remembered(Bad()),
    "one that can't be closed again": lambda: SUITE.test_it_can_be_closed_twice(closes_once()),
}


@pytest.mark.parametrize("what", FOUND)
def test_a_channel_that_breaks_the_contract_fails(what: str):
    with pytest.raises((AssertionError, UnicodeError, jobflow.JobflowError, IndexError)):
        FOUND[what]()


def test_a_channel_that_shows_a_secret_fails():
    @dataclass
    class Shows(Bad):
        def __repr__(self) -> str:
            return self.token.reveal()

    with pytest.raises(AssertionError):
        SUITE.test_its_secrets_are_not_shown(Shows())


def test_one_that_takes_too_long_fails(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(suites, "DEADLINE", 0.0)
    with pytest.raises(AssertionError, match="it took longer than it may"):
        SUITE.test_a_message_has_an_outcome(Bad())


class Steps:
    """A step that does what its test wants."""

    name = "steps"

    def __init__(self, run: Callable[[StepContext], Any]) -> None:
        self.run = run


@pytest.mark.parametrize(
    "run",
    [
        lambda context: None,
        lambda context: StepResult(facts={"found": object()}),
        lambda context: StepResult(tasks="call"),  # type: ignore[arg-type]
        lambda context: context.facts.clear() or StepResult(),
    ],
)
def test_a_step_that_breaks_the_contract_fails(run: Callable[[StepContext], Any]):
    with pytest.raises(AssertionError):
        StepContract().test_it_gives_a_result(Steps(run), a_step_context(facts={"a": 1}))


def test_a_step_that_gives_something_else_each_time_fails():
    numbers = iter(range(9))
    step = Steps(lambda context: StepResult(facts={"n": next(numbers)}))
    with pytest.raises(AssertionError):
        StepContract().test_it_is_idempotent(step, a_step_context())


def test_a_fake_channel_fails_as_it_is_told():
    told: list[Any] = [
        REFUSED,
        TIMED_OUT,
        BUSY,
        REJECTED,
        DROPPED,
        KILLED_BEFORE,
        KILLED_AFTER,
        lambda message: Sent(message.key),
    ]
    fake = FakeChannel(answers=told)
    seen = []
    for number in range(9):
        try:
            seen.append(type(fake.send(a_message(key=str(number)))).__name__)
        except (TimeoutError, Killed) as error:
            seen.append(type(error).__name__)
    assert seen == "Retry TimeoutError Retry Failed Unknown Killed Killed Sent Sent".split()
    assert [message.key for message in fake.messages] == list("012345678")
    assert [message.key for message in fake.arrived] == ["4", "6", "7", "8"]


def test_the_rest_of_the_kit_needs_no_pytest_and_no_hypothesis():
    import subprocess
    import sys

    script = "import sys, jobflow.testing; print(sorted({'pytest', 'hypothesis'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
