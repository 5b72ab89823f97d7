"""The channel `webhook`: a POST with JSON, signed as the Standard Webhooks specification wants it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from jobflow.contracts import Message, Outcome, Secret
from jobflow.core.errors import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from jobflow.adapters.channels.posting import Target

PREFIX = "whsec_"
SHORTEST = 24
"""Bytes of a secret, as the specification says."""


@dataclass(frozen=True)
class Webhook:
    """Its fields are the options, see docs/reference/channels/webhook.md."""

    name: ClassVar[str] = "webhook"

    url: str
    secret: Secret | None = None
    allow_private: bool = False
    ca_file: str | None = None

    def __post_init__(self) -> None:
        """Raises `Refused` for a URL or a secret that is none."""
        self._target()
        if self.secret is not None:
            key_of(self.secret)

    def _target(self) -> Target:
        from jobflow.adapters.channels.posting import target_of

        try:
            return target_of(self.url)
        except ValueError as error:
            raise Refused(f"channel webhook: {error}.", hint="https://host/path; what is secret: secret:") from None

    def send(self, message: Message) -> Outcome:
        """Post it."""
        from jobflow.adapters.channels.posting import post
        from jobflow.adapters.clock import SystemClock

        # The hour at which it leaves, whatever `--now` plays: a receiver refuses what was signed some minutes ago.
        now = SystemClock().now()
        body = body_of(message, now)
        headers = {"Content-Type": "application/json", "User-Agent": "jobflow", "Connection": "close"}
        headers |= signed(body, id_of(message.key), int(now.timestamp()), self.secret)
        return post(self._target(), body, headers, now=now, allow_private=self.allow_private, ca_file=self.ca_file)

    def check(self) -> str | None:
        """The address is allowed, answers, and is the one that its certificate says."""
        from jobflow.adapters.channels.posting import check

        return check(self._target(), allow_private=self.allow_private, ca_file=self.ca_file)


def body_of(message: Message, now: datetime) -> bytes:
    """The JSON, in ASCII."""
    import json

    from jobflow.core.application import stamp

    data = {"type": f"reminder.{message.kind}", "timestamp": stamp(now), "data": _plain(message)}
    return json.dumps(data, separators=(",", ":")).encode()


def _plain(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "key": message.key,
        "kind": message.kind,
        "subject": _encodable(message.subject),
        "text": _encodable(message.text),
        "html": None if message.html is None else _encodable(message.html),
        "application": message.application,
        "tasks": list(message.tasks),
        "recipient": message.recipient,
        "attachments": [
            {
                "name": _encodable(attachment.name),
                "content_type": attachment.content_type,
                "content": base64.b64encode(attachment.content).decode(),
            }
            for attachment in message.attachments
        ],
        "parts": [_plain(part) for part in message.parts],
    }


def _encodable(text: str) -> str:
    """Without lone surrogates: JSON could escape them, and few can read that."""
    return text.encode("utf-8", "replace").decode()


def id_of(key: str) -> str:
    """The key as a header takes it; one that a header does not take, by its digest."""
    return key if re.fullmatch(r"[!-~]{1,255}", key) else hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def signed(body: bytes, id_: str, timestamp: int, secret: Secret | None) -> dict[str, str]:
    """The headers: who it is, when it left, and, with a secret, that both and the body are from here."""
    headers = {"webhook-id": id_, "webhook-timestamp": str(timestamp)}
    if secret is None:
        return headers
    import hmac

    digest = hmac.digest(key_of(secret), f"{id_}.{timestamp}.".encode() + body, "sha256")
    return {**headers, "webhook-signature": f"v1,{base64.b64encode(digest).decode()}"}


def key_of(secret: Secret) -> bytes:
    """The bytes to sign with. Raises `Refused`, which does not repeat the secret."""
    try:
        key = base64.b64decode(secret.reveal().strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < SHORTEST:
        hint = f"{PREFIX} and {SHORTEST} bytes or more as base64"
        raise Refused(f"channel webhook: the secret {secret.reference} is none as the receiver gives it.", hint=hint)
    return key
