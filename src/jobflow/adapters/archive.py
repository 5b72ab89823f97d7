"""All that a home holds as one file, and back: a zip with the database as of one moment, settings, and what one wrote.

Secrets are not in it: config.yaml says only where they are.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobflow.adapters.home import CONFIG, DATABASE, Home
from jobflow.adapters.leases import file_lease
from jobflow.adapters.sqlite import SQLiteStore
from jobflow.adapters.zips import opened, unpacked
from jobflow.core.errors import Refused, StoreError

MANIFEST = "jobflow-backup.json"
FORMAT = 1
CONFIG_FOLDERS = ("workflows", "templates", "plugins", "mappings")
DATA_FOLDERS = ("drafts",)
LARGEST = 2_000_000_000
"""Bytes of one file, and of all of them, unpacked."""
MOST = 20_000
SCRATCH = ".copy-"
"""How the folder begins, beside the database, in which a copy is made: one that was killed leaves it there."""
_SKIPPED = ("__pycache__",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a backup holds. `made_at` is RFC 3339; `applications`: how many, the closed too."""

    made_at: str
    applications: int
    files: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"made_at": self.made_at, "applications": self.applications, "files": list(self.files)}


def make(home: Home, now: datetime) -> tuple[bytes, Kept]:
    """The content of a backup. Raises `StoreError` for a database that is damaged, `Refused` where there is nothing."""
    if not os.path.isfile(home.database):
        raise Refused(f"there is nothing to keep yet: {home.database} is not there.", hint="jobflow add COMPANY")
    with tempfile.TemporaryDirectory(dir=home.data, prefix=SCRATCH) as scratch:
        copy = os.path.join(scratch, DATABASE)
        _copy(home.database, copy)
        count = _sound(copy)
        found = {f"data/{DATABASE}": copy, **dict(_files(home))}
        kept = Kept(made_at=now.isoformat(timespec="seconds"), applications=count, files=tuple(sorted(found)))
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MANIFEST, json.dumps({"format": FORMAT, **kept.to_json()}, indent=2))
            for name in kept.files:
                archive.write(found[name], name)
    return out.getvalue(), kept


def _copy(source: str, target: str) -> None:
    """The database as of one moment, whoever writes meanwhile."""
    try:
        with closing(sqlite3.connect(f"file:{_quoted(source)}?mode=ro", uri=True)) as here:
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
            with closing(sqlite3.connect(target)) as there:
                here.backup(there)
    except sqlite3.Error as error:
        raise StoreError(f"the database {source} can't be copied ({error}).", hint="jobflow doctor") from error


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(path)


def _sound(database: str) -> int:
    """How many applications there are. Raises `StoreError` where a history or state is not as it was written."""
    with closing(SQLiteStore(database, create=False)) as store:
        faults = store.verify()
        if faults:
            raise StoreError(f"the database is damaged: {faults[0]}.", hint="jobflow doctor")
        return sum(1 for _ in store.applications(final=True))


def _files(home: Home) -> Iterator[tuple[str, str]]:
    """The name in the archive and the path of every other file."""
    for name, path in (
        (f"config/{CONFIG}", home.config_file),
        (f"data/{os.path.basename(home.plugins_file)}", home.plugins_file),
    ):
        if os.path.isfile(path):
            yield name, path
    for kind, base, folders in (("config", home.config, CONFIG_FOLDERS), ("data", home.data, DATA_FOLDERS)):
        for folder in folders:
            for place, inner, names in os.walk(os.path.join(base, folder)):
                inner[:] = sorted(each for each in inner if each not in _SKIPPED)
                for name in sorted(names):
                    path = os.path.join(place, name)
                    if os.path.isfile(path) and not os.path.islink(path):
                        yield f"{kind}/{os.path.relpath(path, base).replace(os.sep, '/')}", path


