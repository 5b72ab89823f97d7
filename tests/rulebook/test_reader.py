"""The strict reader: YAML 1.2 core values with their places, every fault located, never a traceback."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from jobflow.rulebook import reader
from jobflow.rulebook.faults import MOST_FAULTS, Faults, TooManyFaults
from jobflow.rulebook.nodes import Node, Place, Table, describe, plain
from jobflow.rulebook.reader import MOST_BYTES, MOST_DEPTH, read


def faults_of(source: bytes | str) -> list[str]:
    """The lines that the source gives, without the file's name."""
    faults = Faults("f")
    read(source, faults)
    return [str(fault).removeprefix("f:") for fault in faults.in_order()]


def value_of(source: bytes | str) -> Any:
    faults = Faults("f")
    node = read(source, faults)
    assert not faults.in_order()
    assert node is not None
    return plain(node)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[(word, word) for word in ("on", "no", "yes", "off", "NO", "y", "12:30", "9:30", "1_000", "<<", "=")],
        *[(word, word) for word in ("2026-03-20", "2026-03-20 10:00", "2026-13-45", "0o9", "0xg", "1e", ".")],
        *[(word, word) for word in ("-", "08:")],
        *[(word, True) for word in ("true", "True", "TRUE")],
        *[(word, False) for word in ("false", "False", "FALSE")],
        *[(word, None) for word in ("null", "Null", "NULL", "~", "")],
        ("12", 12), ("-12", -12), ("+12", 12), ("012", 12), ("0o17", 15), ("0x1F", 31),
        ("1.5", 1.5), ("-.5", -0.5), ("1.", 1.0), ("1e3", 1000.0), ("1.5E-3", 0.0015),
        ("'12'", "12"), ('"true"', "true"), ("''", ""), ("tRue", "tRue"), ("nUll", "nUll"),
        ('"a\\nb\\tc"', "a\nb\tc"), ('"\\u00e9"', "é"), ("[1, a, {b: c}]", [1, "a", {"b": "c"}]),
        ("{}", {}), ("[]", []),
    ],
)  # fmt: skip
def test_values_are_those_of_yaml_1_2(text: str, value: Any) -> None:
    if text in ("-", "08:"):
        text = f"'{text}'"
    assert value_of(f"k: {text}\n") == {"k": value}


def test_block_text_and_keys_like_on_and_no_are_text() -> None:
    assert value_of("on: |\n  two\n  lines\nno: >\n  one\n  line\n") == {"on": "two\nlines\n", "no": "one line\n"}


def test_nodes_know_their_places() -> None:
    node = read("a:\n  - {b: c}\n  -   d\n", Faults("f"))
    assert isinstance(node, Table)
    listing: Any = node.items["a"]
    assert node.keys["a"] == Place("f", 1, 1)
    assert listing.place == Place("f", 2, 3)
    assert listing.items[0].keys["b"] == Place("f", 2, 6)
    assert listing.items[0].items["b"].place == Place("f", 2, 9)
    assert listing.items[1].place == Place("f", 3, 7)


def test_columns_count_characters_and_not_bytes() -> None:
    assert faults_of("{ä: ö, ü: *x}") == [
        "1:11 JF009 '*x': anchors and aliases are not allowed. Hint: write the value out, or in quotes if it is text"
    ]


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""])
def test_a_mark_before_utf_8_is_harmless(mark: bytes) -> None:
    assert value_of(mark + b"a: 1\r\nb: 2\r\n") == {"a": 1, "b": 2}
    assert value_of((mark + b"a: 1\n").decode()) == {"a": 1}


TOO_LARGE = "1:1 JF003 the file has more than 256 KB. Hint: no rule book is that long: is it the wrong file?"
EMPTY = ["1:1 JF004 the file is empty. Hint: write at least the required keys"]


