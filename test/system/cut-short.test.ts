import { beforeEach, describe, expect, test } from "vitest";
import type { LinkEvent } from "../../src/bus/event.ts";
import { logicalAddress, physicalAddress } from "../../src/core/address.ts";
import { Random } from "../../src/core/random.ts";
import { type ChannelId, RegisterFile } from "../../src/driver/register-file.ts";
import type { SimulatorLink } from "../../src/links/simulator/simulator-link.ts";
import { CardMemory } from "../soak/card.ts";
import { type Build, builds, openBuild } from "./builds.ts";

const [BUS_MASTER, RESET, START, ABORT] = [1, 2, 1, 2];
const [BUSY, DONE, HALTED] = [1, 2, 4];
const [NONE, BUS_MASTER_OFF, ABORTED] = [0, 7, 8];
const HOST = { h2c: 0x1000_0003n, c2h: 0x1000_2005n } as const;
const CARD = { h2c: 0x40, c2h: 0x800 } as const;
const LENGTH = 600;
const STALE = 0x5a;
/** Behind the last cycle of the transfer, on every build. */
const CYCLES = 260;

/** A register-mode transfer of 600 bytes in bursts of 64, again and again on one link. */
class Transfers {
  readonly link: SimulatorLink;
  readonly registers: RegisterFile;
  readonly #card: CardMemory;
  readonly #bad: LinkEvent[] = [];
  readonly #bytes = new Random(5n).bytes(LENGTH);

  constructor(link: SimulatorLink) {
    this.link = link;
    this.registers = new RegisterFile(link);
    this.#card = new CardMemory(link.simulation);
    for (const id of ["h2c", "c2h"] as const) {
      const access = id === "h2c" ? "read" : "write";
      const physical = physicalAddress(HOST[id]);
      link.windows.open({
        logical: logicalAddress(HOST[id]),
        physical,
        lengthBytes: LENGTH,
        access,
        use: "mapped",
      });
    }
    link.onEvent((event) => {
      if (event.kind === "fault" || event.kind === "violation") this.#bad.push(event);
    });
  }

