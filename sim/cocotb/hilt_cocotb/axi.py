"""A design on its own ports: cocotbext-axi's models are its host. They find the ports by prefix."""

from __future__ import annotations

import logging
import struct
from typing import Any

from cocotb.queue import Queue
from cocotb.triggers import Event, FallingEdge, First, Timer
from cocotbext.axi import AxiLiteMaster, AxiResp, axi_channels, axil_channels
from cocotbext.axi.axi_slave import AxiSlaveRead, AxiSlaveWrite

from . import messages
from .compat import cancel, is_one, now_ns, start_clock, start_soon, value_change
from .design import ALL_ANSWERED, RISEN
from .host_memory import READ, WRITE, HostMemory
from .messages import Control
from .ports import Ports, need

_PERIOD_NS = 10
_RESET_EDGES = 4
_BEAT_CYCLES = 2000
_OKAY = 0
_DECERR = 3
_ERRORS = 4
# The word after the settings says whether the host hears of events.
_HEARD = 4 * 39

_CHANNELS_LITE = tuple(getattr(axil_channels, f"AxiLite{each}Bus") for each in ("AW", "W", "B", "AR", "R"))
_CHANNELS = tuple(getattr(axi_channels, f"Axi{each}Bus") for each in ("AW", "W", "B", "AR", "R"))

_REGISTER = 1
_ACCESS = 2
_ACCESS_END = 3
_WRITTEN = 4
_INTERRUPT = 5
_FAULT = 6
_INJECTED = 7