@pytest.mark.parametrize("source", ["", b"", "\n\n", "# words\n", "---\n", "---\n...\n", "~", "\ufeff"])
def test_an_empty_file(source: bytes | str) -> None:
    assert faults_of(source) == EMPTY


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("a: caf\xe9".encode("latin-1"), ["1:7 JF002 byte 0xe9 is not UTF-8. Hint: save the file as UTF-8"]),
        (b"a: 1\nb: \xff", ["2:4 JF002 byte 0xff is not UTF-8. Hint: save the file as UTF-8"]),
        ("a: 1".encode("utf-16"), ["1:1 JF002 the file is UTF-16, expected UTF-8. Hint: save it as UTF-8"]),
        (b"a: \x00", ["1:4 JF006 the character U+0000 can't stand in a text file. Hint: delete it"]),
        ("a: 1\nb\ufeff: \x1b", [
            "2:2 JF006 the character U+FEFF can't stand in a text file. Hint: delete it",
            "2:5 JF006 the character U+001B can't stand in a text file. Hint: delete it",
        ]),
        ("a: \ud800", ["1:4 JF006 the character U+D800 can't stand in a text file. Hint: delete it"]),
        ('a: "\\0"', ["1:4 JF006 the character U+0000 can't stand in a text. Hint: delete it"]),
        ('a: "\\e[31m"', ["1:4 JF006 the character U+001B can't stand in a text. Hint: delete it"]),
        ("#" * (MOST_BYTES + 1), [TOO_LARGE]),
        (b"#" * (MOST_BYTES + 2048), [TOO_LARGE]),
        ("a: 1\n\tb: 2\n", ["2:1 JF005 not YAML: a tab stands where YAML wants blanks. Hint: indent with spaces"]),
        ("a:\n\t- b\n", ["2:1 JF005 not YAML: a tab stands where YAML wants blanks. Hint: indent with spaces"]),
        ("a: b: c", ["1:5 JF005 not YAML: mapping values are not allowed in this context. "
                     "Hint: a text with ': ' in it needs quotes"]),
        ("a: @b", ["1:4 JF005 not YAML: found character that cannot start any token. "
                   "Hint: a text that begins with this character needs quotes"]),
        ("a: [1, 2\n", ["2:1 JF005 not YAML: did not find expected ',' or ']'."]),
        ("a: 'b", ["1:6 JF005 not YAML: found unexpected end of stream."]),
        ("%YAML 9.9.9\n---\na: 1", ["1:10 JF005 not YAML: did not find expected comment or line break."]),
        ("[" * 33 + "]" * 33, [f"1:33 JF007 nested deeper than {MOST_DEPTH} levels."]),
        ("{a: " * 30_000, [f"1:129 JF007 nested deeper than {MOST_DEPTH} levels."]),
        ("a: !!python/object/apply:os.system [ls]", [
            "1:4 JF008 the tag 'tag:yaml.org,2002:python/object/apply:os.system': tags are not allowed. "
            "Hint: delete it, or put the text in quotes"
        ]),
        ("a: ! b", ["1:4 JF008 the tag '!': tags are not allowed. Hint: delete it, or put the text in quotes"]),
        ("%TAG ! tag:x,2000:\n---\na: 1", [
            "1:1 JF008 a %TAG directive; tags are not allowed. Hint: delete the line"
        ]),
        ("a: &x 1\nb: {<<: *x}", [
            "1:4 JF009 '&x': anchors and aliases are not allowed. "
            "Hint: write the value out, or in quotes if it is text",
            "2:9 JF009 '*x': anchors and aliases are not allowed. "
            "Hint: write the value out, or in quotes if it is text",
        ]),
        ("a: 1\n---\nb: 2", ["2:1 JF010 a second document starts here, expected one. Hint: put it into its own file"]),
        ("a: 1\nb: 2\na: 3\n", ["3:1 JF011 the key 'a' stands here twice, first in line 1. Hint: keep one"]),
        ("{1: a, true: b, ~: c, 1.5: d}", [
            "1:2 JF012 a key must be text, found the number 1. Hint: put it in quotes",
            "1:8 JF012 a key must be text, found true. Hint: put it in quotes",
            "1:17 JF012 a key must be text, found nothing. Hint: put it in quotes",
            "1:23 JF012 a key must be text, found the number 1.5. Hint: put it in quotes",
        ]),
        ("? [a, b]\n: c\n", ["1:3 JF012 a key must be text, found a list or mapping."]),
        ("? {a: b}\n: {c: d}\n", ["1:3 JF012 a key must be text, found a list or mapping."]),
        ("[.inf, -.INF, .NaN, 1e400]", [
            f"1:{column} JF013 the number {text} is too long or not finite. Hint: put it in quotes if it is text"
            for column, text in ((2, ".inf"), (8, "-.INF"), (15, ".NaN"), (21, "1e400"))
        ]),
        (f"a: {'9' * 5000}", [
            f"1:4 JF013 the number {'9' * 29}… is too long or not finite. Hint: put it in quotes if it is text"
        ]),
    ],
)  # fmt: skip
def test_nasties_give_located_faults(source: bytes | str, lines: list[str]) -> None:
    assert faults_of(source) == lines