def read(content: bytes) -> tuple[Kept, dict[str, bytes]]:
    """What a backup holds. Raises `Refused` for a file that is none, or is damaged."""
    try:
        with opened(content) as archive:
            infos = {info.filename: info for info in archive.infolist()}
            if len(infos) > MOST or sum(info.file_size for info in infos.values()) > LARGEST:
                raise Refused("this is no backup of jobflow's: it is too large.")
            manifest = json.loads(unpacked(archive, infos.pop(MANIFEST), LARGEST))
            if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
                raise Refused("this backup was made by a newer jobflow.", hint="pip install --upgrade jobflow-followup")
            files = {name: unpacked(archive, info, LARGEST) for name, info in infos.items()}
            made_at, count = str(manifest.get("made_at", "")), int(manifest.get("applications", 0))
    except (ValueError, TypeError, RecursionError) as error:
        raise Refused("this is no backup of jobflow's, or it is damaged.", hint="jobflow backup makes one") from error
    for name in files:
        _checked(name)
    if f"data/{DATABASE}" not in files:
        raise Refused("this is no backup of jobflow's: there is no database in it.")
    return Kept(made_at=made_at, applications=count, files=tuple(sorted(files))), files


def _checked(name: str) -> None:
    """A place within the home, and one that a backup has."""
    kind, _, rest = name.partition("/")
    parts = rest.split("/")
    allowed = {"config": (CONFIG, *CONFIG_FOLDERS), "data": (DATABASE, "plugins.json", *DATA_FOLDERS)}
    if kind not in allowed or parts[0] not in allowed[kind] or any(p in ("", ".", "..") or "\\" in p for p in parts):
        raise Refused(f"this is no backup of jobflow's: it would write {name[:100]!r}.")


def restore(home: Home, files: dict[str, bytes], stamp: str) -> tuple[int, str | None]:
    """Put a backup in place; how many applications it has, and where the former database is now, if there was one.

    The database is checked before anything is touched, and takes its place last, whole. Whoever is killed before says
    it again. Raises `Refused` or `StoreError`; nothing was changed then.
    """
    try:
        os.makedirs(home.data, mode=0o700, exist_ok=True)
        os.makedirs(home.config, mode=0o700, exist_ok=True)
        scratch = tempfile.mkdtemp(dir=home.data, prefix=SCRATCH)
    except OSError as error:
        raise Refused(f"{home.data} can't be written: {(error.strerror or str(error)).lower()}.") from error
    try:
        fresh = os.path.join(scratch, DATABASE)
        _write(fresh, files[f"data/{DATABASE}"])
        count = _sound(fresh)
        with file_lease(f"{home.database}.tick.lock") as mine:
            if not mine:
                raise Refused("a tick is at work: nothing was restored.", hint="try again in a moment")
            for name, content in files.items():
                if name != f"data/{DATABASE}":
                    _put(home, name, content, scratch)
            return count, _swap(home.database, fresh, stamp)
    except OSError as error:
        raise Refused(f"it can't be restored: {(error.strerror or str(error)).lower()}.") from error
    finally:
        with suppress(OSError):
            shutil.rmtree(scratch)


def _put(home: Home, name: str, content: bytes, scratch: str) -> None:
    kind, _, rest = name.partition("/")
    path = os.path.join(home.config if kind == "config" else home.data, *rest.split("/"))
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    new = os.path.join(scratch, "file")
    _write(new, content)
    shutil.move(new, path)  # a rename, but for a configuration on another disk


def _swap(database: str, fresh: str, stamp: str) -> str | None:
    """Put the fresh database in its place. The former stays beside it, with its journal: one is no good without it."""
    former = None
    if os.path.lexists(database):
        former = f"{database}.{stamp}"
        with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as here:
            here.execute("BEGIN IMMEDIATE")  # Takes back what a killed command left half written: no journal stays.
            here.rollback()
        for ending in ("-journal", "-wal", "-shm"):
            if os.path.lexists(database + ending):
                os.replace(database + ending, former + ending)
        shutil.copy2(database, former)
    os.replace(fresh, database)
    return former


def _write(path: str, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
