"""How often the employer may be contacted. A limit delays by its spacing and withholds at its cap."""

from __future__ import annotations

from datetime import datetime

from jobflow.core.application import ApplicationState
from jobflow.core.model import Anchor, Limit, Shift, Workflow
from jobflow.core.timing import Reached, Scope, evaluate


def is_full(name: str | None, workflow: Workflow, application: ApplicationState) -> bool:
    """Whether nothing more may be offered under this limit."""
    if name is None:
        return False
    limit, use = workflow.limits[name], application.limits.get(name)
    return limit.at_most is not None and (use.count if use else 0) >= limit.at_most


def spaced(limit: Limit, scope: Scope) -> datetime | None:
    """The earliest opening that the spacing since the last contact allows, None where nothing was counted."""
    reached = spacing(limit, scope)
    return reached.at if reached else None


def spacing(limit: Limit, scope: Scope) -> Reached | None:
    """The same with what it was counted from."""
    if limit.apart is None or limit.name not in scope.application.limits:
        return None
    return evaluate(Shift(limit.apart, Anchor("limit", limit.name)), "open", scope)
