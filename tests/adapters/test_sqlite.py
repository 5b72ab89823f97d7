"""What is particular to the file: who may read it, what damages it, what fills it, and who else is writing."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobflow.adapters.sqlite import SQLiteStore
from jobflow.adapters.sqlite_schema import APPLICATION_ID, VERSION
from jobflow.core.errors import StoreError, UnknownName
from jobflow.shortroad import _QUESTION, answer
from jobflow.testing.stores.given import HOUR, START, add, change, fact_set, id_of, message, say

WRITERS = 8
ROUNDS = 12


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "jobflow.db"


@pytest.fixture
def store(path: Path) -> Iterator[SQLiteStore]:
    made = SQLiteStore(path)
    yield made
    made.close()


def raw(path: Path, *statements: str) -> list[tuple[object, ...]]:
    """What another program does to the file."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return [row for statement in statements for row in connection.execute(statement).fetchall()]


def lived_in(path: Path, applications: int = 40) -> None:
    with contextlib.closing(SQLiteStore(path)) as store:
        for number in range(applications):
            add(store, f"company-{number}", tasks=[number + 1])


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


class TestMaking:
    @pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
    def test_folder_and_file_are_nobody_elses(self, path: Path) -> None:
        before = os.umask(0)
        try:
            with contextlib.closing(SQLiteStore(path)) as store, store.lease("tick"):
                add(store)
        finally:
            os.umask(before)
        assert mode(path.parent) == 0o700
        assert {item.name: mode(item) for item in path.parent.iterdir()} == {
            "jobflow.db": 0o600,
            "jobflow.db.tick.lock": 0o600,
        }

    def test_a_folder_that_exists_keeps_its_mode(self, path: Path) -> None:
        path.parent.mkdir(mode=0o755)
        SQLiteStore(path).close()
        assert mode(path.parent) == 0o755

    def test_the_header_says_whose_file_it_is(self, store: SQLiteStore, path: Path) -> None:
        assert raw(path, "PRAGMA application_id", "PRAGMA user_version") == [(APPLICATION_ID,), (VERSION,)]

    def test_the_journal_is_the_one_that_survives_a_power_cut(self, store: SQLiteStore) -> None:
        connection = store._db.connection
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (3,)

    def test_what_was_written_is_there_when_opened_again(self, path: Path) -> None:
        with contextlib.closing(SQLiteStore(path)) as store:
            entry = add(store, tasks=[1])
        with contextlib.closing(SQLiteStore(path)) as store:
            assert store.entry(id_of(1)) == entry

    @pytest.mark.parametrize("name", ["with space", "per%20cent", "question?mode=memory", "hash#tag", "面接"])
    def test_any_name_of_a_folder_will_do(self, tmp_path: Path, name: str) -> None:
        with contextlib.closing(SQLiteStore(tmp_path / name / "jobflow.db")) as store:
            add(store)
        assert (tmp_path / name / "jobflow.db").stat().st_size > 0

    def test_an_empty_file_is_a_new_database(self, path: Path) -> None:
        path.parent.mkdir()
        path.touch()
        with contextlib.closing(SQLiteStore(path)) as store:
            add(store)
            assert store.verify() == []


