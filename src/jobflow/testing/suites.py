"""Suites for pytest that hold a plugin to the contract: derive a class and give it what is to be tried.

Give it as `tried = Mine(…)`, or, where it needs more to be made, as a fixture of the name that the suite uses.
"""

from __future__ import annotations

import time
from copy import deepcopy
from dataclasses import is_dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from jobflow.adapters.plugins.examine import examine
from jobflow.adapters.plugins.options import ChannelOffer, offer_of
from jobflow.adapters.plugins.wire import WireFault, decode, encode
from jobflow.contracts import (
    DEADLINE,
    AgendaItem,
    Attachment,
    Channel,
    Failed,
    Message,
    Outcome,
    Retry,
    Secret,
    Sent,
    Step,
    StepContext,
    StepResult,
    Unknown,
)
from jobflow.testing.channels import a_message

OUTCOMES = (Sent, Retry, Failed, Unknown)

STRANGE = (
    "Grüße aus Köln 😀",
    'O\'Brien & <Sons> "Ltd"',
    "Acme\r\nBcc: everybody@example.org",
    "a" * 5_000,
    "‮ right to left",
    "-n --help",
    "$(reboot) `reboot` %s %n {0} {{ company }}",
    "a\x00b\x1b[31m",
    "",
)
"""Texts that stumble over quoting, encodings and header lines."""


def a_step_context(**changes: Any) -> StepContext:
    """What a step is told on entering `awaiting`, but for `changes`."""
    context = StepContext(
        key="acme:3:states/awaiting/steps/0",
        application="acme",
        company="Acme",
        role="Engineer",
        state="awaiting",
        facts={"decision_date": "2026-03-20"},
        contacts=({"name": "Ada Byron", "email": "ada@acme.example", "roles": ["decision_maker"]},),
    )
    return replace(context, **changes)


def an_agenda(**changes: Any) -> tuple[AgendaItem, ...]:
    """One open task as a channel that shows them is given it, but for `changes`."""
    item = AgendaItem(
        uid="2b4c4ba4-a73d-8831-afde-a0e27cfb9142",
        task=1,
        application="acme",
        company="Acme",
        title="Thank Ada Byron",
        kind="letter",
        status="open",
        opens_at=datetime(2026, 3, 10, 17, tzinfo=UTC),
        due_at=datetime(2026, 3, 11, 18, tzinfo=UTC),
        timezone="Europe/London",
        why="1 business day after it opened",
    )
    return (replace(item, **changes),)


class PluginContract:
    """Tries a whole plugin: `plugin` is the module or the object."""

    plugin: ClassVar[object]

    def test_jobflow_would_enable_it(self) -> None:
        """Hooks, signatures, names and options are as jobflow wants them."""
        name = str(getattr(self.plugin, "__name__", "plugin"))
        assert examine(self.plugin, name).hooks

    def test_it_offers_the_same_again(self) -> None:
        """What is remembered at enabling is what there is later."""
        assert examine(self.plugin, "plugin") == examine(self.plugin, "plugin")


class _Tried:
    """A suite whose fixture has a name that may be taken for the place of what is tried."""

    _fixture: ClassVar[str]
    _does: ClassVar[str]

    def __init_subclass__(cls) -> None:
        """Raises TypeError where it was taken for that: pytest would say that there is no such fixture."""
        if hasattr(vars(cls).get(cls._fixture), cls._does):
            raise TypeError(f"{cls.__name__}.{cls._fixture} is the name of a fixture; say tried = … instead.")


