"""A design in hilt's harness: the same RTL as on every engine, cycle for cycle. `hilt_cocotb.v` is the host's end there."""

from __future__ import annotations

import os
import random
from typing import Any

from . import messages
from .asked import IS_OVER, IS_X, TEST_BEGINS, TEST_ENDS, undefined
from .companions import Companions
from .compat import is_one, value_change
from .messages import Control


class Undefined(Exception):
    """What ends a run is X."""

    def __init__(self, cycle: int) -> None:
        super().__init__(undefined(cycle))


async def serve_harness(top: Any, folder: str, modules: list[str]) -> None:
    """Does what the Verilog cannot, until the host has asked for the end or is gone: code of the user's beside each test.

    Raises `Undefined` where time cannot go on, and what an import of `modules` raises.
    """
    down: list[int] = []

    def report(failure: str) -> None:
        # The Verilog leaves nothing half written when time passes.
        os.write(down[0], messages.failure(failure))

    companions = Companions(modules, top, report)
    changed = value_change(top.done)
    while not is_one(top.done):
        await changed
    down.append(os.open(os.path.join(folder, "down"), os.O_WRONLY))
    top.beside.value = int(bool(modules))
    going = 0
    try:
        while True:
            going ^= 1
            top.go.value = going
            await changed
            asked = int(top.asked.value)
            if asked == IS_OVER:
                return
            if asked == IS_X:
                raise Undefined(int(top.detail.value))
            if asked == TEST_ENDS:
                companions.stop()
                random.seed(int(top.detail.value))
            elif asked == TEST_BEGINS:
                companions.restart()
    finally:
        companions.stop()
