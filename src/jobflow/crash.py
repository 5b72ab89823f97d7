"""Where the traceback of a bug goes: a file that only the user can read, never the terminal."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence

from jobflow import __version__
from jobflow.adapters.home import find_home


def keep(error: BaseException, arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """Write the traceback to a new file (0600) under the home, else among the temporary files; where it is.

    Of the command line only its words without values are kept: the rest may be nobody's business.
    """
    words = [word for word in arguments if word.isalpha() and word.islower() and len(word) < 12][:1]
    head = f"jobflow {__version__}, Python {sys.version.split()[0]}, {platform.system()}; command: {' '.join(words)}\n"
    text = head + "".join(traceback.format_exception(error))
    for folder in (_folder(arguments, environ), tempfile.gettempdir()):
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            handle, path = tempfile.mkstemp(prefix="crash-", suffix=".txt", dir=folder)
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError:
            continue
        return path
    return "no file (none could be written)"


def _folder(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    named = None
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        option, equals, value = word.partition("=")
        if option == "--home":
            named = value if equals else following
    return find_home(named, environ).crashes
