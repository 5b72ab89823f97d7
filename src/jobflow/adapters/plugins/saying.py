"""How a stranger's words and faults are shown: on one line, cut, without what no output can hold."""

from __future__ import annotations

import inspect
import os
import sys
from types import FrameType, TracebackType

MOST = 500
"""Characters of a stranger's text that a message shows."""


def one_line(text: str, most: int = MOST) -> str:
    """The text without line breaks, control characters and lone surrogates; cut where it is long."""
    # A megabyte of it would be looked at in vain; nothing beyond can be shown.
    line = " ".join(text[: most * 4].split())
    clean = "".join(char if char.isprintable() or char == " " else "�" for char in line)
    return clean if len(clean) <= most else f"{clean[: most - 1]}…"


def takes(method: object, count: int) -> bool:
    """Whether something can be called with so many values, and answers there and then."""
    if not callable(method) or inspect.iscoroutinefunction(method):
        return False
    try:
        inspect.signature(method).bind(*range(count))
    except TypeError:
        return False
    except ValueError:  # Built in, without a signature: then it is believed.
        return True
    return True


def raised(error: BaseException, files: str | None = None, most: int = MOST) -> str:
    """`ValueError: text at FILE:LINE`: what was raised, and where in `files` (a file or a folder), if it was there."""
    place = place_of(error, files)
    return f"{named(error, most)} at {place}" if place else named(error, most)


def named(error: BaseException, most: int = MOST) -> str:
    """`ValueError: text`; an exception whose text can't be had is named alone."""
    try:
        text = one_line(str(error), most)
    except Exception:
        text = ""
    name = one_line(type(error).__name__, 80)
    return f"{name}: {text}" if text else name


def place_of(error: BaseException, files: str | None) -> str | None:
    """`FILE:LINE`, the innermost in `files`; None where the fault came from somewhere else."""
    if isinstance(error, SyntaxError) and error.filename and error.__traceback__ is not None:
        return f"{error.filename}:{error.lineno or 1}"
    if files is None:
        return None
    found = None
    step: TracebackType | None = error.__traceback__
    while step is not None:
        if _within(step.tb_frame, files):
            found = f"{step.tb_frame.f_code.co_filename}:{step.tb_lineno}"
        step = step.tb_next
    return found


def _within(frame: FrameType, files: str) -> bool:
    path = frame.f_code.co_filename
    return path == files or path.startswith(files.rstrip(os.sep) + os.sep)


def files_of(module_name: str) -> str | None:
    """Where the code of a loaded plugin lies: its package's folder, or its file."""
    module = sys.modules.get(module_name.partition(".")[0])
    paths = list(getattr(module, "__path__", ()))
    return paths[0] if paths else getattr(module, "__file__", None)
