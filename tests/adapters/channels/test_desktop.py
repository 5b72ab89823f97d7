"""Notifications on a real session bus, by the real notify-send; and silence where nobody would see them."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobflow.adapters.channels import desktop as module
from jobflow.adapters.channels.desktop import ADDRESS, NOBODY, Desktop, find_bus
from jobflow.contracts import Retry, Sent, Unknown
from jobflow.core.digest import HEADINGS
from jobflow.testing import ChannelContract, a_message
from jobflow.testing.suites import STRANGE
from tests.adapters.channels import desktop_session
from tests.needs import need

pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs a session bus")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    need(*desktop_session.NEEDED)
    return tmp_path


@pytest.fixture
def desktop(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[desktop_session.Desktop]:
    with desktop_session.desktop(folder) as there:
        monkeypatch.setenv(ADDRESS, there.address)
        yield there


class TestContract(ChannelContract):
    @pytest.fixture
    def channel(self, desktop: desktop_session.Desktop) -> Desktop:
        return Desktop()


def test_a_reminder_is_shown(desktop: desktop_session.Desktop):
    assert Desktop().send(a_message(kind="overdue")) == Sent()
    shown = desktop.told()
    assert (shown.app, shown.icon, shown.summary, shown.urgency) == ("jobflow", "", "Acme: Thank Ada Byron", 2)
    assert shown.body == a_message().text


@pytest.mark.parametrize(("length", "shown"), [(2000, "x" * 2000), (2001, "x" * 1999 + "…")])
def test_a_long_text_is_cut_and_one_that_just_fits_is_not(desktop: desktop_session.Desktop, length: int, shown: str):
    assert Desktop().send(a_message(text="x" * length)) == Sent()
    assert desktop.told().body == shown


def test_what_is_pressing_is_shown_so(desktop: desktop_session.Desktop):
    urgency = {}
    for kind in HEADINGS:
        Desktop().send(a_message(kind=kind))
        urgency[kind] = desktop.told().urgency
    assert urgency == {"overdue": 2, "due": 1, "opened": 1, "lapsed": 1, "moved": 0}


NAUGHTY = (
    *STRANGE,
    "--urgency=critical",
    "-h",
    "a\\nb\\",
    "C:\\temp\\new",
    "<b>Tags & Sons</b> &amp;",
    "<a href='x'>y</a>",
)


@pytest.mark.parametrize("text", NAUGHTY)
@pytest.mark.parametrize("locale", ["C", "de_DE.UTF-8"])
def test_every_text_is_shown_as_it_is(
    desktop: desktop_session.Desktop, text: str, locale: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LC_ALL", locale)
    assert Desktop().send(a_message(subject=text, text=text)) == Sent()
    shown = desktop.told()
    assert shown.urgency == 1
    body = shown.body.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert "<" not in shown.body
    if len(text) > 500:
        assert text.startswith(body.rstrip("…"))
        assert text.startswith(shown.summary.rstrip("…"))
        return
    assert body == text.replace("\r\n", "\n").replace("\x00", "�").replace("\x1b", "�")
    assert shown.summary == (" ".join(body.split()) or "jobflow")


def test_where_cron_calls_it_the_bus_is_found(
    desktop: desktop_session.Desktop, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in list(os.environ):
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    assert Desktop().send(a_message()) == Sent()
    assert desktop.told().summary == a_message().subject


def test_where_the_bus_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    own = tmp_path / str(os.getuid())
    own.mkdir()
    assert find_bus({ADDRESS: "unix:path=/x"}, str(tmp_path)) == "unix:path=/x"
    assert find_bus({}, str(tmp_path)) is None
    (own / "bus").write_text("")
    assert find_bus({}, str(tmp_path)) is None
    (own / "bus").unlink()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{os.getuid()}/bus")
        assert find_bus({}, str(tmp_path)) == f"unix:path={own}/bus"
        assert find_bus({"XDG_RUNTIME_DIR": str(tmp_path), ADDRESS: ""}, str(tmp_path)) == f"unix:path={own}/bus"


def test_without_a_bus_it_is_silent(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv(ADDRESS, raising=False)
    monkeypatch.setattr(module, "find_bus", lambda environ: find_bus({}, str(tmp_path)))
    assert "no desktop session" in str(Desktop().check())
    monkeypatch.setenv("PATH", str(tmp_path))  # nor is there a notify-send
    assert Desktop().send(a_message()) == Sent(NOBODY)


def test_on_a_bus_where_nobody_shows_anything_it_is_silent(folder: Path, monkeypatch: pytest.MonkeyPatch):
    with desktop_session.session_bus(folder) as address:
        monkeypatch.setenv(ADDRESS, address)
        assert Desktop().send(a_message()) == Sent(NOBODY)
    assert Desktop().send(a_message()) == Sent(NOBODY)  # and when that bus is gone


def test_a_desktop_that_refuses_is_tried_again(desktop: desktop_session.Desktop):
    desktop.refuse = "org.freedesktop.Notifications.Error.ExcessNotificationGeneration"
    outcome = Desktop().send(a_message())
    assert isinstance(outcome, Retry)
    assert "not today" in outcome.reason


def test_a_desktop_that_hangs_costs_its_time_and_no_more(
    desktop: desktop_session.Desktop, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "SECONDS", 0.5)
    desktop.mute = True
    assert Desktop().send(a_message()) == Unknown("the desktop did not answer within 0.5 s")


def test_a_desktop_without_the_program_says_what_to_install(
    desktop: desktop_session.Desktop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("PATH", str(tmp_path))
    outcome = Desktop().send(a_message())
    assert isinstance(outcome, Retry)
    assert "libnotify-bin" in outcome.reason
    assert "libnotify-bin" in str(Desktop().check())
