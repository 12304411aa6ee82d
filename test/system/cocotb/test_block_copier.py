"""A bus master in VHDL under cocotbext-axi's AxiLiteMaster and AxiSlave."""
import random

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, RisingEdge, with_timeout
from cocotbext.axi import AxiBus, AxiLiteBus, AxiLiteMaster, AxiSlave, MemoryRegion

from host import chance

FROM, TO, GO, WORDS = 0, 4, 8, 12
DONE, ERROR = 1, 4
MEMORY_BYTES = 1 << 16


class Copier:
    def __init__(self, dut):
        self.dut = dut
        self.registers = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil"), dut.clk, dut.rst)
        self.memory = MemoryRegion(MEMORY_BYTES)
        self.slave = AxiSlave(AxiBus.from_prefix(dut, "m_axi"), dut.clk, dut.rst, target=self.memory)

    @classmethod
    async def start(cls, dut):
        """The models come to a device in reset: before that its outputs are U, which they do not take."""
        dut.rst.value = 1
        cocotb.start_soon(Clock(dut.clk, 10, "ns").start())
        await ClockCycles(dut.clk, 4)
        copier = cls(dut)
        await ClockCycles(dut.clk, 1)
        dut.rst.value = 0
        await ClockCycles(dut.clk, 2)
        return copier

    def pause(self, source):
        write, read = self.slave.write_if, self.slave.read_if
        for channel in (write.aw_channel, write.w_channel, write.b_channel, read.ar_channel, read.r_channel):
            channel.set_pause_generator(chance(source.choice([0, 0.3, 0.8]), source.random()))

    async def copy(self, there, back, words):
        """Copies, and returns what GO reads then."""
        for register, value in ((FROM, there), (TO, back), (WORDS, words), (GO, 1)):
            await self.registers.write_dword(register, value)
        if not self.dut.irq.value:
            await with_timeout(RisingEdge(self.dut.irq), 500, "us")
        status = await self.registers.read_dword(GO)
        await self.registers.write_dword(GO, 0)
        assert await self.registers.read_dword(GO) == status & ERROR
        assert self.dut.irq.value == 0
        return status


@cocotb.test()
async def blocks_arrive_whole_and_touch_nothing_else(dut):
    source = random.Random(7)
    copier = await Copier.start(dut)
    expected = bytearray(source.randbytes(MEMORY_BYTES))
    await copier.memory.write(0, bytes(expected))
    for words in [1, 16, 17, 100, source.randint(1, 300), 0]:
        copier.pause(source)
        there, back = (base + 4 * source.randint(0, 1023) for base in (0x1000, 0x8000))
        expected[back : back + 4 * words] = expected[there : there + 4 * words]
        assert await copier.copy(there, back, words) == DONE
        assert await copier.memory.read(0, MEMORY_BYTES) == expected, words


@cocotb.test()
async def an_access_outside_of_the_memory_is_an_error(dut):
    copier = await Copier.start(dut)
    expected = random.Random(8).randbytes(MEMORY_BYTES)
    await copier.memory.write(0, expected)
    assert await copier.copy(MEMORY_BYTES, 0, 4) == DONE | ERROR
    assert await copier.copy(0, MEMORY_BYTES, 4) == DONE | ERROR
    assert await copier.memory.read(0, MEMORY_BYTES) == expected
    assert await copier.copy(0x100, 0x200, 4) == DONE
