"""Options: from a channel's class to a schema, to JSON and back, to values that fit and a channel made with them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Literal, Optional, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobflow.adapters.plugins.kit import Kit
from jobflow.adapters.plugins.options import BadOffer, ChannelOffer, make, offer_of, options_of
from jobflow.contracts import Channel, HomeFolder, Message, Outcome, Secret, Sent
from jobflow.core.errors import Refused
from jobflow.hookspecs import hookimpl
from jobflow.rulebook.options import Option, OptionType, check_options, option_from_json, option_to_json


@dataclass(frozen=True)
class Full:
    name: ClassVar[str] = "full"
    letters: ClassVar[bool] = True
    topic: str
    home: HomeFolder
    token: Secret
    port: int = 443
    wait: float = 2
    loud: bool = False
    mode: Literal["plain", "html"] = "plain"
    to: tuple[str, ...] = ()
    password: Secret | None = None
    note: Optional[str] = None  # noqa: UP045
    made: list[int] = field(default_factory=list, init=False)

    def send(self, message: Message) -> Outcome:
        return Sent()


GOOD = {"topic": "jobs", "token": "env:TOKEN"}


def test_every_type_of_a_field():
    assert [(o.name, o.type, o.required, o.nullable, o.default, o.choices) for o in options_of(Full)] == [
        ("topic", "text", True, False, None, ()),
        ("token", "secret", True, False, None, ()),
        ("port", "integer", False, False, 443, ()),
        ("wait", "number", False, False, 2, ()),
        ("loud", "boolean", False, False, False, ()),
        ("mode", "choice", False, False, "plain", ("plain", "html")),
        ("to", "list", False, False, (), ()),
        ("password", "secret", False, True, None, ()),
        ("note", "text", False, True, None, ()),
    ]


def test_what_is_remembered_of_a_channel():
    offer = offer_of(Full)
    assert (offer.name, offer.letters, offer.sends, offer.shows) == ("full", True, True, False)
    assert ChannelOffer.from_json(json.loads(json.dumps(offer.to_json()))) == offer


def test_a_channel_is_made_with_values_of_the_right_types():
    values = {**GOOD, "wait": 3, "to": ["a", "b"], "note": None}
    made = make(Full, values, "/home/of/jobflow")
    assert isinstance(made, Full)
    assert (made.topic, made.token, made.to, made.home) == ("jobs", Secret("env:TOKEN"), ("a", "b"), "/home/of/jobflow")
    assert isinstance(made.home, HomeFolder)
    assert isinstance(made.wait, float)


def test_a_secret_that_was_looked_up_is_given_as_it_is():
    made = make(Full, {**GOOD, "token": Secret("env:TOKEN", "s3cret")}, "/")
    assert isinstance(made, Full)
    assert made.token.reveal() == "s3cret"


class Plain:
    name = "plain"

    def send(self, message: Message) -> Outcome:
        return Sent()


def test_a_plain_class_and_an_object_take_no_options():
    ready = Plain()
    assert options_of(Plain) == options_of(ready) == ()
    assert make(ready, {}, None) is ready
    assert isinstance(make(Plain, {}, None), Plain)
    for offer in (Plain, ready):
        with pytest.raises(Refused, match="tak"):
            make(offer, {"topic": "x"}, None)


def test_a_channel_that_raises_when_it_is_made_is_named_with_the_line():
    @dataclass
    class Careful(Plain):
        port: int

        def __post_init__(self) -> None:
            raise ValueError("port\nis odd")

    with pytest.raises(
        Refused, match=r"channel Careful can't be made: it raised ValueError: port is odd at .*py:\d+\."
    ):
        make(Careful, {"port": 1}, None)


def channel(**annotations: Any) -> Any:
    return dataclass(type("Bad", (Plain,), {"__annotations__": annotations, "__module__": __name__}))


@pytest.mark.parametrize(
    ("hint", "mend"),
    [
        (list[str], "tuple[str, ...]"),
        (tuple[str, str], "one of str"),
        (dict[str, str], "one of str"),
        (Decimal, "one of str"),
        (str | int, "one of str"),
        (Literal[1, 2], "one of str"),
        (Any, "one of str"),
        ("NoSuchName", "one of str"),
        ("1 +", "one of str"),
    ],
)
def test_a_field_that_can_be_no_option_is_named(hint: Any, mend: str):
    with pytest.raises(BadOffer, match="option 'odd' of channel Bad") as refusal:
        options_of(channel(odd=hint))
    assert mend in (refusal.value.hint or "")


@pytest.mark.parametrize("name", ["token", "api_key", "smtp_password"])
def test_a_text_that_sounds_like_a_secret_is_refused(name: str):
    with pytest.raises(BadOffer, match="sounds like a secret") as refusal:
        options_of(channel(**{name: str}))
    assert refusal.value.hint == f"{name}: jobflow.Secret"


def test_a_default_must_fit():
    @dataclass
    class Bad(Plain):
        topic: str = None  # type: ignore[assignment]

    with pytest.raises(BadOffer, match="option 'topic' of channel Bad has a default that does not fit: expected text"):
        options_of(Bad)


def test_a_channel_needs_a_name_and_something_to_do():
    class Silent:
        name = "silent"

    class Nameless(Plain):
        name = property(lambda self: "x")

    with pytest.raises(BadOffer, match="neither send nor show"):
        offer_of(Silent)  # type: ignore[arg-type]
    with pytest.raises(BadOffer, match="channel Nameless has no name"):
        offer_of(Nameless)


DELETE = "delete the key where there is nothing to say"
BRACKETS = "write it in brackets: [one, two]"


def odd(expected: str, found: str) -> tuple[str, str]:
    return "JF022", f"expected {expected}, found {found}"


def said(values: dict[str, Any], offer: type[Channel] = Full) -> list[tuple[Any, ...]]:
    return [(f.path, f.code, f.message, f.hint) for f in check_options(values, options_of(offer), "channel 'full'")]


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"topik": "x"}, (("topik",), "JF020", "unknown option 'topik' of channel 'full'", "did you mean 'topic'?")),
        ({"port": "25"}, (("port",), *odd("a whole number for 'port'", "the text '25'"), "without quotes")),
        ({"port": True}, (("port",), *odd("a whole number for 'port'", "true"), None)),
        ({"port": None}, (("port",), *odd("a whole number for 'port'", "nothing"), DELETE)),
        ({"loud": "yes"}, (("loud",), *odd("true or false for 'loud'", "the text 'yes'"), None)),
        ({"note": 7}, (("note",), *odd("text for 'note'", "the number 7"), "write it in quotes: '7'")),
        ({"mode": "htm"}, (("mode",), "JF023", "'htm' is not possible for 'mode'", "did you mean 'html'?")),
        ({"to": "a"}, (("to",), *odd("a list of texts for 'to'", "the text 'a'"), BRACKETS)),
        ({"to": ["a", 1]}, (("to", 1), *odd("text for 'to'", "the number 1"), "write it in quotes: '1'")),
        ({"wait": {"s": 1}}, (("wait",), *odd("a number for 'wait'", "a mapping"), None)),
    ],
)
def test_a_fault_has_its_place_and_its_mend(values: dict[str, Any], fault: tuple[Any, ...]):
    assert said({**GOOD, **values}) == [fault]


def test_a_missing_option_is_asked_for():
    assert said({"token": "env:T"}) == [
        ((), "JF021", "channel 'full' needs the option 'topic'", "add 'topic: …', text"),
    ]


@pytest.mark.parametrize("value", ["hunter2", "env:1", "cmd: ", "keyring:mail", "keyring:/me", 7, ["env:X"]])
def test_a_secret_in_the_open_is_refused_and_not_repeated(value: Any):
    ((path, code, message, hint),) = said({**GOOD, "token": value})
    assert (path, code) == (("token",), "JF308")
    assert str(value) not in f"{message} {hint}"


options = st.builds(
    Option,
    name=st.text(min_size=1),
    type=st.sampled_from(get_args(OptionType)),
    required=st.booleans(),
    nullable=st.booleans(),
    default=st.none() | st.text() | st.integers() | st.booleans() | st.lists(st.text()).map(tuple),
    choices=st.lists(st.text()).map(tuple),
)


@given(options)
def test_json_and_back_is_the_same(option: Option):
    assert option_from_json(json.loads(json.dumps(option_to_json(option)))) == option


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(anything)
def test_other_json_is_refused(data: Any):
    with pytest.raises(Refused):
        option_from_json(data)
    with pytest.raises(Refused):
        ChannelOffer.from_json(data)


@given(
    st.dictionaries(st.sampled_from(["topic", "token", "port", "wait", "loud", "mode", "to", "note", "x"]), anything)
)
def test_what_the_check_lets_pass_can_be_made(values: dict[str, Any]):
    values = {**GOOD, **values}
    if check_options(values, options_of(Full), "channel 'full'"):
        with pytest.raises(Refused):
            make(Full, values, "/")
    else:
        assert isinstance(make(Full, values, "/"), Full)


@dataclass(frozen=True)
class Careful:
    name: ClassVar[str] = "careful"
    token: Secret
    port: int = 443

    def __post_init__(self) -> None:
        if self.port < 1:
            raise Refused("port 0 is none.")
        self.token.reveal()

    def send(self, message: Message) -> Outcome:
        return Sent()


class Offering:
    @hookimpl
    def jobflow_channels(self) -> list[type[Channel]]:
        return [Careful]


def test_what_a_channel_refuses_is_found_without_looking_up_its_secrets():
    kit = Kit(objects=(Offering(),))
    assert kit.refusal("careful", {"token": "cmd:exit 1"}) is None
    found = kit.refusal("careful", {"token": "cmd:exit 1", "port": 0})
    assert found is not None
    assert found.message == "port 0 is none."
    assert kit.refusal("carefree", {}) is None
