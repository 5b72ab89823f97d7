"""What every store owes, as `ports.py` says it: one suite, run over whatever is a store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobflow.ports import Store
from jobflow.testing.stores.committing import Commands, Commit, RetractedAdd
from jobflow.testing.stores.finding import Names, Numbering, Tasks, WakeUps
from jobflow.testing.stores.forgetting import Forgetting
from jobflow.testing.stores.outbox import Messages
from jobflow.testing.stores.sharing import SmallTables, TakingTurns, Verify


class StoreContract(
    Commit,
    RetractedAdd,
    Commands,
    Names,
    Tasks,
    Numbering,
    WakeUps,
    Messages,
    SmallTables,
    TakingTurns,
    Verify,
    Forgetting,
):
    """Tries a store: `tried` makes an empty one in a folder."""

    @staticmethod
    def tried(folder: Path) -> Store:
        """An empty store, which may keep its files in `folder`."""
        raise NotImplementedError("give your class `tried = staticmethod(…)`, which makes a store")

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        """An empty store, closed at the end."""
        made = self.tried(tmp_path)
        yield made
        made.close()
