"""Cocotb code of the user's own in the same simulator: monitors, coverage, a second bus master."""

from __future__ import annotations

import importlib
import traceback
from typing import Any

from .compat import cancel, start_soon


class Companions:
    """The coroutine functions `main(top)` of some modules, each running beside every test, anew for each."""

    def __init__(self, names: list[str], top: Any) -> None:
        """Raises what an import raises, and `AttributeError` for a module without `main`."""
        self._mains = [importlib.import_module(name).main for name in names]
        self._top = top
        self._tasks: list[Any] = []
        self._failures: list[str] = []

    def restart(self) -> None:
        self.stop()
        self._failures = []
        self._tasks = [start_soon(self._guarded(main)) for main in self._mains]

    def stop(self) -> None:
        for task in self._tasks:
            cancel(task)
        self._tasks = []

    def take_failures(self) -> list[str]:
        """The tracebacks of those that have failed since the last call."""
        failures, self._failures = self._failures, []
        return failures

    async def _guarded(self, main: Any) -> None:
        try:
            await main(self._top)
        except Exception:
            self._failures.append(traceback.format_exc())
