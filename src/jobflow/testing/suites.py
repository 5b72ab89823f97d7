"""Suites for pytest that hold a plugin to the contract: derive a class and give it what is to be tried.

Give it as `tried = Mine(…)`, or, where it needs more to be made, as a fixture of the name that the suite uses.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import pytest

from jobflow.adapters.plugins.examine import examine
from jobflow.adapters.plugins.options import ChannelOffer, offer_of
from jobflow.contracts import (
    Attachment,
    Channel,
    Failed,
    Message,
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


class ChannelContract:
    """Tries a channel: give `tried`, or a fixture `channel`, ready to send to something harmless."""

    tried: ClassVar[Channel]

    @pytest.fixture
    def channel(self) -> Channel:
        """The channel to be tried."""
        return self.tried

    def test_its_options_can_be_remembered(self, channel: Channel) -> None:
        """Its class, name and options are ones that config.yaml can name."""
        offer = offer_of(type(channel))
        assert ChannelOffer.from_json(offer.to_json()) == offer
        assert offer.name == channel.name

    def test_a_message_has_an_outcome(self, channel: Channel) -> None:
        """`send` answers with Sent, Retry, Failed or Unknown."""
        assert isinstance(channel.send(a_message()), OUTCOMES)

    @pytest.mark.parametrize("text", STRANGE)
    def test_strange_texts_have_an_outcome_too(self, channel: Channel, text: str) -> None:
        """No text makes it raise."""
        assert isinstance(channel.send(a_message(subject=text, text=text, html=None)), OUTCOMES)

    def test_all_fields_have_an_outcome(self, channel: Channel) -> None:
        """A letter with an attachment, and a digest of several."""
        attachment = Attachment(name="notes.txt", content_type="text/plain", content=b"\xff\x00")
        letter = a_message(kind="letter", recipient="ada@acme.example", html=None, attachments=(attachment,))
        joined = a_message(parts=(a_message(), a_message(key="other")), tasks=(1, 2), application=None)
        for message in (letter, joined):
            assert isinstance(channel.send(message), OUTCOMES)

    def test_the_same_message_again_has_an_outcome(self, channel: Channel) -> None:
        """A reminder may be delivered twice after a crash."""
        message: Message = a_message()
        assert isinstance(channel.send(message), OUTCOMES)
        assert isinstance(channel.send(message), OUTCOMES)

    def test_its_secrets_are_not_shown(self, channel: Channel) -> None:
        """Nothing that prints the channel prints a secret."""
        for value in vars(channel).values() if hasattr(channel, "__dict__") else ():
            if isinstance(value, Secret):
                assert value.reveal() not in repr(channel) + str(channel)


class StepContract:
    """Tries a step: give `tried`, or a fixture `step`; and `context`, what it is told, where the usual does not do."""

    tried: ClassVar[Step]

    @pytest.fixture
    def step(self) -> Step:
        """The step to be tried."""
        return self.tried

    @pytest.fixture
    def context(self) -> StepContext:
        """What it is told."""
        return a_step_context()

    def test_it_has_a_name(self, step: Step) -> None:
        """A workflow can name it."""
        assert step.name
        assert step.name == step.name.strip()

    def test_it_gives_a_result(self, step: Step, context: StepContext) -> None:
        """`run` answers with StepResult, Retry or Failed; facts have text names."""
        result = step.run(context)
        assert isinstance(result, StepResult | Retry | Failed)
        if isinstance(result, StepResult):
            assert all(isinstance(name, str) for name in result.facts)

    def test_it_is_idempotent(self, step: Step, context: StepContext) -> None:
        """The same key again, as after a crash, gives the same."""
        assert step.run(context) == step.run(context)

    def test_it_does_not_mind_missing_facts(self, step: Step, context: StepContext) -> None:
        """No fact, no contact, no role: still an answer."""
        bare = replace(context, facts={}, contacts=(), role=None)
        assert isinstance(step.run(bare), StepResult | Retry | Failed)