class TestReadingWhatIsNotThere:
    def test_a_missing_database_reads_as_an_empty_one_and_is_not_made(self, path: Path) -> None:
        with contextlib.closing(SQLiteStore(path, create=False)) as store:
            assert list(store.applications(final=True)) == []
            assert store.next_wakeup() is None
            assert store.verify() == []
            with pytest.raises(UnknownName):
                store.resolve("acme")
        assert not path.parent.exists()

    def test_an_empty_file_is_left_as_it_is(self, path: Path) -> None:
        path.parent.mkdir()
        path.touch()
        with contextlib.closing(SQLiteStore(path, create=False)) as store:
            assert store.counters().application == 1
        assert path.stat().st_size == 0

    def test_it_can_not_be_written_to(self, path: Path) -> None:
        with contextlib.closing(SQLiteStore(path, create=False)) as store:
            with pytest.raises(StoreError, match="no database"):
                add(store)
            with pytest.raises(StoreError, match="no database"):
                store.lease("tick")

    def test_one_that_is_there_is_read_and_written(self, path: Path) -> None:
        lived_in(path, 1)
        with contextlib.closing(SQLiteStore(path, create=False)) as store:
            assert store.resolve("company-0") == id_of(1)
            add(store)

    def test_reading_writes_no_byte(self, path: Path) -> None:
        lived_in(path, 3)
        before = path.read_bytes(), path.stat().st_mtime_ns, sorted(os.listdir(path.parent))
        with contextlib.closing(SQLiteStore(path)) as store:
            list(store.applications(final=True))
            store.due(START, 10)
            store.verify()
        assert (path.read_bytes(), path.stat().st_mtime_ns, sorted(os.listdir(path.parent))) == before

    def test_a_write_that_changes_nothing_writes_no_byte(self, store: SQLiteStore, path: Path) -> None:
        def say_it() -> None:
            with store.writing() as writer:
                writer.set_meta("last_tick", "x")
                writer.add_tick(START)
                writer.put_workflow("h", "n", 1, "{}")
                writer.drop_messages(["m"], START)

        say_it()
        before = path.read_bytes(), path.stat().st_mtime_ns
        say_it()
        assert (path.read_bytes(), path.stat().st_mtime_ns) == before


class TestCost:
    """What is asked at every tick is looked up: its cost does not follow what is stored."""

    def test_nothing_that_a_tick_asks_reads_a_whole_table(self, store: SQLiteStore) -> None:
        entry = say(store, add(store, tasks=[1], wakes_at=START), fact_set())
        asked: list[str] = []
        connection = store._db.connection
        connection.set_trace_callback(asked.append)
        store.due(START, 10)
        store.next_wakeup()
        store.last_command()
        store.applications_of_command(1)
        store.application_of_task(1)
        store.history(entry.state.id)
        store.slugs_like("acme")
        store.resolve("ac")
        store.ticks_after(1)
        store.messages(application_id=entry.state.id)
        with store.writing() as writer:
            writer.claim_messages("console", START, 10)
            writer.drop_messages(["m"], START)
        connection.set_trace_callback(None)
        plans = {sql: plan(connection, sql) for sql in asked if sql.startswith(("SELECT", "UPDATE"))}
        assert len(plans) > 12
        assert {sql: steps for sql, steps in plans.items() if "SCAN" in steps} == {}

    def test_nothing_that_the_short_road_asks_reads_a_whole_table(self, store: SQLiteStore) -> None:
        # Reminders that wait for the morning are many in a bulk tick: an idle tick must not go through them.
        one_row = ("SCAN CONSTANT ROW", "SCAN clock")
        asked = _QUESTION.replace("?", "'2026-03-10T14:00:00Z'")
        steps = plan(store._db.connection, asked)
        assert "SEARCH message" in steps
        assert "SEARCH application" in steps
        assert [step for step in steps.split("; ") if step.startswith("SCAN") and step not in one_row] == []


def plan(connection: sqlite3.Connection, sql: str) -> str:
    return "; ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}"))


def read_all(path: Path, *, create: bool) -> None:
    with contextlib.closing(SQLiteStore(path, create=create)) as store:
        list(store.applications(final=True))
        store.history(id_of(1))


