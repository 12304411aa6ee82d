"""Transfers of the registers under plain cocotb: cocotbext-axi's AxiLiteMaster and AxiRam, each awaited by its interrupt.

HILT_BENCH_LENGTHS, HILT_BENCH_TIMES: comma-separated; HILT_BENCH_FILE: where the microseconds of CPU time of a transfer of
each length go, as JSON.
"""
import json
import os
import random
import time

import cocotb
from cocotb.triggers import RisingEdge

from host import Host
from registers import BASE, SPEC, bit

AT = 0x10000
H2C = BASE["h2c"]


async def transfer(host, length):
    await host.write(H2C + SPEC["CHANNEL_HOST_ADDRESS_LOW"], AT)
    await host.write(H2C + SPEC["CHANNEL_HOST_ADDRESS_HIGH"], 0)
    await host.write(H2C + SPEC["CHANNEL_CARD_ADDRESS"], 0)
    await host.write(H2C + SPEC["CHANNEL_LENGTH"], length)
    await host.write(H2C + SPEC["CHANNEL_COMMAND"], bit("CHANNEL_COMMAND_START"))
    if not host.dut.irq.value:
        await RisingEdge(host.dut.irq)
    assert await host.read(H2C + SPEC["CHANNEL_STATUS"]) == bit("CHANNEL_STATUS_DONE")
    await host.write(SPEC["GLOBAL_IRQ_STATUS"], 0xFFFF_FFFF)


@cocotb.test()
async def transfers(dut):
    host = Host(dut)
    await host.start()
    host.memory.write(AT, random.randbytes(8192))
    lengths = [int(each) for each in os.environ["HILT_BENCH_LENGTHS"].split(",")]
    times = [int(each) for each in os.environ["HILT_BENCH_TIMES"].split(",")]
    microseconds = []
    for length, count in zip(lengths, times):
        await transfer(host, length)
        start = time.process_time()
        for _ in range(count):
            await transfer(host, length)
        microseconds.append((time.process_time() - start) * 1e6 / count)
    with open(os.environ["HILT_BENCH_FILE"], "w") as file:
        json.dump(microseconds, file)
