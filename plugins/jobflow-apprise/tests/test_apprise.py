from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from apprise_servers import Web, closed_port, post, silence, web

import jobflow_apprise
from jobflow import Failed, HomeFolder, Outcome, Retry, Secret, Sent
from jobflow.testing import ChannelContract, PluginContract, a_message
from jobflow_apprise import Apprise
from jobflow_apprise.services import services, without_secrets

CANARY = "c4n4ry-t0ken"

# Apprise loads all its services at the first URL, and one of their libraries wants what Python 3.13 has dropped.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture
def server() -> Iterator[Web]:
    with web() as found:
        yield found


def channel_of(home: Path, *urls: str, **options: Any) -> Apprise:
    return Apprise(home=HomeFolder(home), urls=Secret("env:URLS", "\n".join(urls)), **options)


def reason(outcome: Outcome) -> str:
    assert isinstance(outcome, Retry | Failed)
    return outcome.reason


class TestPlugin(PluginContract):
    plugin: ClassVar[object] = jobflow_apprise


class TestChannel(ChannelContract):
    @pytest.fixture
    def channel(self, tmp_path: Path, server: Web) -> Apprise:
        return channel_of(tmp_path, f"json://127.0.0.1:{server.port}/{CANARY}")


# -- it arrives -------------------------------------------------------------------------------------------------------


def test_a_reminder_arrives(server: Web, tmp_path: Path):
    channel = channel_of(tmp_path, f"json://127.0.0.1:{server.port}/me")
    assert channel.send(a_message(subject="Thank\r\nAda", text="Due today: <b> & *so* on {x} \\n")) == Sent()
    (body,) = server.at("/me")
    assert (body["title"], body["message"]) == ("Thank Ada", "Due today: <b> & *so* on {x} \\n")
    assert list(tmp_path.iterdir()) == []


def test_a_title_of_ones_own(server: Web, tmp_path: Path):
    channel = channel_of(tmp_path, f"json://127.0.0.1:{server.port}/me", title="jobflow")
    channel.send(a_message(subject="Thank Ada"))
    assert server.at("/me")[0]["title"] == "jobflow"


def test_every_service_is_told(server: Web, tmp_path: Path):
    here = f"json://127.0.0.1:{server.port}"
    assert channel_of(tmp_path, "# mine", f"{here}/a {here}/b", "", f"{here}/c").send(a_message()) == Sent()
    assert sorted(path for path, _ in server.came) == ["/a", "/b", "/c"]
    assert list(tmp_path.iterdir()) == []


def test_tags_choose_services(server: Web, tmp_path: Path):
    here = f"json://127.0.0.1:{server.port}"
    lines = (f"{here}/none", f"work, phone={here}/both", f"phone = {here}/phone?x=1", f"phones={here}/other")
    assert channel_of(tmp_path, *lines, tag="phone").send(a_message()) == Sent()
    assert sorted(path.partition("?")[0] for path, _ in server.came) == ["/both", "/phone"]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")  # It is on loopback.
def test_it_arrives_by_mail(tmp_path: Path):
    with post("ada", CANARY) as server:
        url = f"mailto://ada:{CANARY}@127.0.0.1:{server.port}?from=ada@home.example&to=ada@home.example&mode=insecure"
        hostile = "Thank Ada\r\nBcc: everybody@example.org"
        assert channel_of(tmp_path, url).send(a_message(subject=hostile, text="<script>alert(1)</script>")) == Sent()
        wrong = channel_of(tmp_path, url.replace(CANARY, "wrong-canary")).send(a_message())
    (mail,) = server.mails
    assert mail["Subject"] == "Thank Ada Bcc: everybody@example.org"
    assert mail["Bcc"] is None
    assert mail["To"].addresses[0].addr_spec == "ada@home.example"
    html = mail.get_body(("html",))
    assert html is None or "<script>" not in html.get_content()
    assert isinstance(wrong, Retry)
    assert "canary" not in wrong.reason


# -- it does not ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_a_refusal_is_tried_again(server: Web, tmp_path: Path, status: int):
    server.answers["/me"] = status
    outcome = channel_of(tmp_path, f"json://127.0.0.1:{server.port}/me").send(a_message())
    assert isinstance(outcome, Retry)
    assert f"error={status}" in outcome.reason
    assert outcome.reason.startswith("JSON")


