"""A channel that is made when it is first used: opening jobflow looks up no secret and imports no mail library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from jobflow.adapters.plugins.options import ChannelOffer
from jobflow.contracts import AgendaItem, Channel, Message, Outcome
from jobflow.core.errors import JobflowError


class _Deferred:
    def __init__(self, offer: ChannelOffer, make: Callable[[], Channel]) -> None:
        """`make` may raise: then the delivery fails, and nothing else."""
        self.name, self.letters = offer.name, offer.letters
        self._make = make

    @cached_property
    def made(self) -> Channel:
        """The channel itself."""
        try:
            return self._make()
        except JobflowError as error:
            error.nothing_left = True
            raise

    def here(self) -> Channel:
        """The channel itself."""
        return self.made

    def check(self) -> str | None:
        """What it lacks here, where it can say so. Raises as `make` does: a secret that can't be had."""
        check = getattr(self.made, "check", None)
        found: str | None = None if check is None else check()
        return found

    def close(self) -> None:
        """Let go of what it holds, if it was ever made."""
        close = getattr(self.__dict__.pop("made", None), "close", None)
        if close is not None:
            close()


class _Sends(_Deferred):
    def send(self, message: Message) -> Outcome:
        return self.made.send(message)


class _Shows(_Deferred):
    def show(self, agenda: Sequence[AgendaItem]) -> Outcome:
        outcome: Outcome = self.made.show(agenda)  # type: ignore[attr-defined]
        return outcome


class _Both(_Sends, _Shows):
    pass


def deferred(offer: ChannelOffer, make: Callable[[], Channel]) -> Channel:
    """The channel, with the methods that the offer says it has."""
    if not offer.sends and not offer.shows:
        return _Deferred(offer, make)  # type: ignore[return-value]
    if offer.shows:
        return (_Both if offer.sends else _Shows)(offer, make)  # type: ignore[return-value]
    return _Sends(offer, make)
