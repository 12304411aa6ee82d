"""The two named pipes of the control channel: `up` from the host, `down` to it."""

from __future__ import annotations

import os
from typing import Any

_MOST_BYTES = 1 << 18


class Channel:
    """Bytes from and to the host, which has made the pipes in `folder` and has opened both."""

    def __init__(self, folder: str) -> None:
        self._up = os.open(os.path.join(folder, "up"), os.O_RDONLY)
        self._down = os.open(os.path.join(folder, "down"), os.O_WRONLY)

    def __enter__(self) -> Channel:
        return self

    def __exit__(self, *_: Any) -> None:
        os.close(self._up)
        os.close(self._down)

    def receive(self) -> bytes:
        """Waits for what has come; nothing when the host is gone."""
        return os.read(self._up, _MOST_BYTES)

    def send(self, data: bytes | bytearray) -> None:
        """Waits until all of it is in the pipe."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._down, rest) :]
        rest.release()