def test_nobody_is_there(tmp_path: Path):
    outcome = channel_of(tmp_path, f"json://127.0.0.1:{closed_port()}/{CANARY}").send(a_message())
    assert isinstance(outcome, Retry)
    assert "onnection error" in outcome.reason
    assert "127.0.0.1" not in outcome.reason


def test_no_redirect_is_followed(server: Web, tmp_path: Path):
    server.answers["/me"], server.location = 307, f"http://127.0.0.1:{server.port}/elsewhere"
    assert isinstance(channel_of(tmp_path, f"json://127.0.0.1:{server.port}/me").send(a_message()), Retry)
    assert server.at("/elsewhere") == []


def test_a_service_that_hangs_keeps_nobody_waiting(server: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(jobflow_apprise, "ENOUGH", 0.1)
    with silence() as port:
        begun = time.monotonic()
        lines = f"json://127.0.0.1:{port}/{CANARY}?rto=0.3", f"json://127.0.0.1:{server.port}/me"
        outcome = channel_of(tmp_path, *lines).send(a_message())
    assert time.monotonic() - begun < 5
    assert "JSON (2 of 2): its turn comes at the next attempt" in reason(outcome)
    assert CANARY not in reason(outcome)


def test_letters_are_none_of_its_business(tmp_path: Path):
    outcome = channel_of(tmp_path, "json://127.0.0.1:1/").send(a_message(kind="letter", recipient="ada@acme.example"))
    assert "letters to others" in reason(outcome)


# -- one takes it, another does not -----------------------------------------------------------------------------------


def test_who_has_taken_it_is_not_told_again(server: Web, tmp_path: Path):
    here = f"json://127.0.0.1:{server.port}"
    channel = channel_of(tmp_path, f"{here}/a", f"{here}/{CANARY}", f"{here}/c", "nonsense://x")
    server.answers[f"/{CANARY}"] = 503
    for _ in range(3):
        outcome = channel.send(a_message(key="one"))
        assert reason(outcome).startswith("JSON (2 of 4): ")
        assert "URL (4 of 4): Apprise can't read this URL" in reason(outcome)
        assert CANARY not in reason(outcome) + kept(tmp_path)
    assert isinstance(channel.send(a_message(key="another")), Retry)
    assert [len(server.at(path)) for path in ("/a", f"/{CANARY}", "/c")] == [2, 0, 2]
    del server.answers[f"/{CANARY}"]
    mended = channel_of(tmp_path, f"{here}/a", f"{here}/{CANARY}", f"{here}/c", f"{here}/d")
    assert mended.send(a_message(key="one")) == Sent()
    assert [len(server.at(path)) for path in ("/a", f"/{CANARY}", "/c", "/d")] == [2, 1, 2, 1]
    assert "another" in kept(tmp_path)
    assert mended.send(a_message(key="another")) == Sent()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "[1]", "[]", '{"2:one": 7}', '{"2:one": ["x"]}', '{"2:one": [[]]}', "\x00"])
def test_a_damaged_file_costs_no_delivery(server: Web, tmp_path: Path, content: str):
    here = f"json://127.0.0.1:{server.port}"
    (tmp_path / "apprise-partly.json").write_text(content)
    assert channel_of(tmp_path, f"{here}/a", f"{here}/b").send(a_message(key="one")) == Sent()


def test_a_folder_that_cannot_be_written_costs_no_delivery(server: Web, tmp_path: Path):
    here = f"json://127.0.0.1:{server.port}"
    assert channel_of(tmp_path / "none", f"{here}/a", f"{here}/b").send(a_message(key="one")) == Sent()


def test_what_is_remembered_stays_small_and_private(server: Web, tmp_path: Path):
    server.answers["/b"] = 500
    here = f"json://127.0.0.1:{server.port}"
    (tmp_path / "apprise-partly.json").write_text(json.dumps({f"2:{n}": [0] for n in range(300)}))
    channel_of(tmp_path, f"{here}/a", f"{here}/b").send(a_message(key="new"))
    found = json.loads(kept(tmp_path))
    assert len(found) == 200
    assert found["2:new"] == [0]
    assert (tmp_path / "apprise-partly.json").stat().st_mode & 0o077 == 0


