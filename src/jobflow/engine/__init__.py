"""Calls the ports in order and decides nothing: read, `decide`, commit in one transaction, deliver, report.

`now` is read once per call. Every write is one transaction of the store: all of it or nothing.
"""

from __future__ import annotations

from jobflow.engine.commands import NewApplication
from jobflow.engine.forgetting import Forgetting
from jobflow.engine.learning import Learning
from jobflow.engine.lettering import Lettering
from jobflow.engine.outbox import Outbox
from jobflow.engine.surroundings import Parts
from jobflow.engine.ticking import Ticking
from jobflow.engine.undoing import Undoing
from jobflow.engine.upgrading import Upgrading

__all__ = ["Engine", "NewApplication", "Parts"]


class Engine(Upgrading, Ticking, Forgetting, Undoing, Learning, Lettering, Outbox):
    """The workflow engine over one store. Safe to use from several processes; one instance per thread."""
