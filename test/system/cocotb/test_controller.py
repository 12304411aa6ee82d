"""The controller under cocotbext-axi's AxiLiteMaster and AxiRam, which nobody of this project wrote."""
import random

import cocotb

from host import Host
from registers import BASE, SPEC, bit, fields, words

DONE = bit("CHANNEL_STATUS_DONE")
GUARD = 64


#: Addresses of writes wait for long, their data never do: data are taken before their address.
EARLY_DATA = {"aw": 0.95, "w": 0, "b": 0, "ar": 0, "r": 0}


def shares(source):
    """Of the channels, each often free and sometimes nearly shut."""
    return {name: source.choice([0, 0.2, 0.5, 0.9]) for name in ("aw", "w", "b", "ar", "r")}


class Ring:
    """One channel's ring in memory: `entries` descriptors, and their records."""

    def __init__(self, host, channel, at, entries_log2, compact):
        self.host = host
        self.base = BASE[channel]
        self.at = at
        self.records = at + 0x2000
        self.entries = 1 << entries_log2
        self.layout = "COMPACT" if compact else "DESCRIPTOR"
        self.control = (
            bit("CHANNEL_RING_CONTROL_ENABLE")
            | bit("CHANNEL_RING_CONTROL_COMPLETIONS")
            | (bit("CHANNEL_RING_CONTROL_COMPACT") if compact else 0)
            | entries_log2 << SPEC["CHANNEL_RING_CONTROL_ENTRIES_LOG2_LSB"]
        )
        self.count = 0

    async def switch_on(self):
        self.host.memory.write(self.records, bytes(16 * self.entries))
        await self.host.write(self.base + SPEC["CHANNEL_RING_BASE_LOW"], self.at)
        await self.host.write(self.base + SPEC["CHANNEL_COMPLETION_BASE_LOW"], self.records)
        await self.host.write(self.base + SPEC["CHANNEL_RING_CONTROL"], self.control)

    async def submit(self, pieces):
        """Queues (host address, card address, length) each, with an interrupt for the last."""
        for place, (host_address, card_address, length) in enumerate(pieces):
            index = (self.count + place) % self.entries
            content = words(
                self.layout,
                host_address=host_address,
                card_address=card_address,
                length=length,
                interrupt=int(place == len(pieces) - 1),
                end=1,
                **({} if self.layout == "COMPACT" else {"tag": self.count + place}),
            )
            self.host.memory.write(self.at + index * len(content), content)
        self.count += len(pieces)
        await self.host.write(self.base + SPEC["CHANNEL_RING_TAIL"], self.count % self.entries)

    def record(self, number):
        content = self.host.memory.read(self.records + 16 * (number % self.entries), 16)
        return fields("COMPLETION", content)

    def check(self, first):
        """The records from descriptor `first` on say that all went well."""
        for number in range(first, self.count):
            expected = {
                "index": number % self.entries,
                "phase": 1 - number // self.entries % 2,
                "tag": 0 if self.layout == "COMPACT" else number,
                **{name: 0 for name in ("status", "stage", "write", "residue", "reserved")},
            }
            assert self.record(number) == expected, number


@cocotb.test()
@cocotb.parametrize(seed=[4, 5], compact=[False, True])
async def rings_of_both_channels(dut, seed, compact):
    source = random.Random(seed)
    host = Host(dut)
    await host.start()
    card = bytearray(8192)
    h2c = Ring(host, "h2c", 0x1000, 3, compact)
    c2h = Ring(host, "c2h", 0x8000, 3, compact)
    await h2c.switch_on()
    await c2h.switch_on()
    # The card holds X until it is filled.
    pieces = [(0x40000 + 1024 * part, 1024 * part, 1024) for part in range(7)]
    for address, place, length in pieces:
        card[place : place + length] = source.randbytes(length)
        host.memory.write(address, bytes(card[place : place + length]))
    await h2c.submit(pieces)
    while not await host.interrupt() & bit("GLOBAL_IRQ_STATUS_H2C_DONE"):
        pass
    h2c.check(0)
    for turn in range(3):
        host.pause(shares(source) if turn == 2 else EARLY_DATA, source.random())
        first = h2c.count, c2h.count
        # Upwards in the lower half of the card, down from the upper: at once, and never the same bytes.
        there = [(0x50000 + 1024 * part + source.randint(0, 99), 512 * part, source.randint(1, 400)) for part in range(5)]
        back = [(0x60000 + 1024 * part + source.randint(0, 99), 4096 + 512 * part, source.randint(1, 400)) for part in range(5)]
        expected = bytearray(source.randbytes(0x2000))
        host.memory.write(0x60000, bytes(expected))
        for address, place, length in there:
            card[place : place + length] = source.randbytes(length)
            host.memory.write(address, bytes(card[place : place + length]))
        for address, place, length in back:
            expected[address - 0x60000 : address - 0x60000 + length] = card[place : place + length]
        await h2c.submit(there)
        await c2h.submit(back)
        causes = 0
        while causes != bit("GLOBAL_IRQ_STATUS_H2C_DONE") | bit("GLOBAL_IRQ_STATUS_C2H_DONE"):
            causes |= await host.interrupt()
        h2c.check(first[0])
        c2h.check(first[1])
        assert host.memory.read(0x60000, 0x2000) == expected, turn
    # What went to the card comes back.
    host.pause({name: 0 for name in host.channels}, 0)
    assert await host.read(BASE["h2c"] + SPEC["CHANNEL_ERROR"]) == 0
    await c2h.submit([(0x70000, 0, 2048), (0x70800, 2048, 2048)])
    await host.interrupt()
    assert host.memory.read(0x70000, 4096) == card[:4096]
    assert dut.early.value.to_unsigned() > 3


@cocotb.test()
@cocotb.parametrize(seed=[1, 2, 3])
async def transfers_of_the_registers(dut, seed):
    source = random.Random(seed)
    host = Host(dut)
    await host.start()
    for _ in range(4):
        host.pause(shares(source), source.random())
        length = source.choice([source.randint(1, 16), source.randint(1, 300), source.randint(1, 2100)])
        card = source.randint(0, 4000)
        there, back = (base + source.randint(0, 70) for base in (0x10000, 0x20000))
        content = source.randbytes(length)
        expected = bytearray(source.randbytes(length + 2 * GUARD))
        host.memory.write(there, content)
        host.memory.write(back - GUARD, bytes(expected))
        assert await host.transfer("h2c", there, card, length) == (DONE, 0)
        assert await host.transfer("c2h", back, card, length) == (DONE, 0)
        expected[GUARD : GUARD + length] = content
        assert host.memory.read(back - GUARD, len(expected)) == expected
