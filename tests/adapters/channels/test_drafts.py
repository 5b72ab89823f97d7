"""Letters as files: whole or not there, for nobody else to read, and never over what the user has changed."""

from __future__ import annotations

import email
import email.policy
import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from jobflow.adapters.channels.drafts import Drafts, file_name, keep
from jobflow.contracts import HomeFolder, Retry, Sent
from jobflow.core.errors import Refused
from jobflow.testing import ChannelContract, a_message
from jobflow.testing.suites import STRANGE

LETTER = a_message(kind="letter", recipient="Ada Byron <ada@acme.example>", key="acme:4:x:drafts:ada", html=None)


def channel(home: Path, **options: str) -> Drafts:
    return Drafts(home=HomeFolder(home), **options)


class TestContract(ChannelContract):
    @pytest.fixture
    def channel(self, tmp_path: Path) -> Drafts:
        return channel(tmp_path, sender="Zoë <zoe@home.example>")


def test_a_letter_becomes_a_file_that_mail_programs_open_to_be_written_on(tmp_path: Path):
    outcome = channel(tmp_path).send(LETTER)
    (path,) = (tmp_path / "drafts").iterdir()
    assert outcome == Sent(str(path))
    assert path.name.startswith("acme-ada-byron-ada-acme-example-")
    assert path.suffix == ".eml"
    back = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert (back["X-Unsent"], back["X-Uniform-Type-Identifier"]) == ("1", "com.apple.mail-draft")
    assert (back["To"], back["Date"], back["From"]) == ("Ada Byron <ada@acme.example>", None, None)


def test_nobody_else_may_read_it(tmp_path: Path):
    before = os.umask(0)
    try:
        channel(tmp_path).send(LETTER)
    finally:
        os.umask(before)
    (path,) = (tmp_path / "drafts").iterdir()
    assert (stat.S_IMODE(path.parent.stat().st_mode), stat.S_IMODE(path.stat().st_mode)) == (0o700, 0o600)


def test_the_same_letter_again_leaves_what_the_user_has_written(tmp_path: Path):
    post = channel(tmp_path)
    post.send(LETTER)
    (path,) = (tmp_path / "drafts").iterdir()
    path.write_bytes(b"mine")
    assert post.send(LETTER) == Sent(str(path))
    assert [each.read_bytes() for each in path.parent.iterdir()] == [b"mine"]


def test_another_letter_to_the_same_person_is_another_file(tmp_path: Path):
    post = channel(tmp_path)
    for key in ("a", "b"):
        post.send(a_message(recipient="Ada", key=key))
    assert len(list((tmp_path / "drafts").iterdir())) == 2


@pytest.mark.parametrize("text", [*STRANGE, "../../etc/passwd", "/etc/passwd", "..", "a/b", "李小龙"])
def test_no_text_leads_out_of_the_folder(tmp_path: Path, text: str):
    message = a_message(application=text, recipient=text, key=text, subject=text)
    assert os.path.basename(file_name(message)) == file_name(message)
    assert isinstance(channel(tmp_path).send(message), Sent)
    assert [path.parent.name for path in tmp_path.rglob("*.eml")] == ["drafts"]
    assert [path.name for path in tmp_path.iterdir()] == ["drafts"]


def test_the_folder_may_be_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path / "you"))
    for folder, place in (("~/Letters", "you/Letters"), ("post", "home/post"), (str(tmp_path / "abs"), "abs")):
        assert isinstance(channel(tmp_path / "home", folder=folder).send(LETTER), Sent)
        assert len(list((tmp_path / place).glob("*.eml"))) == 1


@pytest.mark.parametrize(
    "options", [{"sender": "Ada"}, {"sender": "a@b.example, c@d.example"}, {"folder": " "}, {"folder": "a\0b"}]
)
def test_options_that_can_not_be(tmp_path: Path, options: dict[str, str]):
    with pytest.raises(Refused, match=f"option '{next(iter(options))}' of channel 'drafts'"):
        channel(tmp_path, **options)


def test_a_file_where_the_folder_belongs_is_said_and_tried_again(tmp_path: Path):
    (tmp_path / "drafts").write_text("")
    outcome = channel(tmp_path).send(LETTER)
    assert isinstance(outcome, Retry)
    assert str(tmp_path / "drafts") in outcome.reason


def test_something_else_of_its_name_is_not_taken_for_the_draft(tmp_path: Path):
    (tmp_path / "drafts" / file_name(LETTER)).mkdir(parents=True)
    assert isinstance(channel(tmp_path).send(LETTER), Retry)
    (tmp_path / "drafts" / file_name(LETTER)).rmdir()
    (tmp_path / "drafts" / file_name(LETTER)).symlink_to(tmp_path / "nowhere")
    assert isinstance(channel(tmp_path).send(LETTER), Retry)
    assert not (tmp_path / "nowhere").exists()
    assert len(list((tmp_path / "drafts").iterdir())) == 1


FULL = """
import resource, signal, sys
from jobflow.adapters.channels.drafts import Drafts
from jobflow.contracts import HomeFolder
from jobflow.testing import a_message

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
print(Drafts(home=HomeFolder(sys.argv[1])).send(a_message(recipient="Ada", text="a" * 10_000)))
"""


def test_a_disk_that_takes_no_more_leaves_nothing_half_written(tmp_path: Path):
    done = subprocess.run([sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Retry(reason=")
    assert "File too large" in done.stdout
    assert list((tmp_path / "drafts").iterdir()) == []


def test_what_a_kill_left_behind_is_no_hindrance(tmp_path: Path):
    folder = tmp_path / "drafts"
    folder.mkdir()
    (folder / f".{file_name(LETTER)}.part").write_bytes(b"half")
    assert isinstance(channel(tmp_path).send(LETTER), Sent)
    assert [path.name for path in folder.iterdir()] == [file_name(LETTER)]


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP])
def test_where_the_disk_knows_no_links_it_is_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int):
    def link(_source: str, _target: str) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", link)
    keep(str(tmp_path / "a.eml"), b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.eml", b"new")]
    (tmp_path / "b.eml").mkdir()
    with pytest.raises(OSError, match=os.strerror(code)):
        keep(str(tmp_path / "b.eml"), b"new")


def test_a_check_says_whether_the_folder_can_be_had_and_makes_none(tmp_path: Path):
    assert channel(tmp_path, folder="a/b").check() is None
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "a").write_text("")
    assert f"{tmp_path}/a is no folder" in str(channel(tmp_path, folder="a/b").check())
    (tmp_path / "a").unlink()
    channel(tmp_path, folder="a/b").send(LETTER)
    assert channel(tmp_path, folder="a/b").check() is None


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a place where not even root may write")
def test_a_place_that_can_not_be_written_is_said_and_tried_again(tmp_path: Path):
    outcome = channel(tmp_path, folder="/proc/self/drafts").send(LETTER)
    assert isinstance(outcome, Retry)
    assert "/proc/self/drafts" in outcome.reason
