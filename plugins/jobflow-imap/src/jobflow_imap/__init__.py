"""For jobflow: what a mailbox says about applications (`jobflow mailbox`), and letters among the drafts (IMAP).

No mail library is imported before it is needed: jobflow asks here what there is whenever it shows its commands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

import jobflow

if TYPE_CHECKING:
    import click

JOBFLOW_CONTRACT = 1
PORTS = {"tls": 993, "starttls": 143, "none": 143}


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where a mailbox is, and how to sign in: options that both channels have.

    `port` None: the usual one for `security`. `ca_file`: whose certificates to trust, None: the system's.
    """

    host: str
    user: str
    password: jobflow.Secret | None = None
    token: jobflow.Secret | None = None
    security: Literal["tls", "starttls", "none"] = "tls"
    port: int | None = None
    ca_file: str | None = None

    def __post_init__(self) -> None:
        """Raises `Refused` for options that can't go together."""
        if (self.password is None) == (self.token is None):
            raise jobflow.Refused("channel imap: either a password or a token.", hint="password: cmd:… or token: cmd:…")
        if self.port is not None and not 0 < self.port < 65536:
            raise jobflow.Refused(f"channel imap: {self.port} is no port.", hint="leave it out, mostly")
        if not (self.host.strip() and self.user.strip()) or not (self.host + self.user).isprintable():
            raise jobflow.Refused("channel imap: host and user are one line of text each.")


@dataclass(frozen=True, kw_only=True)
class ImapDrafts(Account):
    """Puts each letter among the drafts. `drafts`: the folder's name, where the server does not say which it is.

    `sender`: whom letters are from, `NAME <ADDRESS>`; None: the user, where that is an address.
    """

    name: ClassVar[str] = "imap-drafts"
    letters: ClassVar[bool] = True
    drafts: str | None = None
    sender: str | None = None

    def send(self, message: jobflow.Message) -> jobflow.Outcome:
        """Put it there, unless it is there already. Nothing leaves: it can be tried again, whatever happened."""
        if message.recipient is None:
            return jobflow.Failed("imap-drafts takes letters to others; reminders go by another channel")
        from jobflow_imap.letters import letter
        from jobflow_imap.server import Mailbox, Problem

        try:
            message_id, content = letter(message, self.sender or self.user)
            with Mailbox(self) as mailbox:
                folder = mailbox.drafts(self.drafts)
                if not mailbox.has(folder, message_id):
                    mailbox.append(folder, content)
        except Problem as problem:
            return jobflow.Retry(str(problem))
        return jobflow.Sent(message_id)

    def check(self) -> str | None:
        """What keeps letters from the drafts here and now, for `jobflow doctor`. Changes nothing."""
        from jobflow_imap.server import Mailbox, Problem

        try:
            with Mailbox(self) as mailbox:
                mailbox.has(mailbox.drafts(self.drafts), "<none@jobflow.invalid>")
        except Problem as problem:
            return str(problem)
        return None


@dataclass(frozen=True, kw_only=True)
class Imap(Account):
    """The mailbox that `jobflow mailbox` reads. `folders`: where replies arrive.

    `apply: reply` lets `jobflow mailbox --apply` record a contact's reply by itself. `shared`: domains that are many
    people's, beside those that are known: nobody is taken for a colleague there.
    """

    name: ClassVar[str] = "imap"
    incoming: ClassVar[bool] = True
    home: jobflow.HomeFolder = field(repr=False)
    folders: tuple[str, ...] = ("INBOX",)
    apply: Literal["reply"] | None = None
    shared: tuple[str, ...] = ()

    def check(self) -> str | None:
        """What keeps the mailbox from being read here and now, for `jobflow doctor`. Changes nothing."""
        from jobflow_imap.server import Mailbox, Problem

        try:
            with Mailbox(self) as mailbox:
                for folder in self.folders:
                    mailbox.examine(folder)
        except Problem as problem:
            return str(problem)
        return None


@jobflow.hookimpl
def jobflow_channels() -> list[type[Imap] | type[ImapDrafts]]:
    """What jobflow asks for."""
    return [Imap, ImapDrafts]


@jobflow.hookimpl
def jobflow_commands(cli: click.Group) -> None:
    """Add `jobflow mailbox`."""
    from jobflow_imap.command import mailbox

    cli.add_command(mailbox)
