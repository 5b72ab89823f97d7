"""Side-by-side measurements: every figure is a ratio of two things timed alternately in this one run.

    python benchmarks/run.py [--quick] [--json] [NAME…]

NAME: a function below, in `channels.py` or in `workbench.py`, such as `idle_tick`; without one, all of them. `--quick`
uses small numbers (for CI: that it runs, not what it says). Machines are noisy: compare figures of one run only, and
medians at that.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

from jobflow import Jobflow, NewApplication, Settings
from jobflow.core.application import ApplicationState, stamp
from jobflow.core.context import Context
from jobflow.core.decide import decide
from jobflow.core.inputs import Log
from jobflow.core.machine import event_trigger, pick, table_of
from jobflow.core.model import Workflow
from jobflow.testing import ManualClock

START = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)
SILENT = Settings(timezone="America/New_York", channels={})


@dataclass(frozen=True)
class Figure:
    """One ratio and what it is allowed to be."""

    name: str
    ratio: float
    target: float
    detail: str


def main() -> None:
    """Measure, print."""
    from bringing_in import bring_in  # which use what stands here
    from channels import mail, ten_plugins
    from workbench import check, years

    all_ = (imports, transition, full_decide, idle_tick, stored_million, due_of_many, bulk_tick, memory)
    measures = {measure.__name__: measure for measure in (*all_, mail, ten_plugins, check, years, bring_in)}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small numbers: shows that it runs")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only: {', '.join(measures)}")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in measures]:
        parser.error(f"there is no {unknown[0]}; there are {', '.join(measures)}")
    figures: list[Figure] = []
    for name in options.names or measures:
        print(f"… {name}", file=sys.stderr, flush=True)
        figures += measures[name](options.quick)
    if options.json:
        print(json.dumps([figure.__dict__ for figure in figures], indent=2))
        return
    for figure in figures:
        mark = "ok " if figure.ratio <= figure.target else "OVER"
        print(f"{mark:4} {figure.ratio:8.2f} x (at most {figure.target:g})  {figure.name}: {figure.detail}")


def interleaved(first: Callable[[], object], second: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Median seconds of both, timed in turns so that a slow spell of the machine meets both alike."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for run, taken in zip((first, second), times, strict=True):
            begin = time.perf_counter()
            run()
            taken.append(time.perf_counter() - begin)
    return statistics.median(times[0]), statistics.median(times[1])


def process(*arguments: str) -> Callable[[], object]:
    """A whole process of this interpreter."""
    return lambda: subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)


def open_home(home: Path, now: datetime = START) -> tuple[Jobflow, ManualClock]:
    """An engine on a database file."""
    clock = ManualClock(now)
    return Jobflow.open(home / "jobflow.db", clock=clock, settings=SILENT), clock


def imports(quick: bool) -> list[Figure]:
    """`import jobflow` against `import sqlite3`, timed inside the process."""

    def timed(module: str) -> float:
        code = f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
        return float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout)

    pairs = [(timed("jobflow"), timed("sqlite3")) for _ in range(5 if quick else 21)]
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    return [Figure("import jobflow / import sqlite3", ours / theirs, 1.5, f"{ours * 1e3:.2f} / {theirs * 1e3:.2f} ms")]


def transition(quick: bool) -> list[Figure]:
    """A plain transition out of the flat table against a bare dict of the same keys."""
    engine, _ = open_memory()
    workflow = engine.workflow_of("acme")
    table, bare = table_of(workflow), {key: rules[0][1].to for key, rules in table_of(workflow).items()}
    state, trigger = "interviewed", event_trigger("rejected")
    count = 2_000 if quick else 20_000

    def ours() -> None:
        for _ in range(count):
            pick(table, state, trigger, bool)

    def floor() -> None:
        for _ in range(count):
            bare[(state, trigger)]

    mine, theirs = interleaved(ours, floor, 7)
    detail = f"{mine / count * 1e6:.2f} / {theirs / count * 1e6:.2f} µs"
    return [Figure("plain transition / bare dict look-up", mine / theirs, 10, detail)]


def open_memory() -> tuple[Jobflow, ManualClock]:
    """An engine in memory with one application, awaiting."""
    clock = ManualClock(START)
    engine = Jobflow.open(":memory:", clock=clock, settings=SILENT)
    engine.add("Acme", state="awaiting")
    return engine, clock


def full_decide(quick: bool) -> list[Figure]:
    """A reply in `awaiting`, everything worked out anew, against a bare transition of python-statemachine.

    Each reply is another one: a cache that only answers what it was asked before would not be found out otherwise. The
    turns are some 20 ms long, so that what the other side left in the processor's caches weighs little on either.
    """
    try:
        from statemachine import State, StateMachine
    except ImportError:
        return []

    class Peer(StateMachine):
        awaiting = State(initial=True)
        followed_up = State()
        go = awaiting.to(followed_up)
        back = followed_up.to(awaiting)

    workflow, inputs = replies(5_000 if quick else 20_000)
    batch, peer = 500, Peer()
    ours, others = [], []
    for first in range(0, len(inputs), batch):
        begin = time.perf_counter()
        for application, reply, context in inputs[first : first + batch]:
            decide(workflow, application, reply, context)
        middle = time.perf_counter()
        for _ in range(batch // 2):
            peer.send("go")
            peer.send("back")
        ours.append(middle - begin)
        others.append(time.perf_counter() - middle)
    ratio = statistics.median(mine / other for mine, other in zip(ours, others, strict=True))
    mine, other = (statistics.median(side) / batch * 1e6 for side in (ours, others))
    detail = f"{mine:.0f} / {other:.0f} µs, no input twice"
    return [Figure("full decide / python-statemachine transition", ratio, 0.5, detail)]


def replies(count: int) -> tuple[Workflow, list[tuple[ApplicationState, Log, Context]]]:
    """As many replies to 20 applications that began in the week before, no two at one instant, in no order of time."""
    clock = ManualClock(START)
    engine = Jobflow.open(":memory:", clock=clock, settings=SILENT)
    spread = [(number * 7919) % 604_800 for number in range(max(count, 20))]  # seconds of a week, none twice
    for number, seconds in enumerate(spread[:20]):
        engine.add(f"Company {number}", state="awaiting", at=START - timedelta(seconds=seconds))
    applications = list(engine.store.applications(final=True))
    workflow, context = engine.workflow_of(1), engine.context_at(START)
    inputs = []
    for number, seconds in enumerate(spread[:count]):
        now = START + timedelta(days=1, seconds=seconds)
        log = Log(event="reply", at=now)
        inputs.append((applications[number % 20], log, replace(context, now=now)))
    return workflow, inputs


def idle_tick(quick: bool) -> list[Figure]:
    """`jobflow tick` with nothing due, the whole process, against `python -c pass`."""
    with tempfile.TemporaryDirectory() as folder:
        home = fill(Path(folder), 1)
        mine, floor = interleaved(tick_of(home), process("-c", "pass"), 7 if quick else 41)
    return [Figure("idle tick / python -c pass", mine / floor, 3, f"{mine * 1e3:.1f} / {floor * 1e3:.1f} ms")]


def tick_of(home: Path) -> Callable[[], object]:
    """The process that cron starts."""
    return process("-m", "jobflow", "--home", str(home), "tick")


def fill(home: Path, count: int, due: int = 0) -> Path:
    """A home with `count` applications, `due` of them due now; the rest wake in a year. Copies of a real one."""
    now = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251
    (home / "config.yaml").write_text(f"timezone: {SILENT.timezone}\n")  # or the first tick would re-time them all
    engine, _ = open_home(home, now)
    engine.add("Acme", state="awaiting", at=now)
    engine.tick(now)
    engine.close()
    with sqlite3.connect(home / "jobflow.db") as connection:
        connection.execute("PRAGMA synchronous = OFF")  # making the copies is not what is measured
        connection.execute("PRAGMA journal_mode = OFF")
        number, state, head = connection.execute("SELECT number, state, head FROM application").fetchone()
        template = json.loads(state)
        later = stamp(now + timedelta(days=365))

        def copies() -> Iterator[tuple[object, ...]]:
            for copy in (copy for copy in range(1, count + 1) if copy != number):
                name = f"copy-{copy:07}"  # in order, as the indexes want them
                template.update(id=name, number=copy, slug=name, tasks=[])
                text = json.dumps(template, sort_keys=True, separators=(",", ":"))
                wakes = stamp(now) if copy <= due else later
                yield copy, name, name, 0, template["revision"], head, wakes, text, crc32(text.encode())

        connection.execute("UPDATE application SET next_wakeup_at = ?", (stamp(now) if number <= due else later,))
        connection.executemany("INSERT INTO application VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", copies())
    connection.close()
    os.sync()  # or the first tick would wait for all of it to reach the disk
    return home


def stored_million(quick: bool) -> list[Figure]:
    """The idle tick with very many applications stored against the one with a single one."""
    count = 5_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as many:
        few, full = tick_of(fill(Path(one), 1)), tick_of(fill(Path(many), count))
        mine, floor = interleaved(full, few, 5 if quick else 31)
    return [Figure(f"idle tick, {count:,} stored / 1 stored", mine / floor, 1.1, f"{mine * 1e3:.1f} ms")]


def due_of_many(quick: bool) -> list[Figure]:
    """100 due of a million against 100 due of a thousand: the look-up, and the tick that works them off."""
    large = 20_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory() as few, tempfile.TemporaryDirectory() as many:
        homes = fill(Path(many), large), fill(Path(few), 1_000)
        times: tuple[list[float], list[float]] = ([], [])
        for turn in range(3 if quick else 15):
            for home, taken in zip(homes, times, strict=True):
                taken.append(tick_100_due(home, turn))
    mine, floor = (statistics.median(side) for side in times)
    name = f"tick, 100 due of {large:,} / 100 due of 1,000"
    return [Figure(name, mine / floor, 2, f"{mine * 1e3:.0f} / {floor * 1e3:.0f} ms")]


def tick_100_due(home: Path, turn: int) -> float:
    """Seconds of a tick, opening the database included, that finds 100 due: each turn others."""
    now = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251
    with sqlite3.connect(home / "jobflow.db") as connection:
        step = connection.execute("SELECT count(*) FROM application").fetchone()[0] // 100
        chosen = [(stamp(now), 1 + (turn * 37 + number * step) % (100 * step)) for number in range(100)]
        connection.executemany("UPDATE application SET next_wakeup_at = ? WHERE number = ?", chosen)
    connection.close()
    os.sync()  # or the tick would wait for what is not its own
    begin = time.perf_counter()
    engine, _ = open_home(home, now)
    report = engine.tick(now)
    engine.close()
    assert not report.more_due
    return time.perf_counter() - begin


def bulk_home(folder: Path, count: int) -> tuple[Jobflow, ManualClock]:
    """`count` applications whose status check opens at the next tick, each with its own history."""
    clock = ManualClock(START)
    settings = Settings(timezone="America/New_York", channels={"console": {}})
    engine = Jobflow.open(folder / "jobflow.db", clock=clock, settings=settings)
    for first in range(0, count, 10_000):
        names = range(first, min(first + 10_000, count))
        engine.add_all([NewApplication(company=f"Company {number}", state="accepting", at=START) for number in names])
    clock.set(START + timedelta(days=1))
    return engine, clock


def bulk_tick(quick: bool) -> list[Figure]:
    """A bulk tick of due applications, without delivery, against a bare `executemany` of exactly the rows it wrote.

    In ten parts, each followed by the bare writing of its rows.
    """
    count, parts = (5_000, 5) if quick else (100_000, 10)
    with tempfile.TemporaryDirectory() as folder:
        engine, clock = bulk_home(Path(folder), count)
        engine.parts = replace_channels(engine)
        ours, theirs, rows = 0.0, 0.0, 0
        with closing(sqlite3.connect(Path(folder) / "jobflow.db")) as written:
            bare = bare_database(Path(folder) / "bare.db", written)
            os.sync()
            for _ in range(parts):
                last = marks(written)
                begin = time.perf_counter()
                engine.tick(clock.now(), limit=count // parts)
                ours += time.perf_counter() - begin
                fresh = rows_after(written, last)
                rows += sum(len(items) for items in fresh.values())
                theirs += bare_writes(bare, fresh)
            assert not written.execute(
                "SELECT 1 FROM application WHERE next_wakeup_at <= ?", (stamp(clock.now()),)
            ).fetchone()
            same = [base.execute(COUNTS).fetchone() for base in (written, bare)]
            assert same[0] == same[1], same
        bare.close()
        engine.close()
    detail = f"{ours:.2f} / {theirs:.2f} s, {rows:,} rows"
    return [Figure(f"bulk tick of {count:,} / bare executemany", ours / theirs, 6, detail)]


COUNTS = """SELECT (SELECT count(*) FROM history), (SELECT count(*) FROM message), (SELECT count(*) FROM task),
    (SELECT sum(revision) FROM application), (SELECT count(DISTINCT head) FROM application)"""
"""What both databases must agree in at the end: the bare one has written just the same."""


def marks(connection: sqlite3.Connection) -> dict[str, int]:
    """The last row of each table that only grows."""
    return {
        table: connection.execute(f"SELECT coalesce(max(rowid), 0) FROM {table}").fetchone()[0]
        for table in ("history", "message", "task")
    }


def rows_after(connection: sqlite3.Connection, last: dict[str, int]) -> dict[str, list[tuple[object, ...]]]:
    """What was written since, table by table; of applications those with fresh history."""
    fresh = {
        table: connection.execute(f"SELECT * FROM {table} WHERE rowid > ?", (mark,)).fetchall()
        for table, mark in last.items()
    }
    numbers = "(SELECT application FROM history WHERE rowid > ?)"
    fresh["application"] = connection.execute(
        f"SELECT final, revision, head, next_wakeup_at, state, sum, number FROM application WHERE number IN {numbers}",
        (last["history"],),
    ).fetchall()
    return fresh


def replace_channels(engine: Jobflow) -> object:
    """Keep the outbox rows, leave out the printing."""

    class Nowhere:
        name = "console"

        def send(self, _message: object) -> object:
            raise OSError("not delivered in this measurement")

    return replace(engine.parts, channels={"console": Nowhere()})


def bare_database(path: Path, like: sqlite3.Connection) -> sqlite3.Connection:
    """A copy of the database before the tick, as durable."""
    connection = sqlite3.connect(path, isolation_level=None)
    like.backup(connection)
    connection.execute("PRAGMA synchronous = EXTRA")
    return connection


def bare_writes(connection: sqlite3.Connection, written: dict[str, list[tuple[object, ...]]]) -> float:
    """The same rows into the same tables, as fast as SQLite takes them: pages of 500, each one durable transaction."""
    applications, page = written.pop("application"), 500
    begin = time.perf_counter()
    for first in range(0, len(applications), page):
        connection.execute("BEGIN IMMEDIATE")
        for table, rows in written.items():
            if rows:
                low, high = (
                    len(rows) * at // len(applications) for at in (first, min(first + page, len(applications)))
                )
                holes = ", ".join("?" * len(rows[0]))
                connection.executemany(f"INSERT INTO {table} VALUES ({holes})", rows[low:high])
        connection.executemany(
            "UPDATE application SET final = ?, revision = ?, head = ?, next_wakeup_at = ?, state = ?, sum = ?"
            " WHERE number = ?",
            applications[first : first + page],
        )
        connection.execute("COMMIT")
    return time.perf_counter() - begin


def memory(quick: bool) -> list[Figure]:
    """The peak memory of a process that ticks many due applications against one that ticks a tenth of them."""
    code = (
        "import sys, resource; from pathlib import Path; sys.path.insert(0, sys.argv[1]); import run;"
        "engine, clock = run.open_home(Path(sys.argv[2]), run.START + run.timedelta(days=1));"
        "engine.tick(clock.now()); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    peaks = []
    for count in (200, 2_000) if quick else (5_000, 50_000):
        with tempfile.TemporaryDirectory() as folder:
            engine, _ = bulk_home(Path(folder), count)
            engine.close()
            here = str(Path(__file__).parent)
            done = subprocess.run([sys.executable, "-c", code, here, folder], check=True, capture_output=True)
            peaks.append(int(done.stdout))
    detail = f"{peaks[1] / 1024:.0f} / {peaks[0] / 1024:.0f} MiB"
    return [Figure("peak memory, ten times as many due", peaks[1] / peaks[0], 1.5, detail)]


if __name__ == "__main__":
    main()
