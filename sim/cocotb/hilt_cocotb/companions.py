"""Cocotb code of the user's own in the same simulator: monitors, coverage, a second bus master."""

from __future__ import annotations

import importlib
import traceback
from typing import Any, Callable

from .compat import cancel, start_soon


class Companions:
    """The coroutine functions `main(top)` of some modules, each running beside every test, anew for each."""

    def __init__(self, names: list[str], top: Any, report: Callable[[str], None]) -> None:
        """`report` gets the traceback of each that fails. Raises what an import raises, and `AttributeError` for a module
        without `main`."""
        self._mains = [importlib.import_module(name).main for name in names]
        self._top = top
        self._tasks: list[Any] = []
        self._report = report

    def restart(self) -> None:
        self.stop()
        self._tasks = [start_soon(self._guarded(main)) for main in self._mains]

    def stop(self) -> None:
        for task in self._tasks:
            cancel(task)
        self._tasks = []

    async def _guarded(self, main: Any) -> None:
        try:
            await main(self._top)
        except Exception:
            self._report(traceback.format_exc())
