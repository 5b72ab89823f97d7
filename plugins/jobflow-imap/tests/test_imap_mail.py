"""What a mail is taken to say, whose it is, and what comes of mail that nobody should have sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imap_servers import NOON, mail

from jobflow_imap.memory import Memory, Proposal, alone, load, save
from jobflow_imap.people import People, normal
from jobflow_imap.reading import read
from jobflow_imap.server import Mail
from jobflow_imap.watch import proposals


def event_of(text: str = "Thanks, talk soon.", **headers: str) -> str | None:
    letter = read(mail(text=text, **headers).encode())
    assert letter is not None
    return letter.event


# -- what it means ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "We have decided not to move forward with your application.",
        "Unfortunately we will not be moving forward with you at this time.",
        "we’ve\ndecided to   move forward with\r\nother candidates",
        "The position has already been filled.",
        "You were not selected for this role.",
        "We are unable to offer you the position.",
        "Leider haben wir uns für einen anderen Bewerber entschieden.",
        "<p>We have <b>decided to pursue</b> other&nbsp;candidates</p>",
    ],
)
def test_a_no(text: str):
    kind = "text/html" if text.startswith("<") else "text/plain"
    assert event_of(text, Content_Type=f"{kind}; charset=utf-8") == "rejected"


@pytest.mark.parametrize(
    "text",
    [
        "We are pleased to offer you the position of Engineer.",
        "I am delighted to extend an offer!",
        "Attached is your offer letter.",
        "Wir freuen uns, Ihnen die Stelle als Entwicklerin anzubieten.",
    ],
)
def test_an_offer(text: str):
    assert event_of(text) == "offer"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Could you send me your references?",
        "We would be happy to offer you a second interview.",
        "Happy to offer you a slot on Friday",
        "We are pleased to offer you the job. If you decline: the position has been filled.",
        "Let me move forward with your paperwork.",
        "Unfortunately I am late with my answer.",
        "> We have decided not to move forward with you\nThat was a mistake, sorry!",
        "Sure!\n\nOn Mon, 9 Mar 2026 at 10:00, Me <me@home.example> wrote:\nAre you unable to offer you the role?",
        "Sure!\n-----Original Message-----\nFrom: me\nwe have decided not to proceed",
    ],
)
def test_whatever_is_not_plain_is_a_reply(text: str):
    assert event_of(text) == "reply"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "Auto-Replied; owner-email=x"},
        {"Auto_Submitted": "auto-notified"},
        {"Auto_Submitted": "auto-generated"},
        {"Precedence": "bulk"},
        {"Precedence": "Auto_Reply"},
        {"List_Id": "<news.acme.example>"},
        {"List_Unsubscribe": "<mailto:x@acme.example>"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
        {"Subject": "Automatic reply: Interview"},
        {"Subject": "Out of Office until Monday"},
        {"Subject": "=?utf-8?q?Abwesenheitsnotiz?="},
    ],
)
def test_a_machine_is_no_reply(headers: dict[str, str]):
    assert event_of("I am away, back on Monday.", **headers) is None
    assert event_of("I am pleased to offer you the position", **headers) is None


def test_a_no_that_a_program_sends_is_one():
    no = "We have decided to pursue other candidates."
    assert event_of(no, Auto_Submitted="auto-generated") == "rejected"
    assert event_of(no, Auto_Submitted="auto-replied") is None
    assert event_of(no, Precedence="bulk") is None


def test_bounces_are_no_reply():
    for sender in ("MAILER-DAEMON@acme.example", "postmaster@acme.example", "bounces+17@acme.example"):
        letter = read(mail(sender).encode())
        assert letter is not None
        assert letter.event is None


def test_of_several_parts_the_plain_one_counts():
    parts = "\r\n".join(
        [
            "--x\r\nContent-Type: text/html\r\n\r\n<p>We are pleased to offer you the position</p>",
            "--x\r\nContent-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment; filename=a.txt\r\n",
            "The position has been filled.",
            "--x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nSGVsbG8=\r\n--x--",
        ]
    )
    assert event_of(parts, Content_Type="multipart/mixed; boundary=x") == "reply"


# -- mail that nobody should have sent --------------------------------------------------------------------------------

NESTED = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(1500))


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({"Content_Type": "text/plain; charset=no-such"}, "hello"),
        ({"Content_Type": 'text/plain; charset="utf-8\x00"'}, "hello"),
        ({"Content_Type": "text/plain; charset*=utf-8''%FF"}, "hello"),
        ({"Content_Type": "multipart/mixed"}, "no boundary"),
        ({"Content_Type": "text/html"}, "<" * 60_000),
        ({"Content_Type": "text/html"}, "<p " * 20_000),
        ({"Content_Transfer_Encoding": "base64"}, "!!! not base64 ="),
        ({"Content_Transfer_Encoding": "quoted-printable"}, "=ZZ=\x00"),
        ({"Subject": "=?utf-8?b?!!!?= =?no-such?q?x?= =?utf-8?q?=FF?="}, "hello"),
        ({"Subject": "a" * 60_000}, "b" * 60_000),
        ({"Content_Type": "message/rfc822"}, NESTED),
        ({"Message_ID": ""}, "hello"),
    ],
)
def test_malformed_mail_is_a_reply(headers: dict[str, str], text: str):
    letter = read(mail(text=text, **headers).encode("utf-8", "surrogatepass"))
    assert letter is not None
    assert letter.event == "reply"
    assert len(letter.subject) <= 200


def test_mail_nested_without_end_is_read():
    content = b"From: ada@acme.example\r\n" + NESTED.encode()
    letter = read(content)
    assert letter is None or letter.event == "reply"


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "nobody",
        "a@b.example, c@d.example",
        "a@b.example\r\nFrom: c@d.example",
        "undisclosed:;",
        "<>",
        "=?utf-8?q?ada=40acme=2Eexample?=",
    ],
)
def test_nobody_in_particular_wrote_it(sender: str):
    assert read(mail(sender, From=sender).encode()) is None


def test_names_cannot_pass_for_addresses_or_break_lines():
    name = "=?utf-8?q?ada=40acme=2Eexample=0D=0A_jobflow_undo_=E2=80=AE?="
    letter = read(mail(f'"{name}" <mallory@evil.example>', Subject=name).encode())
    assert letter is not None
    assert letter.sender == "mallory@evil.example"
    assert letter.shown.isprintable()
    assert letter.subject.isprintable()
    assert letter.shown.endswith("<mallory@evil.example>")


@given(st.binary(max_size=600))
def test_no_mail_makes_it_raise(content: bytes):
    read(content)
    read(b"From: ada@acme.example\r\n" + content)
    read(b"From: ada@acme.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" + content)


@given(st.text(max_size=80), st.text(max_size=80))
def test_what_is_shown_is_one_line(name: str, subject: str):
    letter = read(mail(f"{name} <ada@acme.example>", Subject=subject).encode("utf-8", "surrogatepass"))
    assert letter is None or (letter.shown + letter.subject).isprintable()


# -- whose it is ------------------------------------------------------------------------------------------------------


def application(number: int, *addresses: str, began: datetime = NOON - timedelta(days=3)) -> Any:
    contacts = tuple(SimpleNamespace(email=each or None) for each in addresses)
    return SimpleNamespace(id=f"id-{number}", number=number, slug=f"app-{number}", contacts=contacts, began_at=began)


@pytest.mark.parametrize(
    ("contact", "sender", "exact"),
    [
        ("ada@acme.example", "ada@acme.example", True),
        ("Ada@Acme.Example", "ADA@acme.EXAMPLE", True),
        ("ada@acme.example", "hr@acme.example", False),
        ("ada@acme.example", "hr@jobs.acme.example", False),
        ("ada@mail.acme.example", "hr@acme.example", None),
        ("ada@acme.example", "hr@notacme.example", None),
        ("ada@acme.example", "hr@acme.example.evil.example", None),
        ("ada@gmail.com", "ada@gmail.com", True),
        ("ada@gmail.com", "eve@gmail.com", None),
        ("ada@gmail.com", "eve@mail.gmail.com", None),
        ("no-reply@us.greenhouse-mail.io", "no-reply@us.greenhouse-mail.io", True),
        ("no-reply@us.greenhouse-mail.io", "other@us.greenhouse-mail.io", None),
        ("ada@campus.example", "eve@campus.example", None),
        ("ada@müller.example", "hr@xn--mller-kva.example", False),
        ("", "ada@acme.example", None),
        ("ada@acme.example", "", None),
    ],
)
def test_whose_mail_it_is(contact: str, sender: str, exact: bool | None):
    matches = People([application(1, contact)], {"Campus.example"}).matches(sender)
    assert [match.exact for match in matches] == ([] if exact is None else [exact])


def test_a_contact_of_one_is_no_colleague_of_another():
    people = People([application(1, "ada@acme.example"), application(2, "bob@acme.example")])
    assert [(m.application.number, m.exact) for m in people.matches("bob@acme.example")] == [(2, True)]
    assert [(m.application.number, m.exact) for m in people.matches("hr@acme.example")] == [(1, False), (2, False)]


def test_what_the_server_is_asked_for_cannot_break_out():
    naughty = [
        'a"b@acme.example',
        "a b@acme.example",
        "a\r\nb@acme.example",
        "ü@acme.example",
        "a@",
        "@b.example",
        "a\\@b.c",
    ]
    assert [normal(each) for each in naughty] == [None] * len(naughty)
    people = People([application(1, *naughty, "ada@acme.example", "eve@gmail.com")])
    assert people.needles() == ["acme.example", "eve@gmail.com"]


def test_other_people_are_another_question():
    one, two = application(1, "ada@acme.example"), application(1, "ada@acme.example", "bob@b.example")
    assert People([one]).digest() == People([application(1, "ada@acme.example")]).digest()
    assert len({People([one]).digest(), People([two]).digest(), People([one], {"acme.example"}).digest()}) == 3


# -- what is proposed -------------------------------------------------------------------------------------------------


def proposed(content: str, *applications: Any, came: datetime = NOON, user: str = "me@home.example") -> list[Proposal]:
    return proposals(Mail(came, content.encode()), "INBOX:1:1", People(applications), user, NOON + timedelta(hours=1))


def test_only_a_contacts_own_mail_is_sure():
    one, two = application(1, "ada@acme.example"), application(2, "ada@acme.example")
    assert [each.sure for each in proposed(mail(), one)] == [True]
    assert [each.sure for each in proposed(mail("hr@acme.example"), one)] == [False]
    assert [each.sure for each in proposed(mail(), one, two)] == [False, False]


def test_mail_from_before_is_of_another_time():
    assert proposed(mail(), application(1, "ada@acme.example", began=NOON + timedelta(seconds=1))) == []


def test_mail_from_tomorrow_came_now():
    (found,) = proposed(mail(), application(1, "ada@acme.example"), came=NOON + timedelta(days=9))
    assert found.instant == NOON + timedelta(hours=1)


def test_ones_own_mail_says_nothing():
    assert proposed(mail("Me@acme.example"), application(1, "ada@acme.example"), user="me@acme.example") == []


def test_the_same_mail_is_the_same_proposal():
    one, content = application(1, "ada@acme.example"), mail()
    assert proposed(content, one) == proposed(content, one)
    assert proposed(content, one) != proposed(mail(), one)
    (nameless,) = proposed(mail(Message_ID=""), one)
    assert len(nameless.id) == 12


# -- memory -----------------------------------------------------------------------------------------------------------


def proposal(id_: str = "abc") -> Proposal:
    at = NOON.isoformat()
    return Proposal(id=id_, application="x", event="reply", at=at, sender="s", subject="\ud800 ü", sure=True)


def test_it_is_kept_private_and_whole(tmp_path: Path):
    memory = Memory(seen={"INBOX": (7, 12, "who")})
    memory.propose(proposal())
    memory.drop("other")
    save(str(tmp_path), memory)
    save(str(tmp_path), memory)
    assert load(str(tmp_path)) == memory
    assert [file.name for file in tmp_path.iterdir()] == ["mailbox.json"]
    assert (tmp_path / "mailbox.json").stat().st_mode & 0o077 == 0


def test_what_was_dropped_is_not_proposed_again():
    memory = Memory()
    memory.propose(proposal())
    memory.drop("abc")
    memory.propose(proposal())
    assert memory.proposals == {}
    for number in range(6000):
        memory.drop(str(number))
    assert len(memory.dropped) == 5000


def test_a_new_count_or_other_people_begin_anew():
    memory = Memory(seen={"INBOX": (7, 12, "who")})
    assert memory.last("INBOX", 7, "who") == 12
    assert [memory.last("INBOX", 8, "who"), memory.last("INBOX", 7, "others"), memory.last("Jobs", 7, "who")] == [0] * 3


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        "\x00",
        '{"seen": {"INBOX": [1]}, "proposals": [], "dropped": []}',
        '{"seen": {}, "proposals": [{"id": "x"}], "dropped": []}',
        '{"seen": {}, "proposals": [{"id": "x", "application": "x", "event": "reply", "at": "2026-03-10", '
        '"sender": "", "subject": "", "sure": true}], "dropped": []}',
    ],
)
def test_a_damaged_file_is_as_none(tmp_path: Path, content: str):
    (tmp_path / "mailbox.json").write_text(content)
    assert load(str(tmp_path)) == Memory()


def test_two_at_once(tmp_path: Path):
    with alone(str(tmp_path)) as first, alone(str(tmp_path)) as second:
        assert (first, second) == (True, False)
    with alone(str(tmp_path)) as again:
        assert again


def test_instants_have_a_zone():
    assert proposal().instant == datetime(2026, 3, 10, 12, tzinfo=UTC)
