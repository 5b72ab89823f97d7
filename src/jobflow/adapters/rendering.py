"""Letters from Jinja2 templates of strangers: a small, harmless part of the language, on plain data, within limits.

The sandbox of Jinja2 stands around all of it. Before it, a template is read and refused where it uses what a letter has
no need of: calls, arithmetic, macros, other templates. What is left can't run for long: loops go over lists that are
there, and every step and every piece of text is counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, cast

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, UndefinedError, meta, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from jobflow.core.errors import Refused, suggest
from jobflow.core.quoting import shown

LONGEST_TEMPLATE = 32_000
"""Characters of a template."""
LONGEST_LETTER = 100_000
"""Characters of what comes out."""
MOST_STEPS = 50_000
"""Pieces of the template that are worked through, those of a loop once a turn."""

ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.If,
    nodes.For,
    nodes.CondExpr,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Compare,
    nodes.Operand,
    nodes.Filter,
    nodes.Test,
    nodes.Tuple,
    nodes.List,
)
TESTS = ("defined", "undefined", "none", "string", "odd", "even", "in")
_LOOP = ("index", "index0", "first", "last", "length")
_ALONE = re.compile(r"(?m)^[ \t]*(\{%[^%\n]*%\})[ \t]*\n")
"""A line with nothing but a tag leaves no empty line behind; the lines of the template are counted all the same."""
_MANY_LINES = re.compile(r"\n{3,}")
_BLANKS = re.compile(r"[ \t]+(?=\n|$)")


class _Budget:
    """What one letter may still cost."""

    def __init__(self) -> None:
        self.steps, self.characters = MOST_STEPS, LONGEST_LETTER

    def spend(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise SecurityError(f"it takes more than {MOST_STEPS:,} steps")

    def text(self, value: str) -> str:
        self.characters -= len(value)
        if self.characters < 0:
            raise SecurityError(f"it becomes longer than {LONGEST_LETTER:,} characters")
        return value


_BUDGET = "\0budget"
"""The name that the budget has among the values: no template can say it."""
_TURNS = "\0turns"
"""The filter that loops go through, likewise."""


class _Environment(ImmutableSandboxedEnvironment):
    """Plain values alone: no attribute of an object, no function to call."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, LoopContext) and attribute in _LOOP:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Mapping | list | tuple):
            with suppress(LookupError, TypeError):
                return obj[argument]
        return self.undefined(f"there is no '{argument}' there")

    def call(self, *_args: Any, **_kwargs: Any) -> Any:
        raise SecurityError("nothing can be called in a letter")


def _environment() -> _Environment:
    env = _Environment(undefined=StrictUndefined, finalize=_printed, cache_size=0)
    env.globals.clear()
    env.filters = {name: _counted(function) for name, function in FILTERS.items()} | {_TURNS: _turns}
    env.tests = {name: env.tests[name] for name in TESTS}
    return env


_KINDS = {"str": "a text", "list": "a list", "tuple": "a list", "dict": "several values", "NoneType": "nothing"}


def _words(value: object) -> str:
    if isinstance(value, StrictUndefined):
        str(value)  # raises
    if not isinstance(value, str | int | float):
        raise TypeError(f"expected a text, found {_KINDS.get(type(value).__name__, type(value).__name__)}")
    return str(value)


def _printed(value: object) -> str:
    """What stands in the letter; of a list its texts."""
    return "; ".join(map(_words, value)) if isinstance(value, list | tuple) else _words(value)


def _items(value: object) -> list[object]:
    if isinstance(value, StrictUndefined):
        str(value)
    if not isinstance(value, list | tuple):
        raise TypeError(f"expected a list, found {_KINDS.get(type(value).__name__, type(value).__name__)}")
    return list(value)


def _sentence(value: object) -> str:
    """As a sentence: a capital first, a full stop last."""
    text = _words(value).strip()
    return text if not text else text[0].upper() + text[1:] + ("" if text[-1] in ".!?…)]" else ".")


def _inside(value: object) -> str:
    """To stand inside a sentence: no full stop."""
    return _words(value).strip().rstrip(".")


def _join(value: object, between: object = ", ", last: object = None) -> str:
    texts, comma = [_words(item) for item in _items(value)], _words(between)
    if last is not None and len(texts) > 1:
        return f"{comma.join(texts[:-1])}{_words(last)}{texts[-1]}"
    return comma.join(texts)


def _first(value: object) -> object:
    items = _items(value)
    return items[0] if items else ""


def _length(value: object) -> int:
    return len(value) if isinstance(value, str) else len(_items(value))


def _default(value: object, other: object) -> object:
    return other if isinstance(value, StrictUndefined) or value in (None, "", [], ()) or not value else value


def _capital(value: object) -> str:
    text = _words(value)
    return text[:1].upper() + text[1:]


