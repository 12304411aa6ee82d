"""The harness where no code of the user's runs beside it.

Python then has two signals to watch, for which what cocotb imports to run tests is not needed: it takes three times as long
as all else that a simulator does until it is ready. What cocotb has loaded into the simulator is used as it is. cocotb 2.1
starts this where PYGPI_USERS names it; an older one does not look there, and a newer one may be different inside: they run
the test of `bridge`.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from typing import Any

from .asked import IS_OVER, IS_X, undefined
from .process import end_with_parent

# Of cocotb's actions on a signal.
_DEPOSIT = 0


def start() -> None:
    """Called when the simulator is about to begin."""
    end_with_parent(int(os.environ["HILT_COCOTB_HOST"]))
    try:
        simulator = _load()
        _Harness(simulator)
    except (ImportError, AttributeError, TypeError):
        start_cocotb()


def _load() -> Any:
    """The part of cocotb that is compiled, without the package round it."""
    package = PathFinder.find_spec("cocotb")
    found = PathFinder.find_spec("cocotb.simulator", package and package.submodule_search_locations)
    if found is None or found.loader is None:
        raise ImportError("cocotb has no module simulator")
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


def start_cocotb() -> None:
    """As if nothing had named this module."""
    from pygpi.entry import load_entry

    del os.environ["PYGPI_USERS"]
    load_entry()


class _Harness:
    """Answers what the Verilog asks for."""

    def __init__(self, simulator: Any) -> None:
        self._simulator = simulator
        top = simulator.get_root_handle("hilt_cocotb")
        self._go, self._done, self._asked, self._detail = (
            top.get_handle_by_name(name, 0) for name in ("go", "done", "asked", "detail")
        )
        self._going = 0
        self._is_over = False
        simulator.set_sim_event_callback(self._end)
        self._listen()

    def _listen(self) -> None:
        self._simulator.register_value_change_callback(self._done, self._hear, self._simulator.VALUE_CHANGE)

    def _hear(self) -> None:
        if self._done.get_signal_val_binstr() == str(1 - self._going):
            # Whoever asks waits for the answer only after what it does now.
            self._simulator.register_rwsynch_callback(self._answer)
        else:
            self._listen()

    def _answer(self) -> None:
        asked = self._asked.get_signal_val_long()
        if asked == IS_X:
            print(undefined(int(self._detail.get_signal_val_binstr(), 2)), file=sys.stderr, flush=True)
        if asked in (IS_OVER, IS_X):
            self._is_over = True
            self._simulator.stop_simulator()
            return
        self._listen()
        self._going = 1 - self._going
        self._go.set_signal_val_int(_DEPOSIT, self._going)

    def _end(self) -> None:
        if not self._is_over:
            print("the simulation ended prematurely", flush=True)
