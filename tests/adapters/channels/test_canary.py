"""Secrets of channels appear nowhere: no output, no database, no file, no message, whatever becomes of the tick."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.adapters.channels.servers import (
    PASSWORD,
    TOKEN,
    USER,
    ca_file,
    free_port,
    mail_server,
    raw_server,
    web_server,
)

KEY = base64.b64encode(b"c4n4ry-of-the-webhook-key").decode()
SECRETS = {"MAIL_PASSWORD": PASSWORD, "MAIL_TOKEN": TOKEN, "HOOK_SECRET": f"whsec_{KEY}"}

# The tick falls over after the mail has gone, with the channels and their secrets in its frames.
CRASH = """
import sys
from jobflow.engine.ledger import Ledger
def delivered(self, *args): raise ValueError(f"broken: {args!r}")
Ledger.delivered = delivered
from jobflow.__main__ import main
sys.exit(main())
"""


def jobflow(home: Path, *arguments: str, code: str | None = None) -> subprocess.CompletedProcess[bytes]:
    start = ["-m", "jobflow"] if code is None else ["-c", code]
    command = [sys.executable, *start, "--home", str(home), *arguments]
    return subprocess.run(command, env={**os.environ, **SECRETS}, capture_output=True, timeout=60, check=False)


@contextmanager
def servers(fate: str, stack: ExitStack) -> Iterator[tuple[int, int]]:
    if fate in ("delivered", "crashed"):
        mail, web = (
            stack.enter_context(mail_server(security="tls", auth=("PLAIN", "XOAUTH2"))),
            stack.enter_context(web_server()),
        )
        yield mail.port, web.port
        assert mail.mails
        assert fate == "crashed" or web.requests
    elif fate == "not signed in":
        mail, web = (
            stack.enter_context(mail_server(security="tls", auth=("PLAIN", "XOAUTH2"))),
            stack.enter_context(web_server()),
        )
        web.status = 401
        yield mail.port, web.port
        assert mail.mails == []
    elif fate == "broken":
        port = stack.enter_context(raw_server(lambda _peer: None))
        yield port, port
    else:
        yield free_port(), free_port()


def forms(secret: str) -> list[bytes]:
    """As it is, and as it goes over the line."""
    sent = [secret.encode(), f"\0{USER}\0{secret}".encode(), f"user={USER}\1auth=Bearer {secret}\1\1".encode()]
    return [secret.encode(), repr(secret).strip("'").encode(), *(base64.b64encode(form) for form in sent)]


@pytest.mark.parametrize("given", ["password", "token"])
@pytest.mark.parametrize("fate", ["delivered", "not signed in", "broken", "nobody there", "crashed"])
def test_no_secret_is_left_anywhere(fate: str, given: str, tmp_path: Path) -> None:
    user = "somebody@else.example" if fate == "not signed in" else USER
    with ExitStack() as stack, servers(fate, stack) as (mail, web):
        (tmp_path / "config.yaml").write_text(f"""
quiet_hours:
channels:
  email:
    {{host: localhost, port: {mail}, security: tls, ca_file: {ca_file()}, to: {USER}, user: {user},
     {given}: "env:MAIL_{given.upper()}"}}
  webhook: {{url: "http://localhost:{web}/hook", allow_private: true, secret: "env:HOOK_SECRET"}}
""")
        assert jobflow(tmp_path, "--now", "2026-03-10T12:00", "add", "Acme").returncode == 0
        done = jobflow(tmp_path, "--now", "2026-03-12T12:00", "tick", code=CRASH if fate == "crashed" else None)
        shown = [jobflow(tmp_path, "--json", "outbox", "list", "--all"), jobflow(tmp_path, "config", "check"), done]
    assert done.returncode == {"crashed": 3, "not signed in": 4}.get(fate, 0), done.stderr
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert (fate == "crashed") == any(b"Traceback" in content for content in files)
    for content in (*files, *(each.stdout + each.stderr for each in shown)):
        for secret in (*SECRETS.values(), KEY):
            assert not any(form in content for form in forms(secret))
