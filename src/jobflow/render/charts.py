"""The pictures of the report, drawn by matplotlib as SVG: text stays text, and the same input gives the same bytes.

They are as wide as a phone: on a larger page they grow, and stay readable.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from jobflow.core.statistics import STAGES, ResponseTimes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Link = tuple[str, str]
"""From where to where."""
WIDTH = 4.4
"""Inches."""
WEEKS = 26
"""Of the heat map."""
COLOURS = ("#3b6fb6", "#2a9d8f", "#8a6fb0", "#c98a1b", "#7aa23f", "#4b8f3a")
ENDS = "#9aa3ad"
INK = "#222222"
HEAT = ("#eceff2", "#c6dbef", "#6baed6", "#2171b5", "#08306b")
_GAP = 0.06
_BAND = 0.16


def _figure(height: float) -> tuple[Figure, Axes]:
    import matplotlib as mpl  # slow: half a second that only the report needs
    from matplotlib.figure import Figure

    mpl.rcParams.update(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": "jobflow",
            "font.family": "sans-serif",
            "font.sans-serif": ["DejaVu Sans", "Arial", "Helvetica"],
            "font.size": 9,
            "text.parse_math": False,
            "text.usetex": False,
        }
    )
    figure = Figure(figsize=(WIDTH, height))
    return figure, figure.add_axes((0.0, 0.0, 1.0, 1.0))


def _svg(figure: Figure, title: str) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    text = out.getvalue()
    text = text[text.index("<svg") :]
    # Its size comes from the page; for those who can't see it, the table beside it says the same.
    head, rest = text.split(">", 1)
    words = [word for word in head.split() if not word.startswith(("width=", "height="))]
    return f'{" ".join(words)} role="img" aria-label="{title}">{rest}'


def sankey(flows: Mapping[Link, int]) -> str:
    """From stage to stage, and how each ended."""
    from matplotlib.patches import PathPatch, Rectangle
    from matplotlib.path import Path

    columns = _columns(flows)
    sizes = {name: max(_sum(flows, 0, name), _sum(flows, 1, name)) for column in columns for name in column}
    tallest = max(sum(sizes[name] for name in column) for column in columns)
    rows = max(len(column) for column in columns)
    figure, axes = _figure(max(2.2, 0.55 * rows + 0.8))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    unit = (1 - _GAP * (rows + 1)) / tallest
    place: dict[str, tuple[float, float]] = {}
    step = (1 - _BAND - 0.2) / max(1, len(columns) - 1)
    for number, column in enumerate(columns):
        top = 1 - _GAP / 2
        for name in column:
            place[name] = (number * step, top)
            top -= sizes[name] * unit + _GAP
    thin = 0.022
    leaves, enters = _levels(flows, place, unit)
    for link, count in flows.items():
        x0, x1 = place[link[0]][0] + thin, place[link[1]][0]
        y0, y1, height = leaves[link], enters[link], count * unit
        middle = (x0 + x1) / 2
        vertices = [(x0, y0), (middle, y0), (middle, y1), (x1, y1), (x1, y1 - height), (middle, y1 - height),
                    (middle, y0 - height), (x0, y0 - height), (x0, y0)]  # fmt: skip
        codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
        axes.add_patch(PathPatch(Path(vertices, codes), facecolor=_colour(link[1]), alpha=0.35, linewidth=0))
    for name, (x, top) in place.items():
        axes.add_patch(Rectangle((x, top - sizes[name] * unit), thin, sizes[name] * unit, color=_colour(name)))
        axes.text(x + thin + 0.008, top - sizes[name] * unit / 2, f"{name} {sizes[name]}", va="center", color=INK)
    return _svg(figure, "Where the applications went")


def _sum(flows: Mapping[Link, int], end: int, name: str) -> int:
    return sum(count for link, count in flows.items() if link[end] == name)


def _columns(flows: Mapping[Link, int]) -> list[list[str]]:
    """The stages from left to right, one a column; how it ended stands one further on than where it came from last."""
    stages = [stage for stage in STAGES if any(stage in link for link in flows)]
    columns: list[list[str]] = [[stage] for stage in stages]
    ends = {target for _, target in flows if target not in STAGES}
    for name in sorted(ends):
        last = max(stages.index(source) for source, target in flows if target == name)
        while len(columns) < last + 2:
            columns.append([])
        columns[last + 1].append(name)
    return columns


def _levels(
    flows: Mapping[Link, int], place: Mapping[str, tuple[float, float]], unit: float
) -> tuple[dict[Link, float], dict[Link, float]]:
    """How high each band leaves its source and enters its target, so that few of them cross."""
    leaves: dict[Link, float] = {}
    enters: dict[Link, float] = {}
    for found, end in ((leaves, 0), (enters, 1)):
        level = {name: top for name, (_, top) in place.items()}
        for link in sorted(flows, key=lambda link: _height(place[link[1 - end]], end)):
            found[link] = level[link[end]]
            level[link[end]] -= flows[link] * unit
    return leaves, enters


def _height(other: tuple[float, float], end: int) -> tuple[float, float]:
    """By where its other end is: what stands high first, of sources the nearest first."""
    x, top = other
    return (-top, x) if end == 0 else (-x, -top)


def _colour(name: str) -> str:
    return COLOURS[STAGES.index(name)] if name in STAGES else ENDS


def heat_map(days: Mapping[date, int], today: date) -> str:
    """The last half year, a column a week, Monday at the top."""
    from matplotlib.patches import Rectangle

    figure, axes = _figure(1.45)
    axes.set_axis_off()
    monday = today - timedelta(days=today.weekday()) - timedelta(weeks=WEEKS - 1)
    most = max((count for day, count in days.items() if monday <= day <= today), default=0)
    axes.set_xlim(-2.4, WEEKS)
    axes.set_ylim(8.2, -1.4)
    for week in range(WEEKS):
        for weekday in range(7):
            day = monday + timedelta(weeks=week, days=weekday)
            if day <= today:
                axes.add_patch(Rectangle((week, weekday), 0.86, 0.86, color=_heat(days.get(day, 0), most)))
        first = monday + timedelta(weeks=week)
        if first.day <= 7:
            axes.text(week, -0.4, MONTHS_SHORT[first.month - 1], fontsize=7, color=INK)
    for weekday, name in ((0, "Mon"), (2, "Wed"), (4, "Fri")):
        axes.text(-0.4, weekday + 0.75, name, fontsize=7, ha="right", color=INK)
    return _svg(figure, "On which days something was done")


MONTHS_SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _heat(count: int, most: int) -> str:
    if count == 0:
        return HEAT[0]
    return HEAT[min(len(HEAT) - 1, 1 + (count - 1) * (len(HEAT) - 1) // max(1, most))]


def response_curves(times: Sequence[ResponseTimes], names: Mapping[str, str]) -> str:
    """The share of employers that have answered, by days, with its 95 % interval."""
    figure, _ = _figure(2.6)
    figure.clear()
    axes = figure.add_axes((0.12, 0.19, 0.85, 0.76))
    longest = 1.0
    for number, one in enumerate(times):
        steps = one.curve.steps
        xs = [0.0, *(step.days for step in steps)]
        ys = [0.0, *(1 - step.survival for step in steps)]
        lows = [0.0, *(1 - step.high for step in steps)]
        highs = [0.0, *(1 - step.low for step in steps)]
        longest = max(longest, xs[-1])
        colour = COLOURS[number]
        axes.fill_between(xs, lows, highs, step="post", color=colour, alpha=0.15, linewidth=0)
        axes.step(xs, ys, where="post", color=colour, label=names[one.after], linewidth=1.6)
    axes.set_xlim(0, longest * 1.03)
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xlabel("days")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.legend(frameon=False, loc="lower right", fontsize=8)
    return _svg(figure, "How fast employers answer")
