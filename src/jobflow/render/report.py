"""The report: one HTML file. No script, nothing from elsewhere, nothing that a name could break."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from jobflow.core.long_dates import MONTHS
from jobflow.core.statistics import WAITS, Stats
from jobflow.core.views import Application, Task
from jobflow.render.charts import heat_map, response_curves, sankey
from jobflow.render.numbers import waiting_line
from jobflow.render.words import full_words, moment_words

MARK = "<!-- jobflow report -->"
"""By which a report is known."""
STYLE = """
:root { color-scheme: light; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 1.5rem auto; padding: 0 1rem; color: #1c1f23;
  background: #fff; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.15rem; margin: 1.8rem 0 .5rem; }
p.quiet, caption { color: #555; font-size: .875rem; text-align: left; margin: .2rem 0; }
svg { width: 100%; height: auto; display: block; max-width: 42rem; }
.key { display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: .5rem; margin: 1rem 0; }
.key div { border: 1px solid #d8dde3; border-radius: .4rem; padding: .5rem .7rem; }
.key b { display: block; font-size: 1.4rem; line-height: 1.2; } .key span { font-size: .85rem; color: #444; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } th, td { text-align: left; padding: .3rem .5rem;
  border-bottom: 1px solid #e2e6ea; vertical-align: top; } td, li { overflow-wrap: anywhere; }
td.n, th.n { text-align: right; } td.n { white-space: nowrap; } td.e { width: 38%; }
.late { color: #a3271a; font-weight: 600; }
details { margin: .4rem 0; } summary { cursor: pointer; color: #2a5a94; font-size: .9rem; }
@media (max-width: 30rem) { body { margin: .8rem auto; padding: 0 .7rem; } th, td { padding: .3rem .25rem; } }
@page { size: A4; margin: 15mm; }
@media print { body { max-width: none; margin: 0; padding: 0; font-size: 10pt; } svg, tr, li { break-inside: avoid; }
  svg { max-width: 15cm; } h2 { break-after: avoid; } details > summary { display: none; } }
"""


def report_html(
    stats: Stats, applications: Sequence[Application], tasks: Sequence[Task], now: datetime, zone: ZoneInfo
) -> str:
    """The whole page."""
    return "\n".join(_page(stats, applications, tasks, now, zone)) + "\n"


def _page(
    stats: Stats, applications: Sequence[Application], tasks: Sequence[Task], now: datetime, zone: ZoneInfo
) -> Iterator[str]:
    yield f"<!doctype html>\n{MARK}"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>My job search</title><style>{STYLE}</style></head><body>"
    yield f"<h1>My job search</h1><p class=quiet>as of {escape(full_words(now, zone))}</p>"
    if not stats.applications:
        yield "<p>Nothing is recorded yet.</p></body></html>"
        return
    yield from _key(stats, tasks)
    yield from _section("To do now", _tasks(tasks, now))
    yield from _section("Where the applications went", _flows(stats))
    yield from _section("How fast employers answer", _times(stats))
    yield from _section("On which days you did something", [heat_map(stats.days, now.astimezone(zone).date())])
    yield from _section("Still open", _open(applications, now))
    yield from _section("This month", _months(stats))
    yield "</body></html>"


def _section(title: str, content: Iterable[str]) -> Iterator[str]:
    lines = list(content)
    if lines:
        yield f"<section><h2>{escape(title)}</h2>"
        yield from lines
        yield "</section>"


def _key(stats: Stats, tasks: Sequence[Task]) -> Iterator[str]:
    figures = (
        (stats.applications, "applications"),
        (stats.funnel["interview"], "with an interview"),
        (stats.funnel["offer"], "with an offer"),
        (len(tasks), "to do now"),
    )
    yield "<div class=key>"
    yield from (f"<div><b>{count}</b><span>{what}</span></div>" for count, what in figures)
    yield "</div>"


def _tasks(tasks: Sequence[Task], now: datetime) -> Iterator[str]:
    if not tasks:
        yield "<p>Nothing.</p>"
        return
    yield "<table><thead><tr><th>What</th><th>Due</th></tr></thead><tbody>"
    for task in tasks:
        late = " class=late" if task.status == "overdue" else ""
        due = "" if task.due_at is None else moment_words(task.due_at, now, task.zone)
        yield f"<tr><td>{escape(task.title)}</td><td{late}>{escape(due)}</td></tr>"
    yield "</tbody></table>"


def _flows(stats: Stats) -> Iterator[str]:
    yield sankey(stats.flows)
    yield "<details><summary>The same as a table</summary>"
    yield "<table><thead><tr><th>From</th><th>To</th><th class=n>How many</th></tr></thead><tbody>"
    for (source, target), count in sorted(stats.flows.items()):
        yield f"<tr><td>{escape(source)}</td><td>{escape(target)}</td><td class=n>{count}</td></tr>"
    yield "</tbody></table></details>"


def _times(stats: Stats) -> Iterator[str]:
    known = [times for times in stats.times if not times.too_few]
    if known:
        yield response_curves(known, WAITS)
        yield "<p class=quiet>The share that has answered by each day, and how sure that is (95 %)."
        yield "9 in 10: of those that answered.</p>"
    few = [WAITS[times.after] for times in stats.times if times.too_few]
    if few:
        yield f"<p class=quiet>Too few answers to say anything: {escape(', '.join(few))}.</p>"
    if known:
        yield "<table><thead><tr><th>Wait</th><th class=n>Answers</th><th class=n>Without</th>"
        yield "<th class=n>Half by</th><th class=n>9 in 10 by</th></tr></thead><tbody>"
        for times in known:
            half = "–" if times.median is None else f"{times.median:g}"
            yield (
                f"<tr><td>{WAITS[times.after]}</td><td class=n>{times.curve.observed}</td>"
                f"<td class=n>{times.curve.censored}</td><td class=n>{half}</td><td class=n>{times.most}</td></tr>"
            )
        yield "</tbody></table>"
    if stats.waiting:
        yield "<p class=quiet>Not answered yet:</p><ul>"
        yield from (f"<li>{escape(waiting_line(wait, stats))}</li>" for wait in stats.waiting[:20])
        yield "</ul>"


def _open(applications: Sequence[Application], now: datetime) -> Iterator[str]:
    live = [app for app in applications if not app.final]
    if not live:
        return
    yield "<table><thead><tr><th>Employer</th><th>State</th><th>Since</th></tr></thead><tbody>"
    for app in live:
        job = escape(app.company) + (f"<br>{escape(app.role)}" if app.role else "")
        since = escape(moment_words(app.entered_at, now, app.zone))
        yield f"<tr><td class=e>{job}</td><td>{escape(app.state_title)}</td><td>{since}</td></tr>"
    yield "</tbody></table>"


def _months(stats: Stats) -> Iterator[str]:
    month, before = stats.month, stats.month_before
    heads = (MONTHS[month.begins.month - 1], MONTHS[before.begins.month - 1])
    yield f"<table><thead><tr><th></th><th class=n>{heads[0]}</th><th class=n>{heads[1]}</th></tr></thead><tbody>"
    for name, count in month.counts.items():
        yield f"<tr><td>{name}</td><td class=n>{count}</td><td class=n>{before.counts[name]}</td></tr>"
    yield "</tbody></table>"
