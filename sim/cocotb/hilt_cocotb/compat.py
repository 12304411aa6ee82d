"""The same names on cocotb 1.9 and 2."""

from __future__ import annotations

from typing import Any

import cocotb
from cocotb.clock import Clock

try:
    from cocotb.simtime import get_sim_time
except ImportError:
    from cocotb.utils import get_sim_time
try:
    from cocotb.triggers import ValueChange as _ValueChange
except ImportError:
    from cocotb.triggers import Edge as _ValueChange


def value_change(handle: Any) -> Any:
    """A trigger that fires when the value of a signal has changed."""
    return _ValueChange(handle)


def start_clock(handle: Any, period_ns: int) -> None:
    """A clock that costs no Python where cocotb can make it so, which it does of itself on some simulators alone."""
    try:
        clock = Clock(handle, period_ns, "ns", impl="gpi")
    except TypeError:
        clock = Clock(handle, period_ns, "ns")
    start_soon(clock.start())


def is_one(handle: Any) -> bool:
    """Whether a signal of one bit is 1; undefined is not."""
    return str(handle.value) == "1"


def now_ns() -> int:
    """Simulated time in nanoseconds."""
    return int(get_sim_time("ns"))


def start_soon(coroutine: Any) -> Any:
    """A task that begins when whoever runs now waits for something."""
    return cocotb.start_soon(coroutine)


def cancel(task: Any) -> None:
    """Ends a task, where it still runs."""
    if not task.done():
        task.cancel() if hasattr(task, "cancel") else task.kill()


def simulator() -> str:
    """Which simulator this is, and which cocotb, in a few words."""
    name = str(getattr(cocotb, "SIM_NAME", "a simulator"))
    version = str(getattr(cocotb, "SIM_VERSION", "")).split(" ")[0]
    return f"{name} {version}, cocotb {cocotb.__version__}"
