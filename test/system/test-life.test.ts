import { describe, expect, test } from "vitest";
import type { LinkEvent } from "../../src/bus/event.ts";
import type { Link } from "../../src/bus/link.ts";
import { silentLog } from "../../src/core/log.ts";
import { Random } from "../../src/core/random.ts";
import { DmaDevice } from "../../src/driver/dma-device.ts";
import type { Connection } from "../../src/links/link-kind.ts";
import { loadLink } from "../../src/links/registry.ts";
import { HostMemory } from "../../src/memory/host-memory.ts";
import { DmaSystem } from "../../src/wdm/dma-system.ts";
import { busMasterAdapter } from "../bus-master.ts";

const SCRATCH = 0x18;

type EngineName = "wasm" | "verilator";

/** A connection of its own, as each process has one. */
async function connect(engine: EngineName): Promise<Connection> {
  const kind = await loadLink("simulator");
  const settings = {
    ...({ link: "simulator", engine } as const),
    harness: { readLatency: [1, 30], writeLatency: [1, 30], stalls: 0.3 } as const,
  };
  const { prepared } = await kind.prepare("life", settings, {
    cacheDirectory: ".hilt/cache",
    log: silentLog,
  });
  return await kind.connect("life", settings, prepared, { log: silentLog });
}

async function driverOf(link: Link) {
  const host = new HostMemory(link.memory, new Random(5n));
  const { windows } = link;
  const system = new DmaSystem({ host, windows, mapRegisters: 4096 });
  const adapter = busMasterAdapter(system);
  return { host, device: await DmaDevice.open({ link, adapter }) };
}

/** What a test sees of its device, its memory and its time. */
async function lookAt(link: Link): Promise<unknown> {
  const isEmpty = Buffer.alloc(link.memory.bytes.length).equals(link.memory.bytes);
  const events: LinkEvent[] = [];
  link.onEvent((event) => events.push(event));
  const seen: unknown[] = [
    isEmpty,
    link.clock.cycle,
    [...link.windows.live],
    await link.readRegister(SCRATCH),
  ];
  seen.push(await link.listen().wait(50));
  const { host, device } = await driverOf(link);
  const [there, back] = [
    host.allocate({ lengthBytes: 5000, offset: 17 }),
    host.allocate({ lengthBytes: 5000 }),
  ];
  there.write(new Random(6n).bytes(5000));
  // Card memory that nobody has written is of chance.
  await device.cardToHost(back, { cardAddress: 0x8000 });
  seen.push(Buffer.from(back.read()).toString("hex"));
  await device.hostToCard(there, { cardAddress: 0 });
  await device.cardToHost(back, { cardAddress: 0 });
  seen.push(Buffer.from(back.read()).toString("hex"), link.clock.cycle, events);
  return seen;
}

/** A test that leaves everything as it should not be; the result goes on after its end. */
async function spoil(link: Link, round: number): Promise<() => void> {
  const { memory, windows, errors } = link;
  const { host, device } = await driverOf(link);
  const buffer = host.allocate({ lengthBytes: 100_000, offset: 3 });
  await device.hostToCard(buffer, { cardAddress: 0x4000 });
  const kept = windows.open({
    ...{ logical: 0x1000_0000n as never, physical: 0x1000_0000n as never },
    ...{ lengthBytes: 4096 * (round + 1), access: "read-write", use: "shared" },
  });
  errors?.afterBeats(1, "read", "SLVERR");
  errors?.at(0x1000_0000n as never, "write", "DECERR");
  memory.bytes.fill(0x40 + round);
  link.writeRegister(SCRATCH, 0xdead_0000 + round);
  await link.readRegister(SCRATCH);
  for (let index = 0; index < 20; index++) link.writeRegister(SCRATCH, index);
  device.hostToCard(buffer, { cardAddress: 0 }).catch(() => {});
  const waits = [link.idle(1_000_000), link.listen().wait(1_000_000), link.readRegister(0x40_0000)];
  for (const wait of waits) wait.catch(() => {});
  const raw = memory.view(0x1000_0000n as never, 4096);
  return () => {
    raw[5] = 0xee;
    for (const late of [
      () => raw.fill(0xee),
      () => buffer.write(new Uint8Array(100).fill(0xee)),
      () => kept.close(),
      () => windows.open(kept),
      () => errors?.afterBeats(0, "write", "SLVERR"),
      () => link.writeRegister(SCRATCH, 0xbad),
    ]) {
      try {
        late();
      } catch {
        // That it is refused is as good.
      }
    }
    link.readRegister(SCRATCH).catch(() => {});
    link.idle(10).catch(() => {});
  };
}

describe.each(["wasm", "verilator"] as const)("%s", (engine) => {
  test("nothing of a test reaches the next: the same seed sees what it sees in a process of its own", async () => {
    const alone = await connect(engine);
    const first = await alone.fresh({ seed: 11n, log: silentLog });
    const expected = await lookAt(first);
    const shared = await connect(engine);
    const left: (() => void)[] = [];
    // Tests take turns in a few memories: what a test has left meets the one that has its memory two rounds later.
    for (let round = 0; round < 5; round++) {
      const earlier = await shared.fresh({ seed: BigInt(round), log: silentLog });
      left.push(await spoil(earlier, round));
      await earlier[Symbol.asyncDispose]();
      await earlier[Symbol.asyncDispose]();
      const later = await shared.fresh({ seed: 11n, log: silentLog });
      for (const goOn of left) goOn();
      await earlier[Symbol.asyncDispose]();
      expect(await lookAt(later)).toEqual(expected);
      await later[Symbol.asyncDispose]();
    }
    await first[Symbol.asyncDispose]();
  });
});