  /** Sets both ends up and starts. */
  start(id: ChannelId): void {
    const host = this.link.memory.view(physicalAddress(HOST[id]), LENGTH);
    if (id === "h2c") {
      host.set(this.#bytes);
      this.#card.write(0, new Uint8Array(0x800).fill(STALE));
    } else {
      host.fill(STALE);
      const content = new Uint8Array(0x800);
      content.set(this.#bytes);
      this.#card.write(0x800, content);
    }
    const { global, [id]: channel } = this.registers;
    global.write("CONTROL", BUS_MASTER);
    channel.write("HOST_ADDRESS_LOW", Number(HOST[id]));
    channel.write("CARD_ADDRESS", CARD[id]);
    channel.write("LENGTH", LENGTH);
    channel.write("COMMAND", START);
  }

  async untilIdle(id: ChannelId): Promise<number> {
    const end = this.link.clock.cycle + 2000;
    for (;;) {
      const status = await this.registers[id].read("STATUS");
      if ((status & BUSY) === 0) return status;
      expect(this.link.clock.cycle).toBeLessThan(end);
    }
  }

  async untilReset(): Promise<void> {
    const end = this.link.clock.cycle + 2000;
    while ((await this.registers.global.read("CONTROL")) !== 0) {
      expect(this.link.clock.cycle).toBeLessThan(end);
    }
    for (const id of ["h2c", "c2h"] as const) {
      for (const register of ["STATUS", "LENGTH", "RESIDUE", "ERROR", "COMPLETED"] as const) {
        expect([register, await this.registers[id].read(register)]).toEqual([register, 0]);
      }
    }
  }

  /** The first bytes that have arrived; behind them nothing may have changed. */
  arrived(id: ChannelId): number {
    const found =
      id === "h2c"
        ? this.#card.read(0, 0x800).subarray(CARD.h2c, CARD.h2c + LENGTH)
        : this.link.memory.view(physicalAddress(HOST.c2h), LENGTH);
    let count = LENGTH;
    while (count > 0 && found[count - 1] === STALE) count--;
    // A byte of the pattern may be like the stale ones.
    while (count < LENGTH && this.#bytes[count] === STALE) count++;
    expect(Buffer.compare(found.subarray(0, count), this.#bytes.subarray(0, count))).toBe(0);
    return count;
  }

  checkBus(): void {
    expect(this.#bad).toEqual([]);
  }
}

const few = ["short bursts", "32 bits", "small, without rings"] as const;
const harness = { readLatency: [3, 9], writeLatency: [3, 9], stalls: { aw: 0.2, w: 0.2, r: 0.2 } } as const;

describe.each(few)("cut short at every cycle, on the build: %s", (name) => {
  let open: () => Promise<Transfers>;
  beforeEach(() => {
    open = async () => new Transfers(await openBuild(builds[name] as Build, harness));
  });

  test.each(["h2c", "c2h"] as const)(
    "an ABORT of %s leaves what the residue says, to the byte",
    async (id) => {
      const run = await open();
      const residues = new Set<number>();
      for (let cycle = 0; cycle < CYCLES; cycle++) {
        run.start(id);
        if (cycle > 0) await run.link.idle(cycle);
        run.registers[id].write("COMMAND", ABORT);
        const status = await run.untilIdle(id);
        const residue = await run.registers[id].read("RESIDUE");
        const error = await run.registers[id].read("ERROR");
        expect([cycle, run.arrived(id)]).toEqual([cycle, LENGTH - residue]);
        expect([status, error]).toEqual(residue === 0 ? [DONE, NONE] : [HALTED, ABORTED]);
        residues.add(residue);
      }
      // Everything, and most of the bursts; the first are on their way before the register is written.
      expect(residues).toContain(0);
      expect(residues.size).toBeGreaterThan(6);
      run.checkBus();
      await run.link[Symbol.asyncDispose]();
    },
  );

  test.each(["h2c", "c2h"] as const)("the loss of bus mastering does the same to %s", async (id) => {
    const run = await open();
    for (let cycle = 0; cycle < CYCLES; cycle += 3) {
      run.start(id);
      if (cycle > 0) await run.link.idle(cycle);
      run.registers.global.write("CONTROL", 0);
      const status = await run.untilIdle(id);
      const residue = await run.registers[id].read("RESIDUE");
      const error = await run.registers[id].read("ERROR");
      expect([cycle, run.arrived(id)]).toEqual([cycle, LENGTH - residue]);
      expect([status, error]).toEqual(residue === 0 ? [DONE, NONE] : [HALTED, BUS_MASTER_OFF]);
    }
    run.checkBus();
    await run.link[Symbol.asyncDispose]();
  });

  test("a reset of both channels leaves the bus in order and a device that works", async () => {
    const run = await open();
    for (let cycle = 0; cycle < CYCLES; cycle += 2) {
      run.start("h2c");
      run.start("c2h");
      if (cycle > 0) await run.link.idle(cycle);
      run.registers.global.write("CONTROL", BUS_MASTER | RESET);
      await run.untilReset();
      // What was cut short has left whole bursts, and nothing comes after.
      const before = [run.arrived("h2c"), run.arrived("c2h")];
      await run.link.idle(50);
      expect([run.arrived("h2c"), run.arrived("c2h")]).toEqual(before);
    }
    for (const id of ["h2c", "c2h"] as const) {
      run.start(id);
      expect(await run.untilIdle(id)).toBe(DONE);
      expect(run.arrived(id)).toBe(LENGTH);
    }
    run.checkBus();
    await run.link[Symbol.asyncDispose]();
  });
});

test("both channels move data at the same time, with several bursts in flight", async () => {
  // With one burst at a time, 75 beats at a latency of 100 would take 10 times as long.
  const run = new Transfers(
    await openBuild(builds["short bursts"] as Build, { readLatency: 100, writeLatency: 100 }),
  );
  let most = 0;
  let flying = 0;
  run.link.onEvent((event) => {
    if (event.kind === "access") flying++;
    if (event.kind === "access-end") flying--;
    most = Math.max(most, flying);
  });
  const took = async (ids: readonly ChannelId[]): Promise<number> => {
    const from = run.link.clock.cycle;
    for (const id of ids) run.start(id);
    for (const id of ids) expect(await run.untilIdle(id)).toBe(DONE);
    return run.link.clock.cycle - from;
  };
  const [h2c, c2h] = [await took(["h2c"]), await took(["c2h"])];
  expect(most).toBe(4);
  const both = await took(["h2c", "c2h"]);
  expect(most).toBe(8);
  expect(both).toBeLessThan(Math.max(h2c, c2h) * 1.2);
  await run.link[Symbol.asyncDispose]();
});
