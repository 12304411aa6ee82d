"""What this process owes to whoever started it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def end_with_parent(host: int) -> None:
    """This process is killed when its parent is gone, whatever the simulator does then; on Linux alone.

    `host` is the process that has started it: where that is gone already, this is the end.
    """
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if not _is_there(host):
        os.kill(os.getpid(), signal.SIGKILL)


def _is_there(host: int) -> bool:
    """Whoever has no parent is a child of the first process, also while what is left of its parent waits there."""
    if os.getppid() == 1 and host != 1:
        return False
    try:
        os.kill(host, 0)
    except ProcessLookupError:
        return False
    return True


def flush() -> None:
    """What Python and C have printed is on its way."""
    sys.stdout.flush()
    sys.stderr.flush()
    _LIBC.fflush(None)
