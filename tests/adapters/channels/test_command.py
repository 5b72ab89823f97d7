"""A program of the user's own: what it is given, what its exit status means, and that it costs only its time."""

from __future__ import annotations

import base64
import json
import os
import shlex
import stat
import sys
import time
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from jobflow.adapters.channels.command import FOR_GOOD, Command, document
from jobflow.contracts import Attachment, Failed, Message, Retry, Sent, Unknown
from jobflow.core.errors import Refused
from jobflow.testing import ChannelContract, a_message
from jobflow.testing.suites import STRANGE

SH = "/bin/sh"


def shell(script: str, **more: Any) -> Command:
    return Command(run=(SH, "-c", script), **more)


class TestContract(ChannelContract):
    @pytest.fixture
    def channel(self, tmp_path: Path) -> Command:
        return shell(f"cat >> {shlex.quote(str(tmp_path))}/told")


def test_it_is_given_every_field(tmp_path: Path):
    told = tmp_path / "told"
    attachment = Attachment(name="a.ics", content_type="text/calendar", content=bytes(range(256)))
    message = a_message(attachments=(attachment,), parts=(a_message(key="one"), a_message(key="two")))
    assert shell(f"cat > {shlex.quote(str(told))}").send(message) == Sent()
    line = told.read_bytes()
    assert line.count(b"\n") == 1
    given = json.loads(line)
    assert list(given) == [field.name for field in fields(Message)]
    assert base64.b64decode(given["attachments"][0].pop("content")) == bytes(range(256))
    assert given["attachments"] == [{"name": "a.ics", "content_type": "text/calendar"}]
    assert [part["key"] for part in given["parts"]] == ["one", "two"]
    assert (given["subject"], given["tasks"], given["recipient"]) == (message.subject, [1], None)


@pytest.mark.parametrize("text", [*STRANGE, "\ud800", "\u2028"])
def test_no_text_is_more_than_a_text(text: str, tmp_path: Path):
    told = tmp_path / "told"
    channel = Command(
        run=(sys.executable, "-c", "import sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read())", str(told))
    )
    assert channel.send(a_message(subject=text, text=text, application=text)) == Sent()
    given = json.loads(told.read_bytes())
    assert given["subject"] == given["text"] == text.replace("\ud800", "?")


def test_no_shell_reads_its_words(tmp_path: Path):
    words = ("$(touch x)", "`touch x`", "; touch x", "*", "a b", "")
    assert Command(run=("/usr/bin/printf", "%s|", *words)).send(a_message()) == Sent("|".join(words).strip() + "|")


def test_it_runs_in_the_users_home_and_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    program = tmp_path / "tell me"
    program.write_text("#!/bin/sh\npwd; echo $MINE >&2; test $MINE = here\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MINE", "here")
    assert Command(run=("~/tell me",)).send(a_message()) == Sent(str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    assert Command(run=(SH, "-c", "pwd")).send(a_message()) == Sent("/")


OUTCOMES = {
    "true": Sent(),
    "echo; echo id-7; echo more": Sent("id-7"),
    "exit 1": Retry("/bin/sh ended with status 1"),
    "echo first >&2; echo 'no network' >&2; exit 75": Retry("/bin/sh ended with status 75: no network"),
    "echo who? >&2; exit 67": Failed("/bin/sh ended with status 67: who?"),
    "printf 'a\\033[31mb\\n' >&2; exit 78": Failed("/bin/sh ended with status 78: a�[31mb"),
    "kill -9 $$": Unknown("/bin/sh was killed by signal 9"),
    "exec head -c 2000000 /dev/zero": Unknown("/bin/sh wrote more than 1 MiB, and was ended"),
}


@pytest.mark.parametrize(("script", "outcome"), OUTCOMES.items())
def test_what_its_end_means(script: str, outcome: object):
    assert shell(script).send(a_message()) == outcome


def test_the_statuses_that_give_up_are_those_of_sysexits():
    names = ("USAGE", "DATAERR", "NOINPUT", "NOUSER", "NOHOST", "NOPERM", "CONFIG")
    assert {getattr(os, f"EX_{name}") for name in names} == FOR_GOOD
    assert os.EX_TEMPFAIL not in FOR_GOOD


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes by /proc")
def test_one_that_hangs_is_ended_in_its_time_with_all_that_it_started(tmp_path: Path):
    pid = tmp_path / "pid"
    script = f"sleep 60 & echo $! > {shlex.quote(str(pid))}; cat > /dev/null; wait"
    begun = time.monotonic()
    outcome = shell(script, timeout=0.5).send(a_message())
    assert time.monotonic() - begun < 10
    assert outcome == Unknown("/bin/sh took longer than 0.5 s, and was ended")
    while _lives(pid.read_text().strip()) and time.monotonic() < begun + 10:
        pass
    assert not _lives(pid.read_text().strip())


def _lives(pid: str) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_one_that_does_not_listen_is_no_hindrance():
    assert shell("exec <&-; exit 0").send(a_message(text="a" * 1_000_000)) == Sent()


def test_a_program_that_is_not_there_is_named(tmp_path: Path):
    outcome = Command(run=(str(tmp_path / "none"),)).send(a_message())
    assert isinstance(outcome, Retry)
    assert outcome.reason.startswith(f"'{tmp_path}/none' can't be run (No such file or directory)")
    assert "the whole path" in outcome.reason
    (tmp_path / "text").write_text("echo\n")
    assert "Permission denied" in str(Command(run=(str(tmp_path / "text"),)).send(a_message()))


@pytest.mark.parametrize("word", ["tell", "~/bin/tell", "bin/tell", "/bin/sh", "sh"])
def test_a_check_finds_the_program_that_send_would_run(word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    channel = Command(run=(word, "-c", ":"))
    own = word.endswith("tell")
    if own:
        assert f"{word.lstrip('~/')}' that can be run" in str(channel.check())
        assert isinstance(channel.send(a_message()), Retry)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/tell").write_text("#!/bin/sh\necho >> told\n")
    (tmp_path / "bin/tell").chmod(0o755)
    assert channel.check() is None
    assert not (tmp_path / "told").exists()
    assert channel.send(a_message()) == Sent()
    assert (tmp_path / "told").exists() is own


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"run": ()}, "run"),
        ({"run": (" ",)}, "run"),
        ({"run": ("a\0b",)}, "run"),
        ({"run": ("a",), "timeout": 0}, "timeout"),
        ({"run": ("a",), "timeout": 31}, "timeout"),
        ({"run": ("a",), "timeout": float("nan")}, "timeout"),
    ],
)
def test_options_that_can_not_be(options: dict[str, Any], option: str):
    with pytest.raises(Refused, match=f"option '{option}' of channel 'command'"):
        Command(**options)


def test_the_document_is_utf8_whatever_the_locale():
    assert "Grüße".encode() in document(a_message(subject="Grüße"))