class ChannelContract(_Tried):
    """Tries a channel: give `tried`, or a fixture `channel`, ready to send to something harmless."""

    _fixture, _does = "channel", "send"
    tried: ClassVar[Channel | type[Channel]]

    @pytest.fixture
    def channel(self) -> Channel:
        """The channel to be tried."""
        return self.tried() if isinstance(self.tried, type) else self.tried

    def test_its_options_can_be_remembered(self, channel: Channel) -> None:
        """Its class, name and options are ones that config.yaml can name."""
        given: Any = channel
        owner: Any = type(given) if is_dataclass(given) else given
        offer = offer_of(owner)
        assert ChannelOffer.from_json(offer.to_json()) == offer
        assert offer.name == channel.name

    def test_a_message_has_an_outcome(self, channel: Channel) -> None:
        """`send` answers with Sent, Retry, Failed or Unknown, in time, and leaves the message as it is."""
        _send(channel, a_message())

    @pytest.mark.parametrize("text", STRANGE)
    def test_strange_texts_have_an_outcome_too(self, channel: Channel, text: str) -> None:
        """No text makes it raise."""
        _send(channel, a_message(subject=text, text=text, html=None))

    def test_all_fields_have_an_outcome(self, channel: Channel) -> None:
        """A letter with an attachment, and a digest of several."""
        attachment = Attachment(name="notes.txt", content_type="text/plain", content=b"\xff\x00")
        _send(channel, a_message(kind="letter", recipient="ada@acme.example", html=None, attachments=(attachment,)))
        _send(channel, a_message(parts=(a_message(), a_message(key="other")), tasks=(1, 2), application=None))

    def test_the_same_message_again_has_an_outcome(self, channel: Channel) -> None:
        """A reminder may be delivered twice after a crash."""
        _send(channel, a_message())
        _send(channel, a_message())

    def test_an_agenda_has_an_outcome(self, channel: Channel) -> None:
        """One that shows the open and coming tasks shows some, other ones, and none."""
        show = getattr(channel, "show", None)
        for agenda in (an_agenda(), an_agenda(title=STRANGE[2], company=STRANGE[1], due_at=None), ()):
            if show is not None:
                _proper(channel, show(agenda))

    def test_its_check_finds_nothing_or_says_it(self, channel: Channel) -> None:
        """`check`, where there is one, answers None or a sentence, without a secret in it."""
        check = getattr(channel, "check", None)
        found = None if check is None else check()
        assert found is None or (isinstance(found, str) and found.strip())
        for value in vars(channel).values() if hasattr(channel, "__dict__") else ():
            if isinstance(value, Secret):
                assert value.reveal() not in (found or "")

    def test_its_secrets_are_not_shown(self, channel: Channel) -> None:
        """Nothing that prints the channel prints a secret."""
        for secret in _secrets(channel):
            assert secret not in repr(channel) + str(channel)

    def test_it_can_be_closed_twice(self, channel: Channel) -> None:
        """`close`, where there is one, lets go of what is held, and can be called again."""
        for _ in range(2):
            getattr(channel, "close", lambda: None)()


def _send(channel: Channel, message: Message) -> None:
    if not hasattr(channel, "send"):  # It shows the agenda, and does nothing else.
        return
    before, begun = deepcopy(message), time.monotonic()
    outcome = channel.send(message)
    assert time.monotonic() - begun < DEADLINE, "it took longer than it may"
    assert message == before, "it changed the message"
    _proper(channel, outcome)


def _proper(channel: Channel, outcome: object) -> None:
    """It can be carried from the plugin's process, and tells no secret."""
    assert isinstance(outcome, OUTCOMES), f"it answered {type(outcome).__name__}, no outcome"
    assert _carried(outcome, Outcome) == outcome
    for secret in _secrets(channel):
        assert secret not in repr(outcome), "it tells a secret"


def _secrets(channel: Channel) -> list[str]:
    values = vars(channel).values() if hasattr(channel, "__dict__") else ()
    return [value.reveal() for value in values if isinstance(value, Secret)]


class StepContract(_Tried):
    """Tries a step: give `tried`, or a fixture `step`; and `context`, what it is told, where the usual does not do."""

    _fixture, _does = "step", "run"
    tried: ClassVar[Step | type[Step]]

    @pytest.fixture
    def step(self) -> Step:
        """The step to be tried."""
        return self.tried() if isinstance(self.tried, type) else self.tried

    @pytest.fixture
    def context(self) -> StepContext:
        """What it is told."""
        return a_step_context()

    def test_it_has_a_name(self, step: Step) -> None:
        """A workflow can name it."""
        assert step.name
        assert step.name == step.name.strip()

    def test_it_gives_a_result(self, step: Step, context: StepContext) -> None:
        """`run` answers with StepResult, Retry or Failed, in time, and leaves the context as it is."""
        _run(step, context)

    def test_it_is_idempotent(self, step: Step, context: StepContext) -> None:
        """The same key again, as after a crash, gives the same."""
        assert _run(step, context) == _run(step, context)

    def test_it_does_not_mind_missing_facts(self, step: Step, context: StepContext) -> None:
        """No fact, no contact, no role: still an answer."""
        _run(step, replace(context, facts={}, contacts=(), role=None))

    @pytest.mark.parametrize("text", STRANGE)
    def test_strange_names_have_a_result_too(self, step: Step, context: StepContext, text: str) -> None:
        """No company's name makes it raise."""
        _run(step, replace(context, company=text, role=text))


def _run(step: Step, context: StepContext) -> object:
    before, begun = deepcopy(context), time.monotonic()
    result: object = step.run(context)
    assert time.monotonic() - begun < DEADLINE, "it took longer than it may"
    assert context == before, "it changed what it was told"
    assert isinstance(result, StepResult | Retry | Failed), f"it answered {type(result).__name__}, no result"
    assert isinstance(_carried(result, StepResult | Retry | Failed), type(result))
    return result


def _carried(answer: object, hint: Any) -> object:
    """What jobflow gets of an answer that a plugin gives in its own process."""
    try:
        return decode(encode(answer, hint), hint)
    except WireFault as fault:
        raise AssertionError(f"it answered {fault}") from None
