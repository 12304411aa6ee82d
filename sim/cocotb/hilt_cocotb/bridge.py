"""The cocotb test that serves the host, for as long as the host is there."""

from __future__ import annotations

import json
import logging
import os
import random
import struct
from collections import deque
from typing import Any, Awaitable, Callable

import cocotb

from . import messages
from .channel import Channel
from .companions import Companions
from .compat import simulator
from .design import ALL_ANSWERED, HIGH_THEN, RISEN, Design
from .harness import serve_harness
from .messages import Control, MessageError, RegisterRead, RegisterWrite, UpDecoder, UpMessage
from .process import end_with_parent, flush

_SIGN_OF_LIFE_CYCLES = 4000
_MESSAGE = 1
# The array of the settings of a test.
_SETTINGS = 0


class _NotDone(Exception):
    """A request that cannot be met, or that stands in a list after an operation that has failed."""


class _Aborted(Exception):
    """The host has asked for something else while time passed: it does not wait for this any more."""


class Bridge:
    """Serves one host. Requests are done in their order; nothing else moves time."""

    def __init__(self, channel: Channel, design: Design, identity: bytes, modules: list[str], top: Any) -> None:
        """Raises what an import of `modules` raises."""
        self._channel = channel
        self._companions = Companions(modules, top, self._report)
        self._received: deque[UpMessage] = deque()
        self._decoder = UpDecoder()
        self._seed = 0
        self._design = design
        self._state_of = struct.Struct(f"<QI{len(design.rises)}I")
        self._identity = identity
        self._out = bytearray()
        self._quiet_rises = design.rises
        # Of a list that is under way: when it began, and whether an operation of it has failed.
        self._list_rises: list[int] | None = None
        self._list_refused = 0
        self._is_broken = False
        self._is_over = False
        self._requests: dict[int, Callable[[bytes], Awaitable[bytes]]] = {
            messages.HELLO: self._hello,
            messages.CYCLE: self._cycle,
            messages.RUN_UNTIL: self._run_until,
            messages.RESET: self._reset,
            messages.EVENTS: self._cycle,
            messages.INJECT: self._inject,
            messages.END: self._end,
            messages.FINISH: self._finish_request,
            messages.WAIT: self._wait,
            messages.LIST: self._list,
        }

    async def serve(self) -> None:
        """Returns when the host has asked for the end, or is gone."""
        # The host waits for something to come.
        self._out += messages.control(Control(messages.LOG))
        try:
            while not self._is_over:
                message = self._receive()
                if message is None:
                    return
                if not isinstance(message, Control):
                    self._access(message)
                elif message.code == messages.MEMORY:
                    self._write(message.payload)
                elif message.code != messages.LOG:
                    await self._answer(message)
            self._send()
        finally:
            self._companions.stop()

    def _receive(self) -> UpMessage | None:
        """The next message; what was asked before is answered then. `None` when the host is gone."""
        while not self._received:
            self._send()
            chunk = self._channel.receive()
            if not chunk:
                return None
            self._received.extend(self._decoder.receive(chunk))
        return self._received.popleft()

    def _send(self) -> None:
        flush()
        if self._out:
            self._channel.send(self._out)
            self._out.clear()

    def _report(self, failure: str) -> None:
        self._out += messages.failure(failure)

    def _write(self, payload: bytes) -> None:
        array, offset = struct.unpack_from("<II", payload)
        self._design.write(array, offset, payload[8:])
        if (array, offset) == (_SETTINGS, 0):
            low, high = struct.unpack_from(">II", payload, 8)
            self._seed = high << 32 | low

    def _access(self, message: RegisterRead | RegisterWrite) -> None:
        if self._is_broken:
            return
        if isinstance(message, RegisterRead):
            self._design.access(message.address, 0, True)
        else:
            self._design.access(message.address, message.value, False)

    @property
    def _pending(self) -> int:
        return self._design.posted - self._design.answered

    async def _answer(self, request: Control) -> None:
        handler = self._requests.get(request.code)
        try:
            if handler is None:
                raise _NotDone(f"a request with code {request.code}: there is none here")
            if self._is_broken and request.code not in (messages.LIST, messages.RESET, messages.END):
                raise _NotDone("an operation before it in the list has failed")
            payload, is_failed = await handler(request.payload), False
        except (_NotDone, ValueError, struct.error) as error:
            payload, is_failed = str(error).encode(), True
        except _Aborted:
            self._is_broken = True
            payload, is_failed = b"aborted", True
        self._out += messages.control(Control(request.code, payload, True, is_failed))

    async def _hello(self, _payload: bytes) -> bytes:
        return self._identity + simulator().encode()

    async def _cycle(self, _payload: bytes) -> bytes:
        return struct.pack("<Q", self._design.cycle)

    async def _reset(self, payload: bytes) -> bytes:
        self._is_broken = False
        self._companions.stop()
        random.seed(self._seed)
        if payload:
            self._design.map_memory(payload.decode())
        await self._design.reset()
        self._quiet_rises = self._design.rises
        self._companions.restart()
        return self._state()

    async def _inject(self, payload: bytes) -> bytes:
        mode, direction, status, _, at = struct.unpack("<BBBBQ", payload)
        self._design.inject(mode, direction, status, at)
        return self._state()

    async def _end(self, _payload: bytes) -> bytes:
        self._is_over = True
        return self._state()

    def _state(self) -> bytes:
        design = self._design
        return self._state_of.pack(design.cycle, design.levels, *design.rises)

    async def _run_until(self, payload: bytes) -> bytes:
        (until,) = struct.unpack_from("<Q", payload)
        stops, *seen = struct.unpack_from(f"<{len(payload) // 4 - 2}I", payload, 8) or (0,)
        design, risen = self._design, tuple(seen)
        if stops & HIGH_THEN:
            await self._run(until - design.cycle, RISEN | ALL_ANSWERED, risen)
            stops = RISEN | (ALL_ANSWERED if design.levels else 0)
        await self._run(until - design.cycle, stops, risen)
        return self._state()

    async def _run(self, cycles: int, stops: int, seen: tuple[int, ...]) -> None:
        """Lets time pass, with a sign of life now and then."""
        design = self._design
        end = design.cycle + cycles
        while design.cycle < end and not self._is_stopped(stops, seen):
            self._out += await design.run(min(end - design.cycle, _SIGN_OF_LIFE_CYCLES), stops, seen)
            if self._pending == 0:
                self._quiet_rises = design.rises
            if design.cycle < end and not self._is_stopped(stops, seen):
                self._show_life()

    def _show_life(self) -> None:
        """The host answers a sign of life with the same, or asks for something else."""
        self._out += messages.control(Control(messages.LOG))
        message = self._receive()
        if message is None or not isinstance(message, Control) or message.code != messages.LOG:
            if message is not None:
                self._received.appendleft(message)
            raise _Aborted

    def _is_stopped(self, stops: int, seen: tuple[int, ...]) -> bool:
        is_answered = stops & ALL_ANSWERED and self._pending == 0
        return bool(is_answered or (stops & RISEN and self._design.rises != seen))

    async def _finish(self, limit: int) -> bool:
        """Lets time pass until every register access is answered; false where none is within `limit` cycles."""
        design = self._design
        while self._pending > 0:
            before, start = design.answered, design.cycle
            await self._run(limit, ALL_ANSWERED, design.rises)
            if design.answered == before and design.cycle - start >= limit:
                return False
        return True

    async def _finish_request(self, payload: bytes) -> bytes:
        (limit,) = struct.unpack("<I", payload)
        is_done = await self._finish(limit)
        if self._list_rises is not None:
            self._is_broken = not is_done or self._design.refused != self._list_refused
        return self._state()

    async def _wait(self, payload: bytes) -> bytes:
        """A wait of a list: until an interrupt, or for `cycles`; then until every register access is answered."""
        cycles, kind, limit, vector = struct.unpack("<QIII", payload)
        if self._list_rises is None:
            raise _NotDone("a wait stands in a list")
        design = self._design
        if kind != _MESSAGE:
            self._list_rises[vector] = design.rises[vector]
        end = design.cycle + cycles
        while not self._is_met(kind, vector) and design.cycle < end:
            held = self._pending > 0 and (design.levels != 0 or design.rises != self._quiet_rises)
            await self._run(end - design.cycle, RISEN | (ALL_ANSWERED if held else 0), design.rises)
        is_done = await self._finish(limit)
        self._is_broken = not is_done or design.refused != self._list_refused
        is_met = not self._is_broken and self._is_met(kind, vector)
        if is_met:
            self._list_rises[vector] = design.rises[vector]
        return self._state() + bytes((is_met,))

    def _is_met(self, kind: int, vector: int) -> bool:
        design, since = self._design, self._list_rises
        is_high = kind != _MESSAGE and design.levels >> vector & 1 == 1
        return self._pending == 0 and (is_high or (since is not None and design.rises[vector] != since[vector]))

    async def _list(self, payload: bytes) -> bytes:
        begins = payload == b"\1"
        self._list_rises = list(self._design.rises) if begins else None
        self._list_refused = self._design.refused
        self._is_broken = False
        return self._state()


def _identity(lines: int) -> bytes:
    return struct.pack("<4sBBBBBBHHHIIHBB", b"HILT", messages.VERSION, 32, 64, 64, 30, lines, 1024, 0, 0, 100_000_000, 0, 0, 0, 0)


@cocotb.test()
async def bridge(top: Any) -> None:
    """Serves the host that has started this simulator."""
    end_with_parent(int(os.environ["HILT_COCOTB_HOST"]))
    logging.getLogger("cocotb").setLevel(logging.INFO)
    logging.getLogger("cocotb.regression").setLevel(logging.WARNING)
    folder = os.environ["HILT_COCOTB"]
    modules = [name for name in os.environ.get("HILT_COCOTB_MODULES", "").split(",") if name]
    ports = os.environ.get("HILT_COCOTB_PORTS")
    if not ports:
        await serve_harness(top, folder, modules)
        return
    from .axi import Axi

    design = Axi(top, json.loads(ports))
    with Channel(folder) as channel:
        await Bridge(channel, design, _identity(len(design.rises)), modules, top).serve()
