"""Which nodes of a graph lie on a cycle (Tarjan, "Depth-first search and linear graph algorithms", 1972)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

N = TypeVar("N", bound=Hashable)


def components(nodes: Iterable[N], after: Callable[[N], Iterable[N]]) -> list[frozenset[N]]:
    """The strongly connected components, those further along first."""
    index: dict[N, int] = {}
    low: dict[N, int] = {}
    path: list[N] = []
    on_path: set[N] = set()
    found: list[frozenset[N]] = []
    for root in nodes:
        if root in index:
            continue
        index[root] = low[root] = len(index)
        path.append(root)
        on_path.add(root)
        todo = [(root, iter(after(root)))]
        while todo:
            node, rest = todo[-1]
            onward = next(rest, None)
            if onward is None:
                todo.pop()
                if todo:
                    low[todo[-1][0]] = min(low[todo[-1][0]], low[node])
                if low[node] == index[node]:
                    found.append(_popped(node, path, on_path))
            elif onward not in index:
                index[onward] = low[onward] = len(index)
                path.append(onward)
                on_path.add(onward)
                todo.append((onward, iter(after(onward))))
            elif onward in on_path:
                low[node] = min(low[node], index[onward])
    return found


def _popped(root: N, path: list[N], on_path: set[N]) -> frozenset[N]:
    members: set[N] = set()
    while root not in members:
        members.add(path.pop())
    on_path -= members
    return frozenset(members)
