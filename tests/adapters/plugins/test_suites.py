"""The suites for plugin authors fail on a channel that does not keep the contract."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from jobflow import Message, Outcome, Secret, Sent
from jobflow.testing import ChannelContract

TOKEN = Secret("env:TOKEN", "c4n4ry")


@dataclass(frozen=True)
class Told:
    """A channel that says of itself what it is given to say."""

    answer: object
    token: Secret = TOKEN
    name: str = "told"

    def send(self, _message: Message) -> Outcome:
        return Sent()

    def check(self) -> object:
        return self.answer


@pytest.mark.parametrize("answer", [None, "the host does not answer"])
def test_a_check_may_find_nothing_or_say_it(answer: object):
    ChannelContract().test_its_check_finds_nothing_or_says_it(Told(answer))


@pytest.mark.parametrize("answer", ["", "c4n4ry is refused", 7, True])
def test_any_other_answer_of_a_check_fails(answer: object):
    with pytest.raises(AssertionError):
        ChannelContract().test_its_check_finds_nothing_or_says_it(Told(answer))