class Axi:
    """Registers by an AXI4-Lite master, host memory by an AXI4 slave. Time ends at falling edges of the clock."""

    def __init__(self, top: Any, ports: dict[str, Any]) -> None:
        self._top = top
        self._clock = need(top, ports["clock"])
        self._reset = need(top, ports["reset"])
        self._active = 0 if ports["activeLow"] else 1
        self._lines = [need(top, port) for port in ports["interrupts"]]
        lanes_log2 = (ports["dataWidth"] // 8).bit_length() - 1
        self._registers = Ports(top, ports["registers"], _CHANNELS_LITE, lanes_log2)
        self._memory = Ports(top, ports["memory"], _CHANNELS, lanes_log2)
        self._settings = bytearray()
        self._master: Any = None
        self._tasks: list[Any] = []
        self._out = bytearray()
        self._origin_ns = 0
        # The models say a line of each burst.
        logging.getLogger(f"cocotb.{top._name}").setLevel(logging.ERROR)
        self._forget()

    def _forget(self) -> None:
        self.cycle = 0
        self.levels = 0
        self.rises = (0,) * len(self._lines)
        self.posted = 0
        self.answered = 0
        self.refused = 0
        self.beats = [0, 0]
        self._errors: list[tuple[int, int, int]] = []
        self._beat_errors: list[tuple[int, int] | None] = [None, None]
        self._commands: Any = Queue()
        self._stops = 0
        self._seen = self.rises
        self._stopped = Event()
        self._out.clear()
        del self._settings[_HEARD:]
        self._is_heard = False

    def write(self, array: int, offset: int, data: bytes) -> None:
        if array == 0:
            self._settings[offset : offset + len(data)] = data
            self._is_heard = any(self._settings[_HEARD:])

    def access(self, address: int, value: int, is_read: bool) -> None:
        self.posted += 1
        self._commands.put_nowait((address, value, is_read))

    def inject(self, mode: int, direction: int, status: int, at: int) -> None:
        if mode == 1:
            self._beat_errors[direction] = (self.beats[direction] + at, status)
        elif mode == 2:
            self._errors.remove((at >> 3, direction, status))
        elif len(self._errors) < _ERRORS:
            self._errors.append((at >> 3, direction, status))
        else:
            raise ValueError(f"{_ERRORS} failing addresses are in use")

    def answer_of(self, address: int, direction: int) -> int:
        """What the next beat is to answer instead of OKAY; counts it."""
        beat = self.beats[direction]
        self.beats[direction] = beat + 1
        for row, where, status in self._errors:
            if row == address >> 3 and where == direction:
                return status
        counted = self._beat_errors[direction]
        return counted[1] if counted is not None and counted[0] == beat else _OKAY

    def event(self, kind: int, flags: int, rest: bytes = b"") -> None:
        if not self._is_heard:
            return
        payload = struct.pack("<BBHQ", kind, flags, 0, self._now()) + rest
        self._out += messages.control(Control(messages.EVENT, payload))

    def _now(self) -> int:
        return max(0, now_ns() - self._origin_ns) // _PERIOD_NS

    async def run(self, cycles: int, stops: int, seen: tuple[int, ...]) -> bytes:
        self._stops, self._seen = stops, seen
        self._stopped.clear()
        if not self._is_stopped():
            await self._pass(cycles)
            if (now_ns() - self._origin_ns) % _PERIOD_NS != 0:
                await FallingEdge(self._clock)
        self._stops = 0
        self.cycle = self._now()
        # The host sees the bytes already.
        self._writes.end_run()
        out = bytes(self._out)
        self._out.clear()
        return out

    async def _pass(self, cycles: int) -> None:
        """Up to `cycles`, until something stops it. Waiting for one of two triggers costs as much as a register access."""
        if self._stops == 0:
            await Timer(cycles * _PERIOD_NS, "ns")
        elif cycles >= _BEAT_CYCLES:
            await self._stopped.wait()
        else:
            await First(self._stopped.wait(), Timer(cycles * _PERIOD_NS, "ns"))

    async def _beat(self) -> None:
        """No wait outlasts this: whoever waits looks at the time then."""
        while True:
            await Timer(_BEAT_CYCLES * _PERIOD_NS, "ns")
            self._stopped.set()

    def _is_stopped(self) -> bool:
        is_answered = self._stops & ALL_ANSWERED and self.posted == self.answered
        return bool(is_answered or (self._stops & RISEN and self.rises != self._seen))

    def _look(self) -> None:
        if self._is_stopped():
            self._stopped.set()

    async def reset(self) -> None:
        for task in self._tasks:
            cancel(task)
        self._tasks = []
        self._reset.value = self._active
        if self._master is None:
            start_clock(self._clock, _PERIOD_NS)
        for _ in range(_RESET_EDGES):
            await FallingEdge(self._clock)
        if self._master is None:
            self._connect()
        await FallingEdge(self._clock)
        self._forget()
        self._reads.forget()
        self._writes.forget()
        self._reset.value = 1 - self._active
        self._origin_ns = now_ns()
        self._tasks = [start_soon(self._serve_registers()), start_soon(self._beat())]
        self._tasks += [start_soon(self._watch(line)) for line in self._lines]

    def map_memory(self, path: str) -> None:
        """Host memory of the next test."""
        self.memory = HostMemory(path, bytes(self._settings))

    def _connect(self) -> None:
        """Not before the device has had an edge in reset: the models refuse what is undefined."""
        registers = axil_channels.AxiLiteBus.from_entity(self._registers)
        memory = axi_channels.AxiBus.from_entity(self._memory)
        polarity = {"reset_active_level": bool(self._active)}
        self._master = AxiLiteMaster(registers, self._clock, self._reset, **polarity)
        self._address_mask = (1 << len(registers.write.aw.awaddr)) - 1
        self._reads = _Reads(self, memory.read, self._clock, self._reset, **polarity)
        self._writes = _Writes(self, memory.write, self._clock, self._reset, **polarity)

    async def _serve_registers(self) -> None:
        while True:
            address, value, is_read = await self._commands.get()
            at = address & self._address_mask
            if is_read:
                answer = await self._master.read(at, 4)
                value, status = int.from_bytes(answer.data, "little"), int(answer.resp)
                message = messages.register_value(value, status)
            else:
                answer = await self._master.write(at, value.to_bytes(4, "little"))
                status = int(answer.resp)
                message = messages.register_written(status)
            flags = (0 if is_read else 1) | (2 if status != _OKAY else 0)
            self.event(_REGISTER, flags, struct.pack("<II", address, value if is_read else 0))
            self._out += message
            self.answered += 1
            self.refused += status != _OKAY
            self._look()

    async def _watch(self, line: Any) -> None:
        while True:
            # What it does within a cycle is nobody's business.
            self._look_at_lines()
            await value_change(line)
            await FallingEdge(self._clock)

    def _look_at_lines(self) -> None:
        """All of them: what changes in one cycle is in the order of the harness, rises first."""
        levels = sum(is_one(line) << vector for vector, line in enumerate(self._lines))
        if levels == self.levels:
            return
        before, self.levels = self.levels, levels
        rose, fell = levels & ~before, before & ~levels
        self.rises = tuple(count + (rose >> vector & 1) for vector, count in enumerate(self.rises))
        for flag, lines in ((1, rose), (0, fell)):
            for vector in range(len(self._lines)):
                if lines >> vector & 1:
                    self.event(_INTERRUPT, flag, struct.pack("<I", vector))
        self._look()


class _Reads(AxiSlaveRead):
    """Serves reads of host memory, beat by beat, in the windows that are open then."""

    def __init__(self, host: Axi, bus: Any, clock: Any, reset: Any, **polarity: bool) -> None:
        self._host = host
        super().__init__(bus, clock, reset, **polarity)
        self._receive, self.ar_channel.recv = self.ar_channel.recv, self._hear
        self._send, self.r_channel.send = self.r_channel.send, self._answer
        self.forget()

    def forget(self) -> None:
        self._status = _OKAY

    async def _hear(self) -> Any:
        ar = await self._receive()
        lanes, start = self.byte_lanes, int(ar.araddr)
        length = (int(getattr(ar, "arlen", 0)) + 1) * lanes - start % lanes
        self._host.event(_ACCESS, READ, struct.pack("<QII", start, length, int(getattr(ar, "arid", 0))))
        return ar

    async def _read(self, address: int, length: int) -> bytes:
        host = self._host
        error = host.answer_of(address, READ)
        place = host.memory.place_of(address, READ)
        self._status = _DECERR if place is None else error
        if place is None or error != _OKAY:
            host.event(_FAULT if place is None else _INJECTED, READ, struct.pack("<Q", address))
            return bytes(length)
        return host.memory.read(place, length)

    async def _answer(self, r: Any) -> None:
        r.rresp = AxiResp(self._status)
        await self._send(r)
        if r.rlast:
            self._host.event(_ACCESS_END, READ)


class _Writes(AxiSlaveWrite):
    """Serves writes to host memory."""

    def __init__(self, host: Axi, bus: Any, clock: Any, reset: Any, **polarity: bool) -> None:
        self._host = host
        super().__init__(bus, clock, reset, **polarity)
        self._receive_address, self.aw_channel.recv = self.aw_channel.recv, self._hear
        self._receive, self.w_channel.recv = self.w_channel.recv, self._take_beat
        self._send, self.b_channel.send = self.b_channel.send, self._answer
        self.forget()

    def forget(self) -> None:
        # The first bad answer of the burst, and whether its beat may write.
        self._status = _OKAY
        self._is_good = False
        self._address = 0
        self._run_start = 0
        self._run = bytearray()

    async def _hear(self) -> Any:
        aw = await self._receive_address()
        lanes, self._address = self.byte_lanes, int(aw.awaddr)
        length = (int(getattr(aw, "awlen", 0)) + 1) * lanes - self._address % lanes
        self._host.event(_ACCESS, WRITE, struct.pack("<QII", self._address, length, int(getattr(aw, "awid", 0))))
        return aw

    async def _take_beat(self) -> Any:
        w = await self._receive()
        host, address = self._host, self._address
        self._address = address - address % self.byte_lanes + self.byte_lanes
        is_strobed = int(getattr(w, "wstrb", self.strb_mask)) != 0
        error = host.answer_of(address, WRITE)
        is_fault = is_strobed and host.memory.place_of(address, WRITE) is None
        status = _DECERR if is_fault else error
        if status != _OKAY:
            host.event(_FAULT if is_fault else _INJECTED, WRITE, struct.pack("<Q", address))
        self._status = self._status or status
        self._is_good = status == _OKAY
        return w

    async def _write(self, address: int, data: bytes) -> None:
        if not self._is_good:
            return
        place = self._host.memory.place_of(address, WRITE)
        if place is None:
            return
        self._host.memory.write(place, data)
        if address != self._run_start + len(self._run):
            self.end_run()
        if not self._run:
            self._run_start = address
        self._run += data

    def end_run(self) -> None:
        """What has been written since the last one is an event."""
        if self._run:
            self._host.event(_WRITTEN, 0, struct.pack("<Q", self._run_start) + bytes(self._run))
            self._run.clear()

    async def _answer(self, b: Any) -> None:
        self.end_run()
        b.bresp = AxiResp(self._status)
        self._status = _OKAY
        await self._send(b)
        self._host.event(_ACCESS_END, WRITE)
