"""Secrets by reference: had where they are, and never shown."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import pytest

from jobflow.adapters.plugins import secrets
from jobflow.adapters.plugins.secrets import SecretMissing, look_up, with_secrets
from jobflow.contracts import Secret
from jobflow.core.errors import JobflowError
from jobflow.rulebook.options import Option

CANARY = "c4n4ry s3cret"
PYTHON = shlex.quote(sys.executable)


def command(code: str) -> str:
    return f"cmd:{PYTHON} -S -c {shlex.quote(code)}"


def refusal(reference: str, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(SecretMissing) as missing:
        look_up(reference, {**os.environ, "CANARY": CANARY} if environ is None else environ)
    shown = f"{missing.value} {missing.value.__cause__} {missing.value.__context__}"
    assert CANARY not in shown
    assert "\n" not in shown
    assert reference.split("\n")[0][:40] in shown
    return str(missing.value)


def test_from_the_environment():
    found = look_up("env:CANARY", {"CANARY": CANARY})
    assert (found.reveal(), repr(found), str(found)) == (CANARY, "Secret('env:CANARY')", "Secret('env:CANARY')")


def test_from_a_command_that_sees_the_users_environment():
    assert look_up(command("import os; print(os.environ['CANARY'])"), {"CANARY": CANARY}).reveal() == CANARY


PRINTED = [("a b\n", "a b"), ("a\r\n", "a"), ("a\n\n", "a\n"), (" a ", " a "), ("ü", "ü")]


@pytest.mark.parametrize(("printed", "value"), PRINTED)
def test_one_line_break_at_the_end_is_no_part_of_it(printed: str, value: str):
    code = f"import sys; sys.stdout.buffer.write({printed.encode()!r})"
    assert look_up(command(code), os.environ).reveal() == value


def test_no_shell_reads_the_command(tmp_path: Path):
    marker = tmp_path / "marker"
    assert look_up(f"cmd:echo '$HOME' ; touch {marker}", os.environ).reveal() == f"$HOME ; touch {marker}"
    assert not marker.exists()


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("env:NOT_THERE", "can't be had: there is no variable NOT_THERE. Hint: export NOT_THERE=…"),
        ("cmd:no-such-program --show", "'no-such-program' can't be run (No such file or directory)."),
        ("cmd:/", "'/' can't be run"),
        ("cmd:echo 'half", "the command can't be taken apart (No closing quotation)."),
        (command("import os, sys; sys.exit('no: ' + os.environ['CANARY'])"), "the command ended with status 1"),
        (command("pass"), "it is empty"),
        (command("import os; os.write(1, b'\\xff\\xfe')"), "it is no UTF-8 text"),
        (command("print('x' * 3_000_000)"), "it was longer than 1 MiB"),
    ],
)
def test_what_cannot_be_had_is_said_with_its_reference(reference: str, why: str):
    assert why in refusal(reference)


def test_a_command_that_waits_for_somebody_is_ended(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(secrets, "DEADLINE", 0.3)
    assert "it took longer than 0.3 s" in refusal("cmd:sleep 600")


def test_a_command_may_lie_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "secret.txt").write_text(CANARY, encoding="utf-8")
    assert look_up("cmd:cat ~/secret.txt", os.environ).reveal() == CANARY


def test_a_command_reads_no_input():
    assert look_up(command("import sys; print('<' + sys.stdin.read() + '>')"), os.environ).reveal() == "<>"


@pytest.mark.parametrize("reference", [CANARY, "env:", f"env:{CANARY}", "keyring:x", "CMD:echo", ""])
def test_what_is_no_reference_is_not_repeated(reference: str):
    with pytest.raises(JobflowError) as refused:
        look_up(reference, {})
    assert CANARY not in str(refused.value)


BACKEND = f"""
import keyring.backend

class Backend(keyring.backend.KeyringBackend):
    priority = 1
    def get_password(self, service, username):
        if service == "broken":
            raise keyring.errors.KeyringLocked("it is locked")
        return {CANARY!r} if (service, username) == ("mail", "me/you") else None
    def set_password(self, service, username, password): ...
    def delete_password(self, service, username): ...
"""


@pytest.fixture
def keyring(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "ring.py").write_text(BACKEND, encoding="utf-8")
    return {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHON_KEYRING_BACKEND": "ring.Backend"}


def test_from_the_keyring(keyring: dict[str, str]):
    assert look_up("keyring:mail/me/you", keyring).reveal() == CANARY


def test_a_keyring_without_the_entry_or_that_is_locked(keyring: dict[str, str]):
    assert "the keyring has no such entry. Hint: " in refusal("keyring:mail/me", keyring)
    why = "the keyring can't be reached (keyring.errors.KeyringLocked: it is locked)"
    assert why in refusal("keyring:broken/x", keyring)


def test_without_the_library_its_install_command_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert f"keyring is not installed. Hint: {sys.executable} -m pip install keyring" in refusal("keyring:a/b")


def test_only_the_secrets_among_the_options_are_looked_up():
    options = (Option(name="token", type="secret"), Option(name="other", type="secret"), Option(name="to", type="text"))
    values = {"token": "env:CANARY", "other": None, "to": "env:CANARY"}
    assert with_secrets(values, options, {"CANARY": CANARY}) == {
        "token": Secret("env:CANARY", CANARY), "other": None, "to": "env:CANARY",
    }  # fmt: skip
