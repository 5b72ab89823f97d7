"""The keys of the workflow file, as literal data: what each mapping may hold and what it must."""

from __future__ import annotations

from dataclasses import dataclass

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one kind of mapping. `what` names it in messages."""

    what: str
    allowed: tuple[str, ...]
    required: tuple[str, ...] = ()


WORKFLOW = Keys(
    "a workflow",
    (
        "format",
        "workflow",
        "version",
        "title",
        "subject",
        "initial",
        "extends",
        "roles",
        "facts",
        "limits",
        "events",
        "tasks",
        "states",
        "renames",
        "scenarios",
    ),
    ("format", "workflow", "version", "initial", "states"),
)
RENAMES = Keys("the renames", ("states", "tasks", "facts", "events", "limits"))
FACT = Keys("a fact", ("type", "ask", "options", "by", "from"), ("type",))
LIMIT = Keys("a limit", ("at_most", "apart", "reset"))
EVENT = Keys("an event", ("title", "to", "when", "outcome", "message", "counts", "starts", "drop_past", "drop"))
STATE = Keys("a state", ("title", "final", "before", "tasks", "transitions", "events", "steps"))
TASK = Keys(
    "a task",
    (
        "kind",
        "title",
        "during",
        "once",
        "each",
        "otherwise",
        "when",
        "opens",
        "due",
        "lapses",
        "counts",
        "remind",
        "template",
    ),
    ("kind",),
)
REMIND = Keys("a reminder", ("every", "at_most"))
TRANSITION = Keys(
    "a transition",
    ("to", "event", "after", "since", "before", "of", "at", "roll", "when", "outcome", "message"),
    ("to",),
)
SCENARIO = Keys(
    "a scenario",
    ("name", "at", "timezone", "days_off", "state", "facts", "contacts", "steps"),
    ("name", "at", "steps"),
)
STEP = Keys(
    "a step of a scenario",
    (
        "at",
        "add",
        "log",
        "done",
        "skip",
        "set",
        "contact",
        "snooze",
        "wait",
        "facts",
        "contacts",
        "until",
        "said",
        "expect",
    ),
    ("at",),
)
EXPECTATION = Keys(
    "an expectation", ("state", "outcome", "round", "tasks", "facts", "counts", "messages", "no_messages")
)

CHOICES = ("first_known", "earliest", "latest")
POLICIES = {
    "after": ("after", "since", "roll", "when"),
    "before": ("before", "of", "roll", "when"),
    "at": ("at", "roll", "when"),
    **{how: (how, "when") for how in CHOICES},
}
"""By the key that makes a timing policy what it is: the keys that go with it."""
POLICY_KEYS = tuple(dict.fromkeys(key for keys in POLICIES.values() for key in keys))

ROLLS = ("forward", "back")
ALL_KEYS = tuple(
    dict.fromkeys(
        key for keys in (WORKFLOW, FACT, LIMIT, EVENT, STATE, TASK, REMIND, TRANSITION) for key in keys.allowed
    )
)
