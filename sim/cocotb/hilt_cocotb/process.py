"""What this process owes to whoever started it."""

from __future__ import annotations

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def end_with_parent() -> None:
    """This process is killed when its parent is gone, whatever the simulator does then; on Linux alone."""
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def flush() -> None:
    """What Python and C have printed is on its way."""
    sys.stdout.flush()
    sys.stderr.flush()
    _LIBC.fflush(None)
