"""The channel `email`: reminders to yourself by a mail server (SMTP). Letters to others are never sent by it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

from jobflow.contracts import Failed, Message, Outcome, Secret
from jobflow.core.errors import Refused

if TYPE_CHECKING:
    from jobflow.adapters.channels.smtp import Post, Server

PORTS = {"starttls": 587, "tls": 465, "none": 25}

_ADDRESS = re.compile(r'[^\s@<>()\[\],;:\\"]+@[^\s@<>()\[\],;:\\"]+')


@dataclass
class Email:
    """Its fields are the options, see docs/reference/channels/email.md. `port` None: the one usual for `security`."""

    name: ClassVar[str] = "email"

    host: str
    to: str
    sender: str | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    port: int | None = None
    user: str | None = None
    password: Secret | None = None
    token: Secret | None = None
    ca_file: str | None = None
    _post: Post | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises `Refused` for options that can't go together."""
        for address in (self.to, self.sender or self.to):
            _check_address(address)
        if self.password is not None and self.token is not None:
            raise Refused("channel email: password and token exclude each other.", hint="keep one")
        if (self.user is None) != (self.password is None and self.token is None):
            raise Refused("channel email: user goes with a password or a token.", hint="add the other, or leave both")
        if self.port is not None and not 0 < self.port < 65536:
            raise Refused(f"channel email: {self.port} is no port.", hint=f"one of {sorted(PORTS.values())}, mostly")

    def send(self, message: Message) -> Outcome:
        """Hand it to the server; the connection stays for the next one."""
        if message.recipient is not None:
            return Failed("email reminds you alone; letters to others are for drafts")
        from jobflow.adapters.channels.envelope import envelope
        from jobflow.adapters.clock import SystemClock

        # The hour at which it leaves, whatever `--now` plays: mail programs sort by it, and filters doubt a wrong one.
        return self._opened().deliver(envelope(message, self.sender or self.to, self.to, SystemClock().now()))

    def check(self) -> str | None:
        """The server answers, is the one that its certificate says, and lets the user in."""
        return self._opened().check()

    def _opened(self) -> Post:
        from jobflow.adapters.channels.smtp import Post

        if self._post is None:
            self._post = Post(self._server())
        return self._post

    def _server(self) -> Server:
        from jobflow.adapters.channels.smtp import Server

        return Server(
            host=self.host,
            port=self.port or PORTS[self.security],
            security=self.security,
            user=self.user,
            password=self.password,
            token=self.token,
            ca_file=self.ca_file,
        )

    def close(self) -> None:
        """End the connection."""
        if self._post is not None:
            self._post.close()
        self._post = None


def _check_address(text: str) -> None:
    domain = text.rpartition("@")[2]
    try:
        sound = _ADDRESS.fullmatch(text) and text.isprintable() and domain.encode("idna")
    except UnicodeError:
        sound = False
    if not sound:
        raise Refused(f"channel email: '{text[:80]}' is no e-mail address.", hint="as in ada@example.org, no name")
