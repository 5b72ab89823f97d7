"""A graph in the languages that draw pictures: Mermaid, Graphviz DOT, and through that SVG."""

from __future__ import annotations

import textwrap
from datetime import datetime
from zoneinfo import ZoneInfo

from jobflow.core.when import spell_date
from jobflow.workbench.drawing import ANYWHERE, Edge, Graph, Node

WIDTH = 34
"""Characters of a line in a box or at an edge."""
_MERMAID = str.maketrans(
    {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", "\\": "#92;", "*": "#42;"}
)
TAKEN, PLAIN = "#1a5fb4", "#5e5c64"


def mermaid(graph: Graph, zone: ZoneInfo) -> str:
    """A flowchart: https://mermaid.js.org/syntax/flowchart.html."""
    ids = {node.name: f"s{number}" for number, node in enumerate(graph.nodes)}
    lines = ["flowchart TD"]
    for node in graph.nodes:
        left, right = _brackets(node)
        text = "<br/>".join(line.translate(_MERMAID) for line in _node_lines(node, zone))
        lines.append(f'    {ids[node.name]}{left}"{text}"{right}')
    for edge in graph.edges:
        text = "<br/>".join(line.translate(_MERMAID) for line in _edge_lines(edge, zone))
        arrow = "==>" if edge.taken else "-.->" if edge.source == ANYWHERE else "-->"
        lines.append(f'    {ids[edge.source]} {arrow}|"{text}"| {ids[edge.to]}')
    if graph.notes:
        text = "<br/>".join(line.translate(_MERMAID) for line in _note_lines(graph))
        lines.append(f'    notes>"{text}"]')
    for kind, style in (("entered", f"stroke:{TAKEN},stroke-width:2px"), ("present", f"fill:{TAKEN},color:#fff")):
        named = [ids[node.name] for node in graph.nodes if (node.present if kind == "present" else node.entered)]
        lines += [f"    classDef {kind} {style}", f"    class {','.join(named)} {kind}"] if named else []
    return "\n".join(lines) + "\n"


def _brackets(node: Node) -> tuple[str, str]:
    if node.name == ANYWHERE:
        return "{{", "}}"
    return ("([", "])") if node.initial or node.final else ("[", "]")


def dot(graph: Graph, zone: ZoneInfo) -> str:
    """A digraph: https://graphviz.org/doc/info/lang.html."""
    ids = {node.name: f"s{number}" for number, node in enumerate(graph.nodes)}
    lines = [
        "digraph workflow {",
        f'  graph [label={_quoted([graph.title])}, labelloc=t, fontname="Helvetica", nodesep=0.3, ranksep=0.25];',
        '  node [shape=box, style="rounded,filled", fillcolor=white, fontname="Helvetica", fontsize=11];',
        f'  edge [fontname="Helvetica", fontsize=9, color="{PLAIN}"];',
    ]
    for node in graph.nodes:
        style = [f"label={_quoted(_node_lines(node, zone))}"]
        style += ["peripheries=2"] if node.final else []
        style += ["penwidth=2"] if node.initial else []
        style += ['shape=box, style="dashed"'] if node.name == ANYWHERE else []
        style += [f'color="{TAKEN}", penwidth=2'] if node.entered else []
        style += ['fillcolor="#d6e6f8"'] if node.present else []
        lines.append(f"  {ids[node.name]} [{', '.join(style)}];")
    for edge in graph.edges:
        style = [f"label={_quoted(_edge_lines(edge, zone))}"]
        style += [f'color="{TAKEN}", fontcolor="{TAKEN}", penwidth=2.5'] if edge.taken else []
        style += ["style=dashed"] if edge.source == ANYWHERE and not edge.taken else []
        lines.append(f"  {ids[edge.source]} -> {ids[edge.to]} [{', '.join(style)}];")
    if graph.notes:
        lines.append(f"  notes [shape=note, style=solid, fontsize=9, label={_quoted(_note_lines(graph))}];")
    return "\n".join((*lines, "}")) + "\n"


def _quoted(lines: list[str]) -> str:
    """A label of lines, each to the left; DOT has an escape of its own for the end of a line."""
    text = "".join(line.replace("\\", "\\\\").replace('"', '\\"') + "\\l" for line in lines)
    return f'"{text}"'


def _node_lines(node: Node, zone: ZoneInfo) -> list[str]:
    lines = textwrap.wrap(node.title, WIDTH) or [node.name]
    for line in node.lines:
        lines += textwrap.wrap(f"• {line}", WIDTH + 6, subsequent_indent="   ")
    return lines + [f"here since {_day(at, zone)}" if node.present and at == node.entered[-1] else _day(at, zone)
                    for at in node.entered]  # fmt: skip


def _note_lines(graph: Graph) -> list[str]:
    lines = ["In several states:"]
    for note in graph.notes:
        lines += textwrap.wrap(f"• {note}", WIDTH + 6, subsequent_indent="   ")
    return lines


def _edge_lines(edge: Edge, zone: ZoneInfo) -> list[str]:
    lines = [part for line in edge.lines for part in textwrap.wrap(line, WIDTH, subsequent_indent="  ")]
    return lines + [_day(at, zone) for at in edge.taken]


def _day(at: datetime, zone: ZoneInfo) -> str:
    return spell_date(at.astimezone(zone).date())
