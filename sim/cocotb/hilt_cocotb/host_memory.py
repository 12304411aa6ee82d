"""Host memory in a file that the host has mapped, too: RAM, and the tables that say what of it the device may touch."""

from __future__ import annotations

import mmap
import struct

_REGION_BITS = 24
_PAGE_BITS = 12
_REGIONS = 4
_PAGES = _REGIONS << (_REGION_BITS - _PAGE_BITS)
_ROW_BYTES = 8
# Words of the settings.
_REGION_ENABLE = 10
_REGION_BASES = 11

READ = 0
WRITE = 1


class HostMemory:
    """Bytes of RAM by logical address, where a window allows it."""

    def __init__(self, path: str, settings: bytes) -> None:
        """`settings`: the harness's, with the bases of the regions."""
        (enable,) = struct.unpack_from(">I", settings, 4 * _REGION_ENABLE)
        words = struct.unpack_from(f">{2 * _REGIONS}I", settings, 4 * _REGION_BASES)
        bases = [low | high << 32 for low, high in zip(words[::2], words[1::2])]
        self._regions = [(base, index) for index, base in enumerate(bases) if enable >> index & 1]
        with open(path, "r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        view = memoryview(self._map)
        tables = len(view) - 2 * _PAGES - 2 * _PAGES * (1 << _PAGE_BITS) // _ROW_BYTES // 8
        permissions = tables + 2 * _PAGES
        half = (len(view) - permissions) // 2
        self._ram = view[:tables]
        self._pages = view[tables:permissions].cast("H")
        self._permissions = (
            view[permissions : permissions + half].cast("I"),
            view[permissions + half :].cast("I"),
        )

    def place_of(self, address: int, direction: int) -> int | None:
        """Where the byte at `address` lies in RAM; `None` where no window allows the row of 8 bytes round it."""
        for base, region in self._regions:
            offset = address - base
            if 0 <= offset < 1 << _REGION_BITS:
                index = region << _REGION_BITS | offset
                if self._permissions[direction][index >> 8] >> (index >> 3 & 31) & 1:
                    return self._pages[index >> _PAGE_BITS] << _PAGE_BITS | index & (1 << _PAGE_BITS) - 1
        return None

    def read(self, place: int, length: int) -> bytes:
        return bytes(self._ram[place : place + length])

    def write(self, place: int, data: bytes) -> None:
        self._ram[place : place + len(data)] = data