FILTERS: Mapping[str, Callable[..., Any]] = {
    "capital": _capital,
    "default": _default,
    "first": _first,
    "inside": _inside,
    "join": _join,
    "length": _length,
    "lower": lambda value: _words(value).lower(),
    "sentence": _sentence,
    "trim": lambda value: _words(value).strip(),
    "upper": lambda value: _words(value).upper(),
}
"""What can stand behind `|`, by name."""


def _counted(function: Callable[..., Any]) -> Callable[..., Any]:
    @pass_context
    def applied(context: Context, value: object, *arguments: object) -> Any:
        budget = cast(_Budget, context.resolve(_BUDGET))
        found = function(value, *arguments)
        return budget.text(found) if isinstance(found, str) else found

    return applied


@pass_context
def _turns(context: Context, value: object, pieces: int) -> list[object]:
    """What a loop goes over, paid for before its first turn."""
    items = _items(value)
    budget = cast(_Budget, context.resolve(_BUDGET))
    budget.spend(len(items) * pieces)
    return items


@lru_cache(maxsize=256)
def _compiled(text: str) -> tuple[Template, frozenset[str]]:
    """The template, and the names that it uses. Raises `Refused`."""
    if len(text) > LONGEST_TEMPLATE:
        raise Refused(f"it has {len(text):,} characters, at most {LONGEST_TEMPLATE:,} are read.")
    env = _environment()
    try:
        tree = env.parse(_ALONE.sub(r"\1{#\n#}", text))
        for node in _all(tree):
            _check(node)
        names = frozenset(meta.find_undeclared_variables(tree))
        _bounded(tree)
        return Template.from_code(env, env.compile(tree), {}), names
    except TemplateSyntaxError as error:
        raise Refused(
            f"line {error.lineno}: {(error.message or '').rstrip('.')}.", hint="{{ name }}, {% if … %}, {% for … %}"
        ) from None
    except (RecursionError, SyntaxError, MemoryError):
        raise Refused("it is nested too deeply.") from None


def _all(node: nodes.Node) -> Iterator[nodes.Node]:
    pending = [node]
    while pending:
        one = pending.pop()
        yield one
        pending.extend(one.iter_child_nodes())


def _check(node: nodes.Node) -> None:
    if not isinstance(node, ALLOWED):
        what = type(node).__name__.lower()
        raise Refused(
            f"line {node.lineno}: a letter knows no {_NAMES.get(what, what)}.",
            hint="it knows {{ name }}, {{ name | filter }}, {% if … %} and {% for … in … %}",
        )
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        raise _unknown(node.lineno, "filter", node.name, FILTERS)
    if isinstance(node, nodes.Test) and node.name not in TESTS:
        raise _unknown(node.lineno, "test", node.name, TESTS)
    if isinstance(node, nodes.For) and node.recursive:
        raise Refused(f"line {node.lineno}: a loop can't call itself.")
    if isinstance(node, nodes.Name) and (node.name.startswith("_") or node.name in ("self", "super", "varargs")):
        raise Refused(f"line {node.lineno}: {shown(node.name)} is no name that a letter can use.")
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        raise Refused(f"line {node.lineno}: {shown(node.attr)} is no name that a letter can use.")


_NAMES = {"call": "calls", "add": "sums", "mul": "products", "pow": "powers", "macro": "macros", "include": "includes"}


def _unknown(line: int, what: str, name: str, known: Iterable[str]) -> Refused:
    near = suggest(name, tuple(known))
    return Refused(
        f"line {line}: there is no {what} '{name}'.", hint=f"did you mean '{near}'?" if near else f"{', '.join(known)}"
    )


def _bounded(tree: nodes.Template) -> None:
    """Have every loop pay for its turns. `_check` has seen the tree before: no template can name what does it."""
    for loop in list(tree.find_all(nodes.For)):
        pieces = nodes.Const(sum(1 for _ in _all(loop)), lineno=loop.lineno)
        loop.iter = nodes.Filter(loop.iter, _TURNS, [pieces], [], None, None, lineno=loop.lineno)


def render(text: str, values: Mapping[str, object]) -> str:
    """The template with its values filled in: blanks at line ends and empty lines in excess gone.

    `values` are plain: texts, numbers, lists, mappings. Raises `Refused` for a template that is no good, uses a name
    that there is not, or becomes too much.
    """
    template, names = _compiled(text)
    for name in sorted(names - set(values) - {"loop"}):
        near = suggest(name, tuple(values))
        hint = f"did you mean '{near}'?" if near else "facts that this workflow may lack: {{ facts.NAME }}"
        raise Refused(f"there is no '{name}'.", hint=hint)
    budget = _Budget()
    try:
        pieces = [budget.text(piece) for piece in template.generate({**values, _BUDGET: budget})]
    except (SecurityError, UndefinedError, TypeError, ValueError, RecursionError) as error:
        raise Refused(f"{str(error).rstrip('.') or type(error).__name__}.") from None
    return _MANY_LINES.sub("\n\n", _BLANKS.sub("", "".join(pieces))).strip()
