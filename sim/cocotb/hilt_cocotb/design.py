"""What the bridge asks of a design that is reached on its own ports."""

from __future__ import annotations

from typing import Protocol

ALL_ANSWERED = 1
"""Stop when every register access has been answered."""
RISEN = 2
"""Stop when an interrupt line has risen more often than the host knows."""
HIGH_THEN = 4
"""Of a request to run: stop when every register access has been answered, if an interrupt line is high then."""


class Design(Protocol):
    """A device out of its reset. Time passes in `run` and in `reset` alone."""

    cycle: int
    """Edges of the clock since the reset."""
    levels: int
    """Of the interrupt lines, a bit each."""
    rises: tuple[int, ...]
    """How often each of them has risen since the reset."""
    posted: int
    """Register accesses since the reset."""
    answered: int
    """Those of them that have been answered."""
    refused: int
    """Those that were answered with an error."""

    def write(self, array: int, offset: int, data: bytes) -> None:
        """Bytes of an array of the host, from byte `offset` on."""

    def access(self, address: int, value: int, is_read: bool) -> None:
        """Posts a register access."""

    def inject(self, mode: int, direction: int, status: int, at: int) -> None:
        """An error of host memory. Raises `ValueError` for one that there is no room for."""

    async def run(self, cycles: int, stops: int, seen: tuple[int, ...]) -> bytes:
        """Lets up to `cycles` cycles pass, fewer if one of `stops` holds. The messages of what has happened meanwhile."""

    def map_memory(self, path: str) -> None:
        """Host memory of the next test is this file."""

    async def reset(self) -> None:
        """As after power-up, but for memories."""
