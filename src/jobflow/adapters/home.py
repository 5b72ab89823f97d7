"""Where everything lies: one folder that the user named, else the system's own folders.

Imports nothing but `os`, for an idle tick asks here too.
"""

from __future__ import annotations

import os
import sys

ENV = "JOBFLOW_HOME"
DATABASE = "jobflow.db"
CONFIG = "config.yaml"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Home:
    """The two folders: what the user writes (`config`) and what jobflow writes (`data`); mostly the same one."""

    __slots__ = ("config", "data")

    def __init__(self, config: str, data: str) -> None:
        """Nothing is made or read."""
        self.config, self.data = config, data

    @property
    def database(self) -> str:
        """The SQLite file."""
        return os.path.join(self.data, DATABASE)

    @property
    def config_file(self) -> str:
        """config.yaml."""
        return os.path.join(self.config, CONFIG)

    @property
    def workflows(self) -> str:
        """The user's own workflows, NAME.yaml each."""
        return os.path.join(self.config, "workflows")

    @property
    def templates(self) -> str:
        """The user's own templates, NAME.txt each."""
        return os.path.join(self.config, "templates")

    @property
    def plugins(self) -> str:
        """The user's own plugins, NAME.py each."""
        return os.path.join(self.config, "plugins")

    @property
    def plugins_file(self) -> str:
        """Which plugins are enabled, and what they offer."""
        return os.path.join(self.data, "plugins.json")

    @property
    def crashes(self) -> str:
        """Where tracebacks of bugs are kept."""
        return os.path.join(self.data, "crashes")


def find_home(named: str | None, environ: Mapping[str, str]) -> Home:
    """`--home`, else JOBFLOW_HOME, else the system's folders for configuration and data."""
    folder = named or environ.get(ENV)
    if folder:
        folder = os.path.abspath(os.path.expanduser(folder))
        return Home(folder, folder)
    return xdg_home(environ) if sys.platform == "linux" else _system_home()


def xdg_home(environ: Mapping[str, str]) -> Home:
    """The XDG folders, as platformdirs finds them; by hand, because importing it would double an idle tick."""

    def folder(variable: str, *default: str) -> str:
        base = environ.get(variable, "").strip()
        if not os.path.isabs(base):
            base = os.path.join(os.path.expanduser("~"), *default)
        return os.path.join(base, "jobflow")

    return Home(folder("XDG_CONFIG_HOME", ".config"), folder("XDG_DATA_HOME", ".local", "share"))


def _system_home() -> Home:
    from platformdirs import user_config_dir, user_data_dir

    return Home(user_config_dir("jobflow", appauthor=False), user_data_dir("jobflow", appauthor=False))