class TestOlderFiles:
    """A database of format 1: its message table had no recipient, html and error."""

    def aged(self, path: Path) -> None:
        with contextlib.closing(SQLiteStore(path)) as store:
            entry = add(store, tasks=[1])
            say(store, entry, fact_set(), messages=[message(entry, "k", task=1)])
        raw(path, "DROP INDEX message_stuck")
        raw(path, *(f"ALTER TABLE message DROP COLUMN {name}" for name in ("recipient", "html", "error")))
        raw(path, "PRAGMA user_version = 1")

    def test_one_of_an_older_jobflow_is_brought_up_to_date_and_a_copy_kept(self, path: Path) -> None:
        self.aged(path)
        before = raw(path, "SELECT * FROM message", "SELECT * FROM history")
        with contextlib.closing(SQLiteStore(path)) as store:
            (kept,) = store.messages()
            assert (kept.key, kept.status, kept.recipient, kept.error) == ("k", "pending", None, None)
            assert store.verify() == []
            assert store.stuck_messages(9) == []
        copy = path.with_name(path.name + ".v1")
        assert raw(copy, "PRAGMA user_version", "SELECT * FROM message", "SELECT * FROM history") == [(1,), *before]
        assert mode(copy) == 0o600
        fresh = path.with_name("fresh.db")
        SQLiteStore(fresh).close()
        columns = "SELECT name FROM pragma_table_info('message')"
        assert raw(path, columns) == raw(fresh, columns)
        assert raw(path, "PRAGMA user_version") == [(VERSION,)]

    def test_a_migration_that_fails_leaves_it_as_it_was(self, path: Path) -> None:
        self.aged(path)
        raw(path, "CREATE INDEX message_stuck ON message (key)")  # in the way of the migration's last statement
        before = raw(path, "SELECT * FROM sqlite_master", "SELECT * FROM message")
        with pytest.raises(StoreError):
            SQLiteStore(path)
        assert raw(path, "SELECT * FROM sqlite_master", "SELECT * FROM message") == before
        assert raw(path, "PRAGMA user_version") == [(1,)]


class TestWrongFiles:
    def refuses(self, path: Path, said: str) -> None:
        before = path.read_bytes() if path.is_file() else None
        for create in (True, False):
            with pytest.raises(StoreError, match=said) as refusal:
                read_all(path, create=create)
            assert "\n" not in str(refusal.value)
            assert str(path) in str(refusal.value)
            assert refusal.value.hint
        assert (path.read_bytes() if path.is_file() else None) == before

    def test_one_of_a_newer_jobflow_is_refused(self, path: Path) -> None:
        lived_in(path, 1)
        raw(path, f"PRAGMA user_version = {VERSION + 1}")
        self.refuses(path, "newer jobflow.*pip install --upgrade")

    def test_one_of_another_program_is_refused(self, path: Path) -> None:
        path.parent.mkdir()
        raw(path, "CREATE TABLE moz_places (id INTEGER)")
        self.refuses(path, "another program")

    def test_one_that_another_program_signed_is_refused(self, path: Path) -> None:
        path.parent.mkdir()
        raw(path, "PRAGMA application_id = 252006673", "CREATE TABLE a (b)")
        self.refuses(path, "another program")

    def test_a_text_is_no_database(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_text("company;role\n" * 200)
        self.refuses(path, "is damaged")

    @pytest.mark.parametrize("left", [0.05, 0.3, 0.9])
    def test_a_truncated_one_is_damaged(self, path: Path, left: float) -> None:
        lived_in(path)
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * left)])
        self.refuses(path, "is damaged")

    def test_one_with_overwritten_pages_is_damaged(self, path: Path) -> None:
        lived_in(path)
        content = path.read_bytes()
        path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
        self.refuses(path, "is damaged")

    def test_a_folder_in_its_place_is_refused(self, path: Path) -> None:
        path.mkdir(parents=True)
        self.refuses(path, "is a folder")

    def test_a_file_where_its_folder_should_be_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "home").write_text("")
        with pytest.raises(StoreError, match="can't be made"):
            SQLiteStore(tmp_path / "home" / "jobflow.db")

    def test_an_unreadable_state_is_damage_and_no_traceback(self, store: SQLiteStore, path: Path) -> None:
        add(store, wakes_at=START)
        raw(path, "UPDATE application SET state = '{'")
        with pytest.raises(StoreError, match="is damaged: the state of application 1"):
            store.due(START, 1)

    @pytest.mark.parametrize(
        ("statement", "ask"),
        [
            ("UPDATE message SET created_at = '2026-03-11T0):00:00Z'", lambda store: store.messages()),
            ("UPDATE message SET settled_at = 'now', status = 'dead'", lambda store: store.stuck_messages(9)),
            ("UPDATE message SET not_before = 'Z'", lambda store: store.next_wakeup()),
            ("UPDATE message SET subject = CAST(x'ff41' AS TEXT)", lambda store: store.messages()),
            ("INSERT INTO tick VALUES (1, 'then')", lambda store: store.ticks_after(0)),
            ("INSERT INTO holidays VALUES ('US', '', 2026, '[]')", lambda store: store.holidays("US", None, 2026)),
            ("INSERT INTO holidays VALUES ('US', '', 2026, '{\"x\": 1}')", lambda s: s.holidays("US", None, 2026)),
            ("DELETE FROM counters", lambda store: store.counters()),
        ],
    )
    def test_whatever_is_unreadable_is_damage_and_no_traceback(
        self, store: SQLiteStore, path: Path, statement: str, ask: Callable[[SQLiteStore], object]
    ) -> None:
        entry = add(store, wakes_at=START)
        say(store, entry, messages=[message(entry, "m1")])
        raw(path, statement)
        with pytest.raises(StoreError, match="is damaged"):
            ask(store)

    def test_a_text_that_became_bytes_is_damage(self, store: SQLiteStore) -> None:
        # One flipped bit makes the one of the other, where the table's own check does not look.
        with pytest.raises(StoreError, match="another type"):
            store._text("SELECT CAST('x' AS BLOB)")
        with pytest.raises(StoreError, match="a message is not readable"):
            store._messages([("a", b"b")])

    def test_a_table_whose_own_text_is_damaged_is_damage(self, path: Path) -> None:
        lived_in(path, 2)
        content = path.read_bytes()
        where = content.index(b"CREATE TABLE message")
        path.write_bytes(content[:where] + b"CR\xb0" + content[where + 3 :])
        self.refuses(path, "is damaged")
        assert answer(["tick"], {"JOBFLOW_HOME": str(path.parent), "JOBFLOW_NOW": "2026-03-10T14:00:00Z"}) is None