def kept(home: Path) -> str:
    return "".join(file.read_text() for file in home.iterdir())


# -- URLs -------------------------------------------------------------------------------------------------------------


def test_a_url_that_cannot_be_read_is_named_by_its_place(tmp_path: Path):
    channel = channel_of(tmp_path, "json://127.0.0.1/ok", f"nosuch://{CANARY}", f"just {CANARY}", "tgram://x")
    problem = channel.check()
    assert problem is not None
    assert [f"URL ({place} of 5)" in problem for place in range(1, 6)] == [False, True, True, True, True]
    assert CANARY not in problem


def test_urls_that_can_be_read(tmp_path: Path):
    assert channel_of(tmp_path, "json://127.0.0.1/ok", "tgram://123456789:abcdefg_hijklmnop/12315544/").check() is None


@pytest.mark.parametrize(("urls", "tag"), [(" \n# nothing\n; nor here", None), ("a=json://127.0.0.1/", "b")])
def test_no_url_at_all(tmp_path: Path, urls: str, tag: str | None):
    channel = channel_of(tmp_path, urls, tag=tag)
    assert "names no service" in str(channel.check())
    assert "names no service" in reason(channel.send(a_message()))


@pytest.mark.parametrize(
    ("said", "url", "shown"),
    [
        ("to hooks.example: error=500", "json://ada:pass@hooks.example/T0/B0", "to […]: error=500"),
        ("no T0, not T00", "slack://T0/x", "no […], not T00"),
        ("a b at p@ss w%40rd", "json://p%40ss:w%40rd@h", "a b at […] […]"),
        ("a\nb\r\nc " + "x" * 300, "json://h", "a b c " + "x" * 193 + "…"),
        ("it: secret+one secret one", "json://h?k=secret+one", "it: […]+[…] […]"),
    ],
)
def test_parts_of_a_url_are_hidden(said: str, url: str, shown: str):
    hidden = without_secrets(said, url)
    assert hidden == shown or not any(word in hidden for word in ("secret", "pass", "hooks"))
    assert len(hidden) <= 200


def test_a_service_that_raises_is_named_alone(monkeypatch: pytest.MonkeyPatch):
    (service,) = services(f"json://127.0.0.1/{CANARY}", None)

    def raising(*_: Any, **__: Any) -> bool:
        raise RuntimeError(CANARY)

    monkeypatch.setattr("apprise.Apprise.notify", raising)
    assert service.deliver("", "") == "raised RuntimeError"


# -- as a user has it -------------------------------------------------------------------------------------------------


def jobflow_run(home: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("JOBFLOW_", "COV_"))}
    env |= {"JOBFLOW_HOME": str(home), "TZ": "UTC", **environ}
    return subprocess.run(
        [sys.executable, "-m", "jobflow", *arguments], env=env, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(("path", "status"), [("me", 200), (CANARY, 503)])
def test_a_tick_delivers_and_shows_no_secret(server: Web, tmp_path: Path, path: str, status: int):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    server.answers[f"/{path}"] = status
    urls = f"json://user:{CANARY}@127.0.0.1:{server.port}/{path}"
    said = [jobflow_run(home, "plugin", "enable", "apprise")]
    (home / "config.yaml").write_text("timezone: UTC\nchannels: {apprise: {urls: 'env:URLS'}}\n")
    said.append(jobflow_run(home, "--now", "2026-03-10T10:00", "add", "Acme", "--at", "2026-03-09T10:00", URLS=urls))
    said.append(jobflow_run(home, "--now", "2026-03-11T12:00", "tick", URLS=urls))
    said.append(jobflow_run(home, "outbox", "list", "--json", "--now", "2026-03-11T12:01", URLS=urls))
    told = "".join(each.stdout + each.stderr for each in said)
    files = b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())
    assert CANARY not in told
    assert CANARY.encode() not in files
    assert "Traceback" not in told
    if status == 200:
        assert "Acme" in server.at("/me")[0]["message"]
        assert json.loads(said[-1].stdout) == []
    else:
        assert server.came == []
        assert f"error={status}" in said[-1].stdout
