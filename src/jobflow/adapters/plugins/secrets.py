"""Where a secret is, and how it is had: from the environment, from a command, from the system's keyring.

It is looked up when it is needed and kept nowhere. What can't be had is said with its reference, never with a value.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jobflow.adapters.plugins.process import Ended, run
from jobflow.adapters.plugins.saying import one_line
from jobflow.contracts import Secret
from jobflow.core.errors import JobflowError
from jobflow.rulebook.options import SECRET_HINT, SECRET_REFERENCE, Option

DEADLINE = 10.0
"""Seconds that a command or the keyring may take: nobody is there in cron who could type a password."""

# In a process of its own: a locked keyring may wait for a password for ever.
_ASK_KEYRING = """
import sys, keyring
secret = keyring.get_password(*sys.argv[1:])
sys.exit(3) if secret is None else sys.stdout.buffer.write(secret.encode())
"""
_NO_ENTRY = 3


class SecretMissing(JobflowError):
    """A secret that can't be had now."""

    nothing_left = True

    def __init__(self, reference: str, why: str, *, hint: str | None = None) -> None:
        """`reference` is shown; it is where the secret is, not what it is."""
        self.reference = reference
        super().__init__(f"the secret {one_line(reference, 120)} can't be had: {why}.", hint=hint)


def look_up(reference: str, environ: Mapping[str, str]) -> Secret:
    """The secret behind `env:NAME`, `cmd:COMMAND` (no shell) or `keyring:SERVICE/USER`. Raises `SecretMissing`."""
    if not SECRET_REFERENCE.fullmatch(reference):
        # Not repeated: it may be the secret itself.
        raise JobflowError("a secret must not be written out in the configuration.", hint=SECRET_HINT)
    scheme, _, rest = reference.partition(":")
    value = _SOURCES[scheme](reference, rest, environ)
    if not value:
        raise SecretMissing(reference, "it is empty")
    return Secret(reference, value)


def with_secrets(values: Mapping[str, Any], options: Sequence[Option], environ: Mapping[str, str]) -> dict[str, Any]:
    """The values of a channel's options, with every secret looked up. Raises `SecretMissing`."""
    names = {option.name for option in options if option.type == "secret"}
    return {
        name: look_up(value, environ) if name in names and value is not None else value
        for name, value in values.items()
    }


def _from_environment(reference: str, name: str, environ: Mapping[str, str]) -> str:
    if name not in environ:
        raise SecretMissing(reference, f"there is no variable {name}", hint=f"export {name}=…; cron knows only its own")
    return environ[name]


def _from_command(reference: str, command: str, environ: Mapping[str, str]) -> str:
    try:
        words = [os.path.expanduser(word) for word in shlex.split(command)]
    except ValueError as error:
        raise SecretMissing(reference, f"the command can't be taken apart ({error})") from None
    ended = _started(reference, words, environ)
    if ended.status:
        hint = "run it by hand: it must print the secret and nothing else"
        raise SecretMissing(reference, f"the command ended with status {ended.status}", hint=hint)
    return _text(reference, ended).removesuffix("\n").removesuffix("\r")


def _from_keyring(reference: str, entry: str, environ: Mapping[str, str]) -> str:
    service, _, user = entry.partition("/")
    if importlib.util.find_spec("keyring") is None:
        hint = f"{sys.executable} -m pip install keyring"
        raise SecretMissing(reference, "the library keyring is not installed", hint=hint)
    ended = _started(reference, [sys.executable, "-P", "-c", _ASK_KEYRING, service, user], environ)
    if ended.status == _NO_ENTRY:
        hint = f"{sys.executable} -m keyring set {shlex.quote(service)} {shlex.quote(user)}"
        raise SecretMissing(reference, "the keyring has no such entry", hint=hint)
    if ended.status:
        hint = "cron has no keyring of its own: use env: or cmd: there"
        raise SecretMissing(reference, f"the keyring can't be reached ({_last_line(ended)})", hint=hint)
    return _text(reference, ended)


def _started(reference: str, words: Sequence[str], environ: Mapping[str, str]) -> Ended:
    try:
        ended = run(words, b"", environ=environ, folder=os.path.abspath(os.sep), deadline=DEADLINE)
    except (OSError, ValueError) as error:
        hint = "give the whole path: cron searches few folders"
        why = f"'{words[0]}' can't be run ({one_line(str(getattr(error, 'strerror', error)))})"
        raise SecretMissing(reference, why, hint=hint) from None
    if ended.late or ended.flooded:
        why = f"it took longer than {DEADLINE:g} s" if ended.late else "it was longer than 1 MiB"
        raise SecretMissing(reference, why, hint="it must print the secret and nothing else, without asking")
    return ended


def _text(reference: str, ended: Ended) -> str:
    try:
        return ended.output.decode()
    except UnicodeDecodeError:
        raise SecretMissing(reference, "it is no UTF-8 text") from None


def _last_line(ended: Ended) -> str:
    """The exception that the library ended with: it came to no secret, so none is in it."""
    lines = ended.errors.decode(errors="replace").strip().splitlines()
    return one_line(lines[-1], 160) if lines else f"status {ended.status}"


_SOURCES: dict[str, Callable[[str, str, Mapping[str, str]], str]] = {
    "env": _from_environment,
    "cmd": _from_command,
    "keyring": _from_keyring,
}