class TestTampering:
    """The triggers refuse; who removes them is found by the chain."""

    @pytest.mark.parametrize(
        "statement", ["UPDATE history SET data = '{}'", "DELETE FROM history", "UPDATE history SET hash = hash"]
    )
    def test_history_can_be_neither_changed_nor_deleted(self, store: SQLiteStore, path: Path, statement: str) -> None:
        add(store)
        with pytest.raises(sqlite3.IntegrityError, match="history is append-only"):
            raw(path, statement)

    @pytest.mark.parametrize(
        ("statement", "fault"),
        [
            ("UPDATE history SET data = replace(data, 'Beta', 'Bets')", "(beta): record 1 of its history"),
            ("UPDATE history SET at = '2026-01-01T00:00:00Z' WHERE seq = 2", "(beta): record 2 of its history"),
            ("UPDATE history SET command = 77 WHERE seq = 2", "(beta): record 2 of its history"),
            ("DELETE FROM history WHERE seq = 2", "(beta): record 2 of its history"),
            ("DELETE FROM history WHERE seq = 4", "does not end with record 4"),
            ("DELETE FROM history", "does not end with record 4"),
            ("UPDATE history SET at = 'yesterday' WHERE seq = 2", "record 2 of application"),
            ("UPDATE application SET state = replace(state, 'Beta', 'Bets')", "not the fold of its history"),
            ("UPDATE application SET slug = 'gamma'", "filed under another name"),
            ("UPDATE application SET revision = 2", "does not end with record 2"),
            ("UPDATE application SET final = 1", "would not be woken"),
            ("UPDATE application SET next_wakeup_at = NULL", "would not be woken"),
            ("DELETE FROM task", "index of tasks"),
            ("UPDATE command_batch SET in_force = 0", "index of commands"),
            ("UPDATE counters SET task = 1", "counters"),
        ],
    )
    def test_a_check_finds_what_was_changed_behind_its_back(
        self, store: SQLiteStore, path: Path, statement: str, fault: str
    ) -> None:
        say(store, say(store, add(store, "beta", tasks=[1], wakes_at=START), fact_set()), fact_set("a", "b"))
        assert raw(path, "SELECT count(*) FROM history") == [(4,)]
        assert store.verify() == []
        raw(path, "DROP TRIGGER history_is_not_changed", "DROP TRIGGER history_is_not_deleted", statement)
        (found,) = store.verify()
        assert fault in found


