"""The mailbox and the drafts, on a real Dovecot; and servers that lie."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner, Result
from imap_servers import DRAFTS, NOON, PASSWORD, TOKEN, Dovecot, dovecot, liar, mail

import jobflow
import jobflow_imap
from jobflow import Attachment, Failed, HomeFolder, Jobflow, Outcome, Refused, Retry, Secret, Sent
from jobflow.testing import ChannelContract, ManualClock, PluginContract, a_message
from jobflow_imap import Account, Imap, ImapDrafts, server
from jobflow_imap.command import mailbox
from jobflow_imap.server import Mail, Mailbox, Problem

CANARY = "c4n4ry"


@pytest.fixture(scope="module")
def imap() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


def options(imap: Dovecot, user: str, **more: Any) -> dict[str, Any]:
    given = {"host": "localhost", "user": user, "port": imap.tls, "ca_file": imap.ca_file}
    return given | {"password": Secret("env:IMAP_PASSWORD", PASSWORD)} | more


def reason(outcome: Outcome) -> str:
    assert isinstance(outcome, Retry | Failed)
    return outcome.reason


def a_letter(**changes: Any) -> jobflow.Message:
    return a_message(**{"kind": "letter", "recipient": "ada@acme.example", "html": None, **changes})


class TestPlugin(PluginContract):
    plugin: ClassVar[object] = jobflow_imap


class TestDrafts(ChannelContract):
    @pytest.fixture
    def channel(self, imap: Dovecot) -> ImapDrafts:
        return ImapDrafts(**options(imap, imap.user()))


# -- signing in -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
@pytest.mark.parametrize("way", ["password", "token"])
def test_every_way_in(imap: Dovecot, security: str, way: str):
    user = imap.user()
    given = options(imap, user, security=security, port=imap.tls if security == "tls" else imap.plain)
    right = PASSWORD if way == "password" else f"{user}:{TOKEN}"
    for secret, opens in ((right, True), (f"wrong-{CANARY}", False)):
        channel = ImapDrafts(**given | {"password": None, way: Secret("env:X", secret)})
        outcome, problem = channel.send(a_letter()), channel.check()
        assert isinstance(outcome, Sent if opens else Retry), outcome
        assert (problem is None) is opens
        if not opens:
            assert "Authentication failed" in reason(outcome)
        assert CANARY not in f"{outcome}{problem}{channel}"


def test_a_certificate_of_nobody_is_refused(imap: Dovecot):
    outcome = ImapDrafts(**options(imap, imap.user(), ca_file=None)).send(a_letter())
    assert "certificate verify failed" in reason(outcome)
    outcome = ImapDrafts(**options(imap, imap.user(), ca_file="/nowhere")).send(a_letter())
    assert isinstance(outcome, Retry)


def test_a_password_goes_nowhere_in_the_clear(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server, "PATIENCE", 0.3)
    channel = ImapDrafts(host="imap.example", user="me", password=Secret("env:X", CANARY), security="none")
    assert "goes to this machine only" in reason(channel.send(a_letter()))
    with liar(lambda _tag, _rest: [b"* BAD\r\n"], [b"* OK [CAPABILITY IMAP4rev1] no STARTTLS\r\n"]) as port:
        channel = ImapDrafts(
            host="localhost", user="me", password=Secret("env:X", CANARY), security="starttls", port=port
        )
        assert isinstance(channel.send(a_letter()), Retry)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"password": Secret("env:X"), "token": Secret("env:Y")},
        {"password": Secret("env:X"), "port": 0},
        {"password": Secret("env:X"), "user": "me\r\nA1 DELETE INBOX"},
        {"password": Secret("env:X"), "host": " "},
    ],
)
def test_options_that_cannot_go_together(more: dict[str, Any]):
    with pytest.raises(Refused):
        Account(**{"host": "localhost", "user": "me", **more})


# -- letters among the drafts -----------------------------------------------------------------------------------------


def drafts(imap: Dovecot, user: str, folder: str = DRAFTS) -> list[tuple[str, EmailMessage]]:
    found = []
    for flags, content in imap.messages(user, folder):
        parsed = message_from_bytes(content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        assert not parsed.defects
        found.append((flags, parsed))
    return found


def test_a_letter_is_a_draft_once(imap: Dovecot):
    user = imap.user()
    channel = ImapDrafts(**options(imap, user, sender="Ünal Böe <me@home.example>"))
    message = a_letter(subject="Thank you", text="Dear Ada,\n\nGrüße\n.\nFrom here")
    first = channel.send(message)
    assert [channel.send(message), channel.send(message)] == [first, first]
    ((flags, draft),) = drafts(imap, user)
    assert "\\Draft" in flags
    assert draft["To"] == "ada@acme.example"
    assert draft["From"] == "Ünal Böe <me@home.example>"
    assert draft["Subject"] == "Thank you"
    assert draft["Date"] is None
    assert first == Sent(draft["Message-ID"])
    assert draft.get_content().replace("\r\n", "\n") == "Dear Ada,\n\nGrüße\n.\nFrom here\n"
    channel.send(a_letter(key="another"))
    assert len(drafts(imap, user)) == 2


def test_attachments_come_along(imap: Dovecot):
    user = imap.user()
    files = [
        Attachment(name='a"\r\nB: c/=?utf-8?q?x?=', content_type="application/pdf; x=y", content=b"\x00%PDF"),
        Attachment(name="b", content_type="message/rfc822", content=b"From: x\n\n"),
    ]
    ImapDrafts(**options(imap, user)).send(a_letter(attachments=tuple(files), html="<p>Hello"))
    ((_, draft),) = drafts(imap, user)
    assert [each.get_content() for each in draft.iter_attachments()] == [b"\x00%PDF", b"From: x\n\n"]
    html = draft.get_body(("html",))
    assert html is not None
    assert html.get_content().strip() == "<p>Hello"


def test_a_folder_by_its_name(imap: Dovecot):
    user = imap.user()
    with imap.client(user) as client:
        client.create('"Briefe &AOQ- &- x"')
    channel = ImapDrafts(**options(imap, user, drafts="Briefe ä & x"))
    assert channel.check() is None
    assert isinstance(channel.send(a_letter()), Sent)
    assert len(drafts(imap, user, "Briefe &AOQ- &- x")) == 1
    assert drafts(imap, user) == []
    missing = ImapDrafts(**options(imap, user, drafts='No "such\\'))
    assert "doesn't exist" in reason(missing.send(a_letter()))
    assert "doesn't exist" in str(missing.check())


def test_reminders_are_none_of_its_business(imap: Dovecot):
    assert "letters to others" in reason(ImapDrafts(**options(imap, "x")).send(a_message()))


def naughty() -> list[str]:
    own = [
        "Acme\r\nBcc: everybody@example.org",
        "a\nb",
        "=?utf-8?q?x=0D=0ABcc:_y?=",
        "\u2028x",
        "\ud800",
        "a" * 3000,
        "\0",
    ]
    own += [
        "ada@acme.example, eve@evil.example",
        "ada@acme.example>\r\nBcc: x@y.example",
        "ä@acme.example",
        "Ada Byron",
    ]
    return [*own, "ada@müller.example", "", '"x" <a@b.example>', "\r\n\r\nbody", "日本語" * 60, "{5}\r\nabcde", "a\\ b"]


def test_no_text_makes_a_header(imap: Dovecot):
    user = imap.user()
    channel = ImapDrafts(**options(imap, user, sender="me@home.example"))
    for number, text in enumerate(naughty()):
        outcome = channel.send(a_letter(key=f"{number}-{text}", subject=text, text=text, recipient=text))
        assert isinstance(outcome, Sent), (text, outcome)
    found = drafts(imap, user)
    assert len(found) == len(naughty())
    known = {"From", "To", "X-Jobflow-Recipient", "Subject", "Message-ID", "MIME-Version"}
    for _, draft in found:
        assert {name for name in draft.keys() if not name.startswith("Content-")} <= known  # noqa: SIM118
        assert len(set(draft.keys())) == len(draft.keys())
    to = [draft["To"] for _, draft in found if draft["To"]]
    assert to == ["ada@xn--mller-kva.example"]


# -- what the mailbox says --------------------------------------------------------------------------------------------


class Run:
    """What jobflow gives to a plugin's command, in this process."""

    def __init__(self, home: Path, now: datetime) -> None:
        self.home, self.clock, self.json = home, ManualClock(now), True
        self.given: list[dict[str, Any]] = []

    @contextlib.contextmanager
    def open(self) -> Iterator[Jobflow]:
        with contextlib.closing(Jobflow.open(self.home, clock=self.clock, plugins=[jobflow_imap])) as flow:
            yield flow

    def give(self, value: Any) -> None:
        self.given = value

    def __call__(self, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
        self.given = []
        self.result(*arguments, code=code)
        return self.given

    def result(self, *arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(mailbox, arguments, obj=self)
        if isinstance(result.exception, jobflow.JobflowError):
            assert code, result.exception
        elif result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result


@pytest.fixture
def user(imap: Dovecot) -> str:
    return imap.user()


@pytest.fixture
def run(imap: Dovecot, user: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Acme since Monday noon, with one contact; it is Wednesday."""
    monkeypatch.setenv("IMAP_PASSWORD", PASSWORD)
    configure(tmp_path, imap, user, "apply: reply")
    run = Run(tmp_path, NOON - timedelta(days=1))
    with run.open() as flow:
        flow.add("Acme", contacts=[jobflow.NewContact(role="interviewer", name="Ada Byron", email="ada@acme.example")])
    run.clock.set(NOON + timedelta(days=1))
    return run


def configure(home: Path, imap: Dovecot, user: str, *more: str) -> None:
    lines = ["host: localhost", f"user: {user}", f"port: {imap.tls}", f"ca_file: {imap.ca_file}"]
    lines += ["password: env:IMAP_PASSWORD", *more]
    text = "".join(f"    {line}\n" for line in lines)
    (home / "config.yaml").write_text(f"timezone: UTC\nchannels:\n  console: {{}}\n  imap:\n{text}")


def events(run: Run, slug: str = "acme") -> list[tuple[str, str | None]]:
    with run.open() as flow:
        history = flow.history(slug)
    return [(record.data["event"], record.data["note"]) for record in history if record.type == "event_logged"]


def test_what_came_is_proposed_with_its_command(imap: Dovecot, user: str, run: Run):
    imap.put(user, mail(Subject="Re: =?utf-8?q?Gespr=C3=A4ch?="), NOON)
    imap.put(user, mail("HR <hr@jobs.acme.example>", "We have decided to pursue other candidates."), NOON)
    imap.put(user, mail("Eve <eve@evil.example>"), NOON)
    imap.put(user, mail(Auto_Submitted="auto-replied"), NOON)
    imap.put(user, mail(), NOON - timedelta(days=5))
    before = imap.messages(user, "INBOX")
    first = run()
    assert [(each["application"], each["event"], each["sure"]) for each in first] == [
        ("acme", "reply", True),
        ("acme", "rejected", False),
    ]
    assert first[0]["sender"] == "Ada Byron <ada@acme.example>"
    assert first[0]["subject"] == "Re: Gespräch"
    assert datetime.fromisoformat(first[0]["at"]) == NOON
    assert shlex.split(first[0]["command"])[:4] == ["jobflow", "log", "acme", "reply"]
    assert run() == first
    assert events(run) == []
    assert [re.sub(r"\\Recent", "", flags) for flags, _ in before] == [
        re.sub(r"\\Recent", "", flags) for flags, _ in imap.messages(user, "INBOX")
    ]
    assert not any("\\Seen" in flags for flags, _ in imap.messages(user, "INBOX"))


def test_the_proposed_command_settles_it(imap: Dovecot, user: str, run: Run):
    imap.put(user, mail(), NOON)
    imap.put(user, mail(text="We are pleased to offer you the position!"), NOON + timedelta(hours=1))
    reply, offer = run()
    for each, left in ((reply, [offer]), (offer, [])):
        words = shlex.split(each["command"])
        with run.open() as flow:
            flow.log(words[2], words[3], at=datetime.fromisoformat(words[5]), note=words[7])
        assert run() == left
    with run.open() as flow:
        assert flow.get("acme").state == "offer"


def test_cron_records_a_contacts_reply_once(imap: Dovecot, user: str, run: Run):
    imap.put(user, mail(), NOON)
    imap.put(user, mail("hr@acme.example"), NOON)
    imap.put(user, mail(text="The position has been filled."), NOON)
    found = run("--apply")
    assert [each["recorded"] for each in found] == [True, False, False]
    assert found[0]["event"] == "reply"
    assert {each["event"] for each in found[1:]} == {"rejected", "reply"}
    assert events(run) == [("reply", f"mail {found[0]['id']}")]
    assert run("--apply") == []
    assert len(run()) == 2
    (run.home / "mailbox.json").unlink()
    assert not any(each["recorded"] for each in run("--apply"))
    assert len(events(run)) == 1


def test_an_undone_reply_stays_undone(imap: Dovecot, user: str, run: Run):
    imap.put(user, mail(), NOON)
    assert run("--apply")[0]["recorded"]
    with run.open() as flow:
        flow.undo("acme")
    (run.home / "mailbox.json").unlink()
    assert run("--apply") == run() == []


def test_nothing_is_recorded_unless_it_was_configured(imap: Dovecot, user: str, run: Run):
    configure(run.home, imap, user)
    imap.put(user, mail(), NOON)
    run("--apply", code=1)
    assert [each["recorded"] for each in run()] == [False]
    assert events(run) == []


def test_a_reply_that_two_could_mean_is_the_users_to_tell(imap: Dovecot, user: str, run: Run):
    with run.open() as flow:
        flow.add("Acme", at=NOON - timedelta(hours=2))
        flow.contact("acme-2", jobflow.NewContact(role="recruiter", name="Ada", email="ADA@acme.example"))
    imap.put(user, mail(), NOON)
    found = run("--apply")
    assert [(each["application"], each["recorded"]) for each in found] == [("acme", False), ("acme-2", False)]
    assert found[0]["id"] != found[1]["id"]


def test_what_the_user_said_already_is_not_proposed(imap: Dovecot, user: str, run: Run):
    imap.put(user, mail(), NOON)
    with run.open() as flow:
        flow.log("acme", "reply", at=NOON - timedelta(hours=1))
    assert run() == []
    imap.put(user, mail(), NOON + timedelta(days=1, hours=1))
    run.clock.set(NOON + timedelta(days=2))
    assert len(run()) == 1


def test_dropped_for_good(imap: Dovecot, user: str, run: Run):
    imap.put(user, mail(), NOON)
    (found,) = run()
    assert run("--drop", found["id"]) == []
    assert run() == run("--apply") == []
    run("--drop", "nonsense", code=1)


def test_what_is_not_possible_now_waits(imap: Dovecot, user: str, run: Run):
    with run.open() as flow:
        flow.log("acme", "rejected", at=NOON - timedelta(hours=2))
    imap.put(user, mail(), NOON)
    imap.put(user, mail(text="We would like to offer you the position after all."), NOON)
    assert [each["event"] for each in run("--apply")] == ["offer"]
    with run.open() as flow:
        flow.undo("acme")
    assert [each["event"] for each in run("--apply")] == ["reply"]


def test_an_application_that_is_gone_takes_its_mail_along(imap: Dovecot, user: str, run: Run):
    imap.put(user, mail(), NOON)
    assert len(run()) == 1
    with run.open() as flow:
        flow.undo("acme")
    assert run() == []
    assert "ada@" not in (run.home / "mailbox.json").read_text().lower()


def test_a_contact_that_is_told_later_finds_earlier_mail(imap: Dovecot, user: str, run: Run):
    imap.put(user, mail("Grace <grace@other.example>"), NOON)
    assert run() == []
    with run.open() as flow:
        flow.contact("acme", jobflow.NewContact(role="decision_maker", name="Grace", email="grace@other.example"))
    assert len(run()) == 1


def test_only_what_is_new_is_looked_at(imap: Dovecot, user: str, run: Run, monkeypatch: pytest.MonkeyPatch):
    fetched: list[int] = []
    fetch = Mailbox.fetch

    def counted(self: Mailbox, uid: int) -> Mail | None:
        fetched.append(uid)
        return fetch(self, uid)

    monkeypatch.setattr(Mailbox, "fetch", counted)
    for _ in range(3):
        imap.put(user, mail(), NOON)
    imap.put(user, mail("eve@evil.example"), NOON)
    run()
    run()
    imap.put(user, mail(), NOON)
    run()
    assert fetched == [1, 2, 3, 5]


def test_more_than_can_be_looked_at_in_one_go(imap: Dovecot, user: str, run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("jobflow_imap.watch.MOST", 2)
    for _ in range(5):
        imap.put(user, mail(), NOON)
    assert [len(run()), len(run()), len(run()), len(run())] == [2, 4, 5, 5]


def test_a_mailbox_that_is_counted_anew(imap: Dovecot, user: str, run: Run):
    content = mail()
    imap.put(user, content, NOON)
    configure(run.home, imap, user, "folders: [Jobs]")
    with imap.client(user) as client:
        client.create("Jobs")
    imap.put(user, content, NOON, "Jobs")
    (first,) = run()
    with imap.client(user) as client:
        client.delete("Jobs")
        client.create("Jobs")
    imap.put(user, mail(), NOON, "Jobs")
    imap.put(user, content, NOON, "Jobs")
    assert first in run()
    assert len(run()) == 2
    configure(run.home, imap, user, "folders: [INBOX, Jobs]")
    assert len(run()) == 2


def test_a_folder_that_is_not_there(imap: Dovecot, user: str, run: Run):
    configure(run.home, imap, user, "folders: [INBOX, Nowhere]")
    imap.put(user, mail(), NOON)
    result = run.result(code=1)
    assert "Nowhere" in str(result.exception)
    assert len(run.given) == 1
    with run.open() as flow:
        channel = flow.channel("imap")
        assert isinstance(channel, Imap)
        assert "Nowhere" in str(channel.check())
    configure(run.home, imap, user)
    with run.open() as flow:
        channel = flow.channel("imap")
        assert isinstance(channel, Imap)
        assert channel.check() is None


def test_two_at_once_are_one(run: Run):
    from jobflow_imap.memory import alone

    with alone(str(run.home)):
        assert run.result("--apply").output == ""


def test_hostile_mail_costs_nothing(imap: Dovecot, user: str, run: Run):
    run.json = False
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(1500))
    imap.put(user, mail(text="x" * 300_000), NOON)
    imap.put(user, mail(Subject="y" * 100_000, From=""), NOON)
    imap.put(user, mail(Content_Type="multipart/mixed", text=nested), NOON)
    imap.put(
        user,
        mail('"Ada\x1b[2J\u202e; jobflow undo" <ada@acme.example>', Subject="$(reboot) `id` '; jobflow undo"),
        NOON,
    )
    imap.put(user, mail(Content_Type="text/plain; charset=martian", text="caf\xe9").encode("latin-1"), NOON)
    imap.put(user, b"\xff\xfe\x00"[:2] + b"\r\n\r\n", NOON)
    output = run.result().output
    assert output.isprintable() or all(line.isprintable() for line in output.splitlines())
    commands = [line for line in output.splitlines() if line.startswith("  jobflow")]
    assert len(commands) == 4
    for line in commands:
        assert re.fullmatch(r"  jobflow log acme reply --at [0-9T:+-]+ --note 'mail [0-9a-f]{12}'", line)


# -- as a user has it -------------------------------------------------------------------------------------------------


def typed(home: Path, *words: str, now: datetime = NOON) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("JOBFLOW_", "COV_"))}
    env |= {"JOBFLOW_HOME": str(home), "TZ": "UTC", "JOBFLOW_NOW": now.isoformat(), "IMAP_PASSWORD": PASSWORD}
    command = [sys.executable, "-m", "jobflow", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_the_whole_way_from_the_command_line(imap: Dovecot, user: str, tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    configure(home, imap, user, "apply: reply")
    text = (home / "config.yaml").read_text()
    (home / "config.yaml").write_text(text.replace("channels:\n", f"channels:\n  imap-drafts: {inline(imap, user)}\n"))
    said = [typed(home, "plugin", "enable", "imap")]
    said.append(typed(home, "add", "Acme", "--contact", "interviewer=Ada <ada@acme.example>"))
    imap.put(user, mail(), NOON + timedelta(hours=1))
    later = NOON + timedelta(days=1)
    said.append(typed(home, "tick", now=later))
    said.append(typed(home, "mailbox", now=later))
    assert "acme: reply, 2026-03-10 13:00, Ada Byron <ada@acme.example>: Re: Interview" in said[-1].stdout
    command = next(line for line in said[-1].stdout.splitlines() if line.startswith("  jobflow log"))
    said.append(typed(home, *shlex.split(command)[1:], now=later))
    said.append(typed(home, "mailbox", now=later))
    assert said[-1].stdout == "No mail that says anything new about an application.\n"
    imap.put(user, mail(text="We are pleased to offer you the position."), later)
    imap.put(user, mail(), later)
    said.append(typed(home, "mailbox", "--apply", now=later + timedelta(hours=1)))
    assert re.search(r"^Recorded: acme: reply.*\n  if it was none: jobflow undo acme\nacme: offer", said[-1].stdout)
    said.append(typed(home, "mailbox", "--apply", now=later + timedelta(hours=2)))
    assert said[-1].stdout == said[-1].stderr == ""
    said.append(typed(home, "mailbox", "--json", now=later + timedelta(hours=2)))
    assert [each["event"] for each in json.loads(said[-1].stdout)] == ["offer"]
    assert [each.returncode for each in said] == [0] * len(said), said
    told = "".join(each.stdout + each.stderr for each in said)
    files = b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())
    assert CANARY not in told
    assert CANARY.encode() not in files


def inline(imap: Dovecot, user: str) -> str:
    return (
        f"{{host: localhost, user: {user}, port: {imap.tls}, ca_file: {imap.ca_file}, password: 'env:IMAP_PASSWORD'}}"
    )


# -- servers that lie -------------------------------------------------------------------------------------------------


def met(port: int) -> ImapDrafts:
    secret = Secret("env:X", CANARY)
    return ImapDrafts(host="127.0.0.1", user="me", password=secret, security="none", port=port, drafts="Drafts")


def answering(tag: bytes, rest: bytes, **own: list[bytes]) -> list[bytes]:
    """What a server says that goes along, but for one command."""
    words = rest.split()
    name = words[0].decode().upper()
    name = words[1].decode().upper() if name == "UID" else name
    if name in own:
        return [each.replace(b"TAG", tag) for each in own[name]]
    if name == "CAPABILITY":
        return [b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n"]
    if name == "APPEND":
        return [b"+ go on\r\n"]
    if name == "SEARCH":
        return [b"* SEARCH\r\n" + tag + b" OK done\r\n"]
    return [tag + b" OK done\r\n"]


@pytest.mark.parametrize(
    ("own", "says"),
    [
        ({"LOGIN": [b"TAG NO no " + CANARY.encode() + b" here\x1b[2J\xff\r\n"]}, "no […] here"),
        ({"LOGIN": [b"TAG OK done\r\n"], "EXAMINE": [b"* BYE I am tired\r\n"]}, ""),
        ({"LOGIN": [b"* " + b"x" * 2_000_000 + b"\r\n"]}, ""),
        ({"LOGIN": [b"* SEARCH {99999999999}\r\n"]}, "says more than"),
        ({"LOGIN": [b"* X " + b"y" * 900_000 + b"\r\n"] * 60}, "says more than"),
        ({"LOGIN": [b"}{ \x00\r\n", b"TAG\r\n", b"\r\n\r\n", b"* 9 FETCH (\r\n"]}, ""),
        ({"CAPABILITY": [b"* CAPABILITY\r\nTAG OK done\r\n"]}, ""),
        ({"CAPABILITY": [b"TAG OK done\r\n"]}, ""),
        ({"EXAMINE": [b"TAG BAD \xff\xff\r\n"]}, ""),
        ({"SEARCH": [b"* SEARCH \xff x y\r\nTAG NO\r\n"]}, ""),
    ],
)
def test_whatever_a_server_says_is_one_line(monkeypatch: pytest.MonkeyPatch, own: dict[str, list[bytes]], says: str):
    monkeypatch.setattr(server, "PATIENCE", 0.5)
    with liar(lambda tag, rest: answering(tag, rest, **own)) as port:
        outcome = met(port).send(a_letter())
    assert isinstance(outcome, Retry)
    assert says in outcome.reason
    assert outcome.reason.startswith("127.0.0.1: ")
    assert outcome.reason.isprintable()
    assert len(outcome.reason) < 200
    assert CANARY not in outcome.reason


@pytest.mark.parametrize(
    "greeting",
    [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"* BYE\r\n", b"\x16\x03\x01\x00\r\n", b"x" * 2_000_000 + b"\r\n"],
)
def test_whatever_a_server_begins_with_is_one_line(monkeypatch: pytest.MonkeyPatch, greeting: bytes):
    monkeypatch.setattr(server, "PATIENCE", 0.3)
    with liar(lambda _tag, _rest: [], [greeting]) as port:
        for channel in (met(port), ImapDrafts(host="127.0.0.1", user="me", token=Secret("env:X", CANARY), port=port)):
            outcome = channel.send(a_letter())
            assert isinstance(outcome, Retry)
            assert outcome.reason.isprintable()


@pytest.mark.parametrize("where", ["greeting", "command"])
def test_a_server_that_drips_is_left(monkeypatch: pytest.MonkeyPatch, where: str):
    monkeypatch.setattr(server, "DEADLINE", 0.6)

    def drip(*_: bytes) -> Iterator[bytes]:
        for _second in range(100):
            threading.Event().wait(0.05)
            yield b"x"

    begun = time.monotonic()
    with liar(drip, drip() if where == "greeting" else [b"* OK hello\r\n"]) as port:
        outcome = met(port).send(a_letter())
    assert "took longer than 0.6 s" in reason(outcome)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (b'* LIST (\\Drafts) "/" Drafts\r\n', b'"Drafts"'),
        (b'* LIST (\\HasNoChildren \\DRAFTS) NIL "a \\"b\\\\"\r\n', b'"a \\"b\\\\"'),
        (b'* LIST (\\Drafts) "/" {5}\r\na"b\\c\r\n', b'"a\\"b\\\\c"'),
        (b'* LIST (\\Drafts) "/" {14}\r\nx\r\nA9 DELETE y\r\n', None),
        (b'* LIST (\\Drafts) "/" "a" x"\r\n', None),
        (b'* LIST (\\Drafts) "/" \xff\xfe\r\n', None),
        (b"* LIST nonsense\r\n", None),
        (b'* LIST (\\Sent) "/" Sent\r\n', None),
    ],
)
def test_a_folders_name_cannot_be_a_command(said: bytes, name: bytes | None):
    with (
        liar(lambda tag, rest: answering(tag, rest, LIST=[said + b"TAG OK done\r\n"])) as port,
        Mailbox(met(port)) as opened,
    ):
        if name is None:
            with pytest.raises(Problem):
                opened.drafts(None)
        else:
            assert opened.drafts(None) == name


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"* 1 FETCH (UID 1)\r\n",
        b'* 1 FETCH (INTERNALDATE "tomorrow" BODY[HEADER]<0> {2}\r\n\r\n)\r\n',
        b'* 1 FETCH (INTERNALDATE "99-Foo-2026 25:61:61 +9999" BODY[HEADER]<0> {2}\r\n\r\n)\r\n',
        b'* 1 FETCH (INTERNALDATE "10-Mar-2026 12:00:00" BODY[HEADER]<0> {2}\r\n\r\n)\r\n',
        b'* 1 FETCH (INTERNALDATE "10-Mar-2026 12:00:00 +0000" BODY[TEXT]<0> {2}\r\n\r\n)\r\n',
        b"* 1 FETCH (BODY[HEADER]<0> {2}\r\n\r\n)\r\n",
    ],
)
def test_a_mail_that_is_none_is_passed_over(said: bytes):
    with (
        liar(lambda tag, rest: answering(tag, rest, FETCH=[said + b"TAG OK done\r\n"])) as port,
        Mailbox(met(port)) as opened,
    ):
        opened.examine("INBOX")
        assert opened.fetch(1) is None


@pytest.mark.parametrize(
    "date", ['"10-Mar-2026 12:00:00 +0000"', '"10-Mar-2026 13:00:00 +0100"', '" 9-Mar-2026 22:00:00 -1400"']
)
def test_when_a_mail_came(date: str):
    said = f"* 1 FETCH (INTERNALDATE {date} BODY[HEADER]<0> {{4}}\r\na:b\n BODY[TEXT]<0> NIL)\r\n".encode()
    with (
        liar(lambda tag, rest: answering(tag, rest, FETCH=[said + b"TAG OK done\r\n"])) as port,
        Mailbox(met(port)) as opened,
    ):
        opened.examine("INBOX")
        found = opened.fetch(1)
    assert found is not None
    assert found.came == datetime(2026, 3, 10, 12, tzinfo=UTC)
    assert found.content == b"a:b\n"


def test_the_folder_is_a_home_folder():
    assert Imap(home=HomeFolder("/x"), host="h", user="u", token=Secret("env:X")).folders == ("INBOX",)


def test_nothing_but_reading_is_asked_for():
    asked: list[bytes] = []

    def answer(tag: bytes, rest: bytes) -> list[bytes]:
        asked.append(rest)
        return answering(tag, rest)

    with liar(answer) as port, Mailbox(met(port)) as opened:
        opened.examine("INBOX")
        opened.search(0, NOON.date(), "acme.example")
        opened.fetch(1)
    assert asked[2:-1] == [
        b'EXAMINE "INBOX"',
        b'UID SEARCH UID 1:* SINCE 10-Mar-2026 FROM "acme.example"',
        b"UID FETCH 1 (INTERNALDATE BODY.PEEK[HEADER]<0.65536> BODY.PEEK[TEXT]<0.65536>)",
    ]
