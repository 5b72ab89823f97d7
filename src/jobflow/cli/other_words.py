"""What people type before they know the commands, and what they meant: looked at only where a command is unknown."""

from __future__ import annotations

_EVENTS = {
    **{name: name for name in ("reply", "accepted", "declined", "rejected", "withdrawn", "interviewed", "contacted")},
    **{"interview": "interviewed", "rejection": "rejected", "accept": "accepted", "decline": "declined"},
    **{"withdraw": "withdrawn", "replied": "reply", "answer": "reply", "reject": "rejected"},
}
_COMMANDS = {
    **dict.fromkeys(("help", "commands"), "jobflow --help"),
    **dict.fromkeys(("new", "create", "start", "init"), "jobflow add COMPANY"),
    **dict.fromkeys(("today", "todo", "tasks", "status", "due"), "jobflow next"),
    **dict.fromkeys(("delete", "remove", "cancel", "revert"), "jobflow undo"),
    **dict.fromkeys(("edit", "update", "change", "fact"), "jobflow set APP NAME=VALUE"),
    **dict.fromkeys(("person", "people", "contacts"), "jobflow contact APP ROLE=NAME"),
    **dict.fromkeys(("remind", "reminders", "run"), "jobflow tick"),
    **dict.fromkeys(("event", "record", "note"), "jobflow log APP EVENT"),
    **dict.fromkeys(("why",), "jobflow explain APP"),
}


def meant(word: str) -> str | None:
    """The command line that a word stands for, None where nobody knows."""
    name = word.lower()
    return f"jobflow log APP {_EVENTS[name]}" if name in _EVENTS else _COMMANDS.get(name)
