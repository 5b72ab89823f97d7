from __future__ import annotations

from typing import ClassVar

import jobflow_caldav
from jobflow.testing import PluginContract


class TestPlugin(PluginContract):
    plugin: ClassVar[object] = jobflow_caldav