class TestNoRoom:
    def fill(self, store: SQLiteStore) -> None:
        for number in range(200):
            entry = store.entry(id_of(1))
            assert entry is not None
            say(store, entry, fact_set(f"fact-{number}", "x" * 3000))

    def test_a_full_disk_changes_nothing_and_the_next_write_goes_on(self, store: SQLiteStore, path: Path) -> None:
        add(store)
        connection = store._db.connection
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 20}")
        with pytest.raises(StoreError, match=r"the disk is full.*nothing was changed"):
            self.fill(store)
        kept = store.entry(id_of(1))
        assert kept is not None
        assert kept.state.revision == len(store.history(id_of(1)))
        assert store.verify() == []
        connection.execute("PRAGMA max_page_count = 1000000")
        say(store, kept, fact_set("now", "there is room"))
        assert store.verify() == []

    def test_a_disk_that_fills_up_for_real_changes_nothing(self, tmp_path: Path) -> None:
        with small_disk(tmp_path) as disk, contextlib.closing(SQLiteStore(disk / "jobflow.db")) as store:
            add(store)
            with pytest.raises(StoreError, match="the disk is full"):
                self.fill(store)
            assert store.verify() == []
            assert store.entry(id_of(1)) is not None

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
    def test_a_write_error_is_one_sentence_and_changes_nothing(self, path: Path) -> None:
        lived_in(path, 1)
        done = child(
            """
            import resource, signal
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            from tests.adapters.test_sqlite import TestNoRoom
            store = SQLiteStore(path)
            size = os.path.getsize(path)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            try:
                TestNoRoom().fill(store)
            except StoreError as error:
                print(error.message)
            """,
            path,
        )
        assert "can't be read or written" in done
        with contextlib.closing(SQLiteStore(path)) as store:
            assert store.verify() == []
            add(store)


class TestReadOnly:
    """As a user who may not write there: root may write anywhere, so that the child gives that up first."""

    SCRIPT = """
        import fcntl, jobflow.adapters.sqlite_audit
        if os.geteuid() == 0:  # only now, since what is imported may lie where others may not read
            os.setgid(65534), os.setuid(65534)
        with contextlib.suppress(StoreError):
            store = SQLiteStore(path)
            print(list(item.slug for item in store.applications(final=True)), store.verify())
        for write in (lambda: add(SQLiteStore(path)), lambda: SQLiteStore(path).lease("tick").__enter__()):
            try:
                write()
            except StoreError as error:
                print(error)
        """

    def test_a_read_only_home_can_be_read_and_says_so_when_written_to(self, open_folder: Path) -> None:
        path = open_folder / "jobflow.db"
        lived_in(path, 1)
        path.chmod(0o444)
        open_folder.chmod(0o555)
        said = child(self.SCRIPT, path).splitlines()
        assert said[0] == "['company-0'] []"
        assert "is read-only" in said[1]
        assert "lock file" in said[2]
        assert "Permission denied" in said[2]

    def test_a_database_in_a_read_only_home_can_not_be_made(self, open_folder: Path) -> None:
        open_folder.chmod(0o555)
        said = child(self.SCRIPT, open_folder / "jobflow.db")
        assert "can't be made: Permission denied" in said
        assert list(open_folder.iterdir()) == []

    def test_a_file_that_may_not_be_read_is_named(self, open_folder: Path) -> None:
        path = open_folder / "jobflow.db"
        lived_in(path, 1)
        path.chmod(0)
        said = child(self.SCRIPT, path)
        assert f"the database {path} can't be opened" in said


