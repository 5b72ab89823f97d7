"""A channel for jobflow: reminders by any of the services that the library Apprise knows.

Apprise is imported when something is sent, not when jobflow asks what the plugin offers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

import jobflow
from jobflow_apprise.partly import Partly

if TYPE_CHECKING:
    from jobflow_apprise.services import Service

JOBFLOW_CONTRACT = 1
ENOUGH = 18.0
"""Seconds after which no further service is begun: what is left of jobflow's thirty is for the one that is at it."""


@dataclass(frozen=True)
class Apprise:
    """Gives each reminder to every service. The fields are its options in config.yaml.

    `urls`: Apprise's URLs, one a line, `TAG=URL` where they have tags. `tag`: only the services with that tag.
    `title`: what stands in place of the reminder's own subject.
    """

    name: ClassVar[str] = "apprise"
    home: jobflow.HomeFolder
    urls: jobflow.Secret
    tag: str | None = None
    title: str | None = None

    def send(self, message: jobflow.Message) -> jobflow.Outcome:
        """Give it to each service that has not taken it yet; all that could not be reached are tried again later."""
        if message.recipient is not None:
            return jobflow.Failed("apprise reminds you alone; letters to others are for drafts")
        services = self._services()
        if not services:
            return jobflow.Failed(self._nothing())
        partly = Partly(self.home, message.key, len(services))
        reasons = list(self._deliver(message, services, partly))
        if not reasons:
            partly.forget()
            return jobflow.Sent()
        return jobflow.Retry("; ".join(reasons))

    def check(self) -> str | None:
        """Which of the URLs Apprise can't read, for `jobflow doctor`. Sends nothing."""
        services = self._services()
        unread = [service.problem for service in services if service.problem]
        return "; ".join(unread) if unread else None if services else self._nothing()

    def _deliver(self, message: jobflow.Message, services: Sequence[Service], partly: Partly) -> Iterator[str]:
        """Why each service that did not take it did not."""
        begun = monotonic()
        for place, service in enumerate(services):
            if partly.took(place):
                continue
            if monotonic() - begun > ENOUGH:
                yield f"{service.name}: its turn comes at the next attempt, the others took too long"
                continue
            reason = service.deliver(self.title or message.subject, message.text)
            if reason is not None:
                yield f"{service.name}: {reason}"
            else:
                partly.add(place)

    def _services(self) -> Sequence[Service]:
        from jobflow_apprise.services import services

        return services(self.urls.reveal(), self.tag)

    def _nothing(self) -> str:
        return "'urls' names no service" + (f" with the tag '{self.tag}'" if self.tag else "")


@jobflow.hookimpl
def jobflow_channels() -> list[type[Apprise]]:
    """What jobflow asks for."""
    return [Apprise]
