"""A host of cocotbext-axi's models round the controller: registers, memory, interrupt."""
import random

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, Event, RisingEdge, with_timeout
from cocotbext.axi import AxiBus, AxiLiteBus, AxiLiteMaster, AxiRam

from registers import BASE, SPEC, bit

LIMIT_US = 2000


class Host:
    """`pauses`: the share of cycles in which each channel of memory is held back, by its name."""

    def __init__(self, dut, memory_bytes=1 << 20):
        self.dut = dut
        self.registers = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil"), dut.clk, dut.rst)
        self.memory = AxiRam(AxiBus.from_prefix(dut, "m_axi"), dut.clk, dut.rst, size=memory_bytes)
        self.channels = {
            "aw": self.memory.write_if.aw_channel,
            "w": self.memory.write_if.w_channel,
            "b": self.memory.write_if.b_channel,
            "ar": self.memory.read_if.ar_channel,
            "r": self.memory.read_if.r_channel,
        }

    async def start(self):
        self.dut.rst.value = 1
        cocotb.start_soon(Clock(self.dut.clk, 10, "ns").start())
        await ClockCycles(self.dut.clk, 4)
        self.dut.rst.value = 0
        await ClockCycles(self.dut.clk, 2)
        await self.write(SPEC["GLOBAL_CONTROL"], bit("GLOBAL_CONTROL_BUS_MASTER"))
        await self.write(SPEC["GLOBAL_IRQ_ENABLE"], 0xFFFF_FFFF)

    def pause(self, shares, seed):
        for name, share in shares.items():
            self.channels[name].set_pause_generator(chance(share, f"{seed}{name}"))

    async def write(self, address, value):
        await self.registers.write_dword(address, value)

    async def read(self, address):
        return await self.registers.read_dword(address)

    async def interrupt(self):
        """Waits for the line and clears its causes; what they were."""
        if not self.dut.irq.value:
            await with_timeout(RisingEdge(self.dut.irq), LIMIT_US, "us")
        causes = await self.read(SPEC["GLOBAL_IRQ_STATUS"])
        await self.write(SPEC["GLOBAL_IRQ_STATUS"], causes)
        return causes

    async def transfer(self, channel, host_address, card_address, length):
        """A transfer of the registers; the channel's STATUS and RESIDUE after it."""
        base = BASE[channel]
        await self.write(base + SPEC["CHANNEL_HOST_ADDRESS_LOW"], host_address & 0xFFFF_FFFF)
        await self.write(base + SPEC["CHANNEL_HOST_ADDRESS_HIGH"], host_address >> 32)
        await self.write(base + SPEC["CHANNEL_CARD_ADDRESS"], card_address)
        await self.write(base + SPEC["CHANNEL_LENGTH"], length)
        await self.write(base + SPEC["CHANNEL_COMMAND"], bit("CHANNEL_COMMAND_START"))
        await self.interrupt()
        return await self.read(base + SPEC["CHANNEL_STATUS"]), await self.read(base + SPEC["CHANNEL_RESIDUE"])


def chance(share, seed):
    source = random.Random(seed)
    while True:
        yield source.random() < share
