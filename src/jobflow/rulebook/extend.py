"""`extends: NAME`: one workflow laid over another by key, each value keeping the place that it came from."""

from __future__ import annotations

from collections.abc import Callable

from jobflow.rulebook.faults import Faults, near
from jobflow.rulebook.nodes import Node, Place, Scalar, Table, shorten, text_of
from jobflow.rulebook.reader import read
from jobflow.rulebook.shipped import shipped_names

MOST_LEVELS = 10
_WHOLE = ("opens", "due", "lapses", "when")
"""Policies and conditions are one value each: half of one with half of another means nothing."""
_OWN = ("extends", "scenarios")
"""What is not taken over: where a file came from, and the tests of what it said before it was changed."""

Find = Callable[[str], str | None]


def extended(root: Node, faults: Faults, find: Find) -> Node | None:
    """The workflow with all that it extends under it; None where some of that can't be had.

    Faults in what is extended are shown at `extends`.
    """
    if not isinstance(root, Table) or "extends" not in root.items:
        return root
    name_node = root.items["extends"]
    faults.redirect = name_node.place
    if "workflow" not in root.items:
        message = "a workflow that extends another needs its own key 'workflow'"
        faults.add(root.place, "JF021", message, "add 'workflow: NAME'")
    seen = [name for name in (text_of(root.items.get("workflow")),) if name is not None]
    bases = _bases(name_node, seen, faults, find)
    if bases is None:
        return None
    layers = [root, *bases]
    merged: Node = layers.pop()
    while layers:
        merged = _merge(merged, layers.pop(), (), faults)
    return merged


def _bases(name_node: Node, seen: list[str], faults: Faults, find: Find) -> list[Table] | None:
    """What is extended, nearest first."""
    bases: list[Table] = []
    while True:
        base = _base(name_node, seen, faults, find)
        if base is None:
            return None
        bases.append(base)
        if "extends" not in base.items:
            return bases
        name_node = base.items["extends"]


def _base(name_node: Node, seen: list[str], faults: Faults, find: Find) -> Table | None:
    name = text_of(name_node)
    if name is None:
        faults.add(name_node.place, "JF022", "'extends' takes the name of a workflow")
        return None
    if name in seen or len(seen) > MOST_LEVELS:
        chain = " → ".join([*seen, name]) if name in seen else f"more than {MOST_LEVELS} levels"
        faults.add(name_node.place, "JF104", f"workflows that extend each other: {shorten(chain, 200)}")
        return None
    seen.append(name)
    text = find(name)
    if text is None:
        faults.add(name_node.place, "JF104", f"unknown workflow '{shorten(name)}'", near(name, shipped_names()))
        return None
    return _read_base(name, text, faults)


def _read_base(name: str, text: str, faults: Faults) -> Table | None:
    own = Faults(name)
    root = read(text, own)
    for fault in own.in_order():
        faults.add(Place(name, fault.line, fault.column), fault.code, fault.message.removesuffix("."), fault.hint)
    if root is None:
        return None
    if not isinstance(root, Table):
        faults.add(root.place, "JF022", "expected a workflow with keys")
        return None
    return root


def _merge(base: Node, over: Node, path: tuple[str, ...], faults: Faults) -> Node:
    if not isinstance(base, Table) or not isinstance(over, Table) or _is_whole(path):
        return over
    items = dict(base.items)
    keys = dict(base.keys)
    if not path:
        for key in _OWN:
            items.pop(key, None)
    for key, value in over.items.items():
        if not path and key == "extends":
            continue
        if isinstance(value, Scalar) and value.value is None and path:
            if items.pop(key, None) is None:
                faults.add(over.keys[key], "JF105", f"there is no '{shorten(key)}' to remove", near(key, base.items))
            continue
        items[key] = _merge(items[key], value, (*path, key), faults) if key in items else value
        keys[key] = over.keys[key]
    return Table(over.place, items, {key: keys[key] for key in items})


def _is_whole(path: tuple[str, ...]) -> bool:
    in_state = path[2:] if path[:1] == ("states",) else path
    return len(in_state) == 3 and in_state[0] in ("tasks", "events") and in_state[2] in _WHOLE