class TestSeveralProcesses:
    def test_eight_writers_at_once_lose_nothing_and_none_is_turned_away(self, path: Path) -> None:
        with contextlib.closing(SQLiteStore(path)) as store:
            add(store)
        context = multiprocessing.get_context("spawn")
        with context.Pool(WRITERS) as pool:
            pool.starmap(write_much, [(str(path), number) for number in range(WRITERS)])
        with contextlib.closing(SQLiteStore(path)) as store:
            kept = store.entry(id_of(1))
            assert kept is not None
            assert kept.state.facts["n"] == str(WRITERS * ROUNDS)
            assert len(store.messages()) == WRITERS * ROUNDS
            assert len(list(store.applications(final=True))) == 1 + WRITERS * ROUNDS
            assert store.counters().command == 2 + 2 * WRITERS * ROUNDS
            assert store.verify() == []

    def test_eight_may_make_the_database_at_once(self, path: Path) -> None:
        context = multiprocessing.get_context("spawn")
        with context.Pool(WRITERS) as pool:
            made = pool.map_async(make, [str(path)] * WRITERS, chunksize=1)
            while len(list(path.parent.parent.glob("ready-*"))) < WRITERS and not made.ready():
                made.wait(0.01)
            path.parent.with_name("go").touch()
            made.get(60)
        with contextlib.closing(SQLiteStore(path)) as store:
            assert len(list(store.applications(final=True))) == WRITERS

    def test_who_waits_too_long_for_a_writer_is_told_so(self, store: SQLiteStore, path: Path) -> None:
        with contextlib.closing(SQLiteStore(path, busy_seconds=0.05)) as other, store.writing():
            assert other.counters().application == 1, "a writer at work does not keep readers out"
            with pytest.raises(StoreError, match="is locked"):
                add(other)
        add(store)

    def test_a_writer_that_is_killed_leaves_the_store_as_it_was(self, path: Path) -> None:
        lived_in(path, 3)
        with running(
            """
            store = SQLiteStore(path)
            with store.writing() as writer:
                for number in range(4, 3000):
                    state, records = new(writer, [added(number, f"s{number}", wakes_at=START)])
                    writer.commit(None, state, records, ())
                print("written", flush=True)
                sys.stdin.read()
            """,
            path,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "written\n"
            process.kill()
        with contextlib.closing(SQLiteStore(path)) as store:
            assert len(list(store.applications(final=True))) == 3
            assert store.verify() == []

    @pytest.mark.parametrize("end", ["kill", "exit"])
    def test_a_lease_keeps_other_processes_out_and_ends_with_its_holder(self, path: Path, end: str) -> None:
        lived_in(path, 1)
        with (
            contextlib.closing(SQLiteStore(path)) as store,
            running(
                """
                with SQLiteStore(path).lease("tick") as held:
                    print(held, flush=True)
                    sys.stdin.read()
                """,
                path,
            ) as process,
        ):
            assert process.stdout is not None
            assert process.stdin is not None
            assert process.stdout.readline() == "True\n"
            with store.lease("tick") as held:
                assert not held
            if end == "kill":
                process.send_signal(signal.SIGKILL)
            process.stdin.close()
            process.wait(20)
            with store.lease("tick") as held:
                assert held


def write_much(path: str, writer_number: int) -> None:
    with contextlib.closing(SQLiteStore(path)) as store:
        for turn in range(ROUNDS):
            with store.writing() as writer:
                entry = writer.entry(id_of(1))
                assert entry is not None
                value = str(int(entry.state.facts.get("n", "0")) + 1)
                after, records = change(entry, fact_set("n", value), command=writer.counters().command)
                writer.commit(entry, after, records, [message(entry, f"{writer_number}-{turn}")])
            add(store, f"by-{writer_number}-{turn}", wakes_at=START + HOUR)
            assert store.due(START, 10) == []


def make(path: str) -> None:
    folder = Path(path).parent.parent
    (folder / f"ready-{os.getpid()}").touch()
    while not (folder / "go").exists():
        os.sched_yield()
    with contextlib.closing(SQLiteStore(path)) as store:
        add(store, f"by-{os.getpid()}")


PRELUDE = """
import contextlib, os, sys
from jobflow.adapters.sqlite import SQLiteStore
from jobflow.core.errors import StoreError
from jobflow.testing.stores.given import START, add, added, new
path = sys.argv[1]
"""
ROOT = Path(__file__).parents[2]


def command(script: str, path: Path) -> list[str]:
    return [sys.executable, "-c", PRELUDE + textwrap.dedent(script), str(path)]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), "PYTHONDONTWRITEBYTECODE": "1"}


def child(script: str, path: Path) -> str:
    """What another process prints."""
    done = subprocess.run(command(script, path), env=environment(), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextlib.contextmanager
def running(script: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that says something and then waits for its input to end."""
    with subprocess.Popen(
        command(script, path), env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may reach: those of tmp_path are the test's own."""
    if os.name == "nt":
        pytest.skip("Windows has no such modes")
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@contextlib.contextmanager
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 192 KiB, where this machine lets a test mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=192k", "jobflow-test", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("mounting a small file system is not allowed here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)