def test_brackets_without_end_are_refused_wherever_libyaml_gives_up() -> None:
    # Since 0.2.6 its look-ahead ends at a thousand, before it has told of the first.
    (fault,) = faults_of("[" * 100_000)
    assert fault.endswith(f" JF007 nested deeper than {MOST_DEPTH} levels.")


def test_what_can_be_read_is_read_beside_faults() -> None:
    node = read("a: 1\na: 2\nb: *x\n", Faults("f"))
    assert node is not None
    assert plain(node) == {"a": 1, "b": None}


def test_a_file_full_of_faults_stops_at_a_hundred() -> None:
    faults = Faults("f")
    with pytest.raises(TooManyFaults):
        read("- *x\n" * 200, faults)
    assert len(faults.in_order()) == MOST_FAULTS


def test_the_python_parser_serves_where_the_c_one_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_LOADER", yaml.SafeLoader)
    assert value_of("a: [1, on]\n") == {"a": [1, "on"]}
    assert faults_of("a: 1\n\tb: 2\n") == [
        "2:1 JF005 not YAML: a tab stands where YAML wants blanks. Hint: indent with spaces"
    ]
    assert faults_of('a: "\\ud800"') == ["1:4 JF006 the character U+D800 can't stand in a text. Hint: delete it"]
    # The C parser refuses this one itself.
    assert faults_of("[" * 33) == [f"1:33 JF007 nested deeper than {MOST_DEPTH} levels."]


def test_an_error_without_a_place_stands_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise yaml.YAMLError

    monkeypatch.setattr(yaml, "parse", broken)
    assert faults_of("a") == ["1:1 JF005 not YAML: this can't be read as YAML."]


@pytest.mark.parametrize(
    ("text", "words"),
    [("{}", "a mapping"), ("[]", "a list"), ("true", "true"), ("false", "false"), ("1.5", "the number 1.5"),
     ("'x'", "the text 'x'"), ("'" + "x" * 70 + "'", f"the text '{'x' * 59}…'"), ("[~]", "a list")],
)  # fmt: skip
def test_messages_say_what_was_found(text: str, words: str) -> None:
    node = read(text, Faults("f"))
    assert node is not None
    assert describe(node) == words


_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufeff\ufffe\uffff"))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**16), 10**16) | _TEXTS | st.floats(-1e6, 1e6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=15,
)


@given(st.dictionaries(_TEXTS, _VALUES, min_size=1, max_size=4))
def test_json_comes_back_as_it_was(value: dict[str, Any]) -> None:
    import json

    assert value_of(json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")) == value


@given(st.binary(max_size=300) | st.text(max_size=300) | st.text(alphabet="{}[]:-, \n\t&*!|>'\"#%@`?a1~", max_size=60))
def test_nothing_makes_the_reader_raise(source: bytes | str) -> None:
    faults = Faults("f")
    node: Node | None = read(source, faults)
    assert (node is not None) or bool(faults)
