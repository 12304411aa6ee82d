"""A design in hilt's harness: the same RTL as on every engine, cycle for cycle. `hilt_cocotb.v` is its other half."""

from __future__ import annotations

import os
import struct
from array import array
from typing import Any

from .compat import is_one, value_change

_FIRST_READ = 8192
# A patch of an array that there is not: what stands after it in the file is of a block before.
_END = struct.pack(">III", 0xFFFF_FFFF, 0, 1)
_PATCH = struct.Struct(">III")

SETTINGS = 0
RAM = 1
_COMMAND = 1
# By array of the message: that of a patch, and the type of its elements.
_ARRAYS = {SETTINGS: (0, "I"), RAM: (2, "Q"), 2: (3, "H"), 3: (4, "I"), 4: (5, "I")}
_RESET_EDGES = 4

# Words of the settings.
_ERROR_ADDRESS = 19
_ERROR_CONTROL = 27
_ERROR_BEAT_KIND = 28
_IS_RESET = 29
_RUN = 30
_ERROR_BEAT = 41
_ERRORS = 4

READ = 0
WRITE = 1


class Undefined(Exception):
    """What ends a run is X."""

    def __init__(self, cycle: int) -> None:
        super().__init__(
            f"in cycle {cycle} the interrupt line of the device, or a register answer, is undefined (X): time cannot go on"
        )


class Harness:
    """Everything crosses in one block each way, whatever it is; so a crossing costs cocotb two signals."""

    capacity = 256

    def __init__(self, top: Any, folder: str, lines: int) -> None:
        self._lines = lines
        self._status = struct.Struct(f"=IIQ7I{lines}I")
        self._run_patch = struct.Struct(f">III{3 + lines}I")
        self._go = top.go
        self._done = top.done
        self._changed = value_change(top.done)
        self._going = 0
        self._block = bytearray()
        self._into = os.open(os.path.join(folder, "in"), os.O_WRONLY | os.O_CREAT, 0o600)
        self._out = os.open(os.path.join(folder, "out"), os.O_RDONLY | os.O_CREAT, 0o600)
        self._forget()

    def map_memory(self, path: str) -> None:
        raise ValueError("the harness has host memory of its own")

    async def ready(self) -> None:
        """Resolves when the Verilog takes blocks."""
        while not is_one(self._done):
            await value_change(self._done)

    def _forget(self) -> None:
        self.cycle = 0
        self.levels = 0
        self.rises = (0,) * self._lines
        self.posted = 0
        self.answered = 0
        self.refused = 0
        self._commands: list[int] = []
        self._beats = [0, 0]
        # Address, direction and status of each error that is in use.
        self._errors: list[tuple[int, int, int] | None] = [None] * _ERRORS
        self._beat_kinds = [0, 0]

    def write(self, array_of: int, offset: int, data: bytes) -> None:
        index, kind = _ARRAYS[array_of]
        elements = array(kind, data)
        elements.byteswap()
        self._patch(index, offset // elements.itemsize, len(elements), elements.tobytes())

    def _patch(self, index: int, first: int, count: int, data: bytes) -> None:
        self._block += _PATCH.pack(index, first, count)
        self._block += data

    def _set(self, first: int, *words: int) -> None:
        self._patch(0, first, len(words), struct.pack(f">{len(words)}I", *words))

    def access(self, address: int, value: int, is_read: bool) -> None:
        self._commands.append((2 if is_read else 1) << 62 | address << 32 | value)
        self.posted += 1

    def _post(self) -> None:
        """Into the ring of the harness, in at most two runs."""
        commands, first = self._commands, (self.posted - len(self._commands)) % self.capacity
        self._commands = []
        for at, part in ((first, commands[: self.capacity - first]), (0, commands[self.capacity - first :])):
            if part:
                self._patch(_COMMAND, at, len(part), struct.pack(f">{len(part)}Q", *part))

    def inject(self, mode: int, direction: int, status: int, at: int) -> None:
        if mode == 1:
            self._beat_kinds[direction] = status
            self._set(_ERROR_BEAT + direction, (self._beats[direction] + at) & 0xFFFF_FFFF)
            self._set(_ERROR_BEAT_KIND, self._beat_kinds[READ] | self._beat_kinds[WRITE] << 8)
            return
        entry = self._errors.index(None if mode == 0 else (at, direction, status))
        self._errors[entry] = (at, direction, status) if mode == 0 else None
        self._set(_ERROR_ADDRESS + 2 * entry, at & 0xFFFF_FFFF, at >> 32)
        controls = 0
        for each, error in enumerate(self._errors):
            if error is not None:
                controls |= (error[2] << 2 | 1 << error[1]) << 8 * each
        self._set(_ERROR_CONTROL, controls)

    async def run(self, cycles: int, stops: int, seen: tuple[int, ...]) -> bytes:
        if self._commands:
            self._post()
        words = (self.posted % 512, stops, min(cycles, 0xFFFF_FFFF), *seen)
        self._block += self._run_patch.pack(SETTINGS, _RUN, len(words), *words)
        return await self._cross()

    async def reset(self) -> None:
        self._forget()
        self._set(_ERROR_CONTROL, 0, 0, 1, 0, 0, _RESET_EDGES)
        await self._cross()
        self._set(_IS_RESET, 0)
        self._forget()

    async def _cross(self) -> bytes:
        self._block += _END
        os.pwrite(self._into, self._block, 0)
        self._block.clear()
        self._going ^= 1
        self._go.value = self._going
        await self._changed
        out = os.pread(self._out, _FIRST_READ, 0)
        status = self._status.unpack_from(out)
        is_defined, length, self.cycle, _taken, _cause, self.levels, head = status[:7]
        *beats, refused = status[7:10]
        if not is_defined:
            raise Undefined(self.cycle)
        self._beats = beats
        self.rises = status[10:]
        self.answered += (head - self.answered) % 512
        self.refused = refused
        end = self._status.size + length
        if len(out) < end:
            out += os.pread(self._out, end - len(out), len(out))
        return out[self._status.size : end]
