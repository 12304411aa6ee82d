import { describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import type { Simulation } from "../../../src/engine/engine.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";
import { harnessSource } from "../../../src/links/simulator/harness-source.ts";
import { openSimulator } from "../../../src/links/simulator/open-simulator.ts";
import { type Inputs, openMemory, openModule, options, set } from "./open-module.ts";

const bit = (simulation: Simulation, name: string): boolean => simulation.port(name).read() === 1;

/** Cycles until `name` is 1, with the counter that the memory sees. */
function cyclesUntil(memory: Simulation, name: string): number {
  for (let cycle = 0; cycle <= 300; cycle++) {
    memory.port("cycle").write(memory.cycle);
    if (bit(memory, name)) return cycle;
    memory.run(1);
  }
  throw new Error(`no ${name} in 300 cycles`);
}

function step(memory: Simulation): void {
  memory.port("cycle").write(memory.cycle);
  memory.run(1);
}

describe("host memory", () => {
  test.each([1, 2, 7, 100])("answers a read %i cycles behind its address", async (latency) => {
    const memory = await openMemory({ read_latency: latency, arvalid: 1, araddr: 0x100 });
    step(memory);
    memory.port("arvalid").write(0);
    expect(cyclesUntil(memory, "rvalid")).toBe(latency - 1);
  });

  test.each([1, 2, 7, 100])("answers a write %i cycles behind its last beat", async (latency) => {
    const inputs = { write_latency: latency, awvalid: 1, awaddr: 0x100, awlen: 1 };
    const memory = await openMemory(inputs);
    step(memory);
    set(memory, { awvalid: 0, wvalid: 1, wstrb: 255 });
    step(memory);
    step(memory);
    memory.port("wvalid").write(0);
    expect(cyclesUntil(memory, "bvalid")).toBe(latency - 1);
  });

  test.each([1, 3, 64])("takes %i read addresses ahead of their answers and no more", async (most) => {
    const memory = await openMemory({ cfg_read_outstanding: most, arvalid: 1, cfg_write_outstanding: 2 });
    let taken = 0;
    for (let cycle = 0; cycle < 100; cycle++) {
      if (bit(memory, "arready")) taken++;
      step(memory);
    }
    expect(taken).toBe(most);
    memory.port("rready").write(1);
    step(memory);
    expect(bit(memory, "arready")).toBe(true);
  });

  test.each([1, 3, 64])("takes %i write addresses ahead of their responses and no more", async (most) => {
    const memory = await openMemory({ cfg_write_outstanding: most, awvalid: 1, wvalid: 1, wstrb: 255 });
    let taken = 0;
    for (let cycle = 0; cycle < 200; cycle++) {
      if (bit(memory, "awready")) taken++;
      step(memory);
    }
    expect(taken).toBe(most);
    memory.port("bready").write(1);
    step(memory);
    expect(bit(memory, "awready")).toBe(true);
  });

  const channels = { ar: "arready", aw: "awready", w: "wready", r: "rvalid", b: "bvalid" } as const;

  test.each(Object.keys(channels))("a stall of %s holds back that channel and no other", async (stalled) => {
    const memory = await openMemory({ arvalid: 1, awvalid: 1, wvalid: 1 });
    // Everything is under way, and nothing is offered that would have to stay.
    for (let cycle = 0; cycle < 4; cycle++) step(memory);
    set(memory, { rready: 1, bready: 1, wvalid: 0 });
    step(memory);
    memory.port("wvalid").write(1);
    memory.port(`stall_${stalled}`).write(1);
    memory.port("cycle").write(memory.cycle);
    for (const [channel, handshake] of Object.entries(channels)) {
      expect([channel, bit(memory, handshake)]).toEqual([channel, channel !== stalled]);
    }
  });

  test.each([
    ["r", "rvalid", "rready"],
    ["b", "bvalid", "bready"],
  ])("what %s offers stays offered under a stall", async (channel, valid, ready) => {
    const memory = await openMemory({ arvalid: 1, awvalid: 1, wvalid: 1 });
    for (let cycle = 0; cycle < 4; cycle++) step(memory);
    expect(bit(memory, valid)).toBe(true);
    memory.port(`stall_${channel}`).write(1);
    step(memory);
    expect(bit(memory, valid)).toBe(true);
    memory.port(ready).write(1);
    step(memory);
    memory.port("cycle").write(memory.cycle);
    expect(bit(memory, valid)).toBe(false);
  });
});

test("a read beat that waits for its master stays what it was, whatever becomes of its memory and window", async () => {
  const memory = await openMemory({ arvalid: 1, araddr: 0x40 });
  const { bytes } = memory.array("ram");
  bytes.fill(0x11);
  expect(cyclesUntil(memory, "rvalid")).toBeLessThan(9);
  const seen = () => [memory.port("rdata").readBig(), memory.port("rresp").read()];
  step(memory);
  bytes.fill(0x22);
  memory.array("read_permission").bytes.fill(0);
  expect(seen()).toEqual([0x1111_1111_1111_1111n, 0]);
  step(memory);
  expect(seen()).toEqual([0x1111_1111_1111_1111n, 0]);
  memory.port("rready").write(1);
  step(memory);
  // The next one is of the memory as it is now, and of no window.
  expect(cyclesUntil(memory, "rvalid")).toBeLessThan(9);
  expect(seen()).toEqual([0n, 3]);
});

test("lines of R and B have junk where chance says so, and only while they are not valid", async () => {
  const memory = await openRough({ arvalid: 0, awsize: 3, awburst: 1, wlast: 1, wstrb: 255 });
  const lines = ["rdata", "rresp", "rlast", "rid", "bresp", "bid"] as const;
  /** Whether each line is all zeros with junk of zeros, and all ones with junk of ones. */
  const areJunk = (junk: number): boolean[] => {
    memory.port("cycle").write(memory.cycle);
    memory.port("junk").write(junk);
    const [zeros, ones] = [0n, 2n ** 64n - 1n].map((bits) => {
      memory.port("junk_bits").write(bits);
      return lines.map((name) => memory.port(name).readBig());
    }) as [bigint[], bigint[]];
    return lines.map((_, at) => zeros[at] === 0n && ones[at] !== 0n);
  };
  expect(areJunk(1)).toEqual([true, true, true, true, true, true]);
  expect(areJunk(0)).toEqual([false, false, false, false, false, false]);
  set(memory, { arvalid: 1, awvalid: 1, wvalid: 1 });
  for (let cycle = 0; cycle < 4; cycle++) step(memory);
  expect([bit(memory, "rvalid"), bit(memory, "bvalid")]).toEqual([true, true]);
  expect(areJunk(1)).toEqual([false, false, false, false, false, false]);
});

/** A rough memory whose whims are drawn anew in each cycle. */
async function openRough(inputs: Inputs = {}): Promise<Simulation> {
  const sizes = { RAM_BYTES_LOG2: 16, REGION_BYTES_LOG2: 14, ROUGH: 1 };
  return await openMemory(inputs, sizes);
}

function draw(memory: Simulation, random: Random, shares: Readonly<Record<string, number>>): void {
  for (const [name, share] of Object.entries(shares))
    memory.port(name).write(random.integer(0, 99) < share ? 1 : 0);
  for (const turn of ["turn_read", "turn_write"]) memory.port(turn).write(random.integer(0, 15));
}

describe("the order of a rough memory", () => {
  const CYCLES = 6000;

  /** The beats as they came: {ID, address in memory, last}. Bursts of 1 to 6 words of 8 bytes, from places of their own. */
  async function readBeats(shares: Readonly<Record<string, number>>) {
    const memory = await openRough({ arsize: 3, arburst: 1 });
    const random = new Random(77n);
    const words = new BigUint64Array(
      memory.array("ram").bytes.buffer,
      memory.array("ram").bytes.byteOffset,
      2048,
    );
    for (let word = 0; word < words.length; word++) words[word] = BigInt(word);
    const asked: { id: number; word: number; beats: number }[] = [];
    const came: { id: number; word: number; isLast: boolean }[] = [];
    let next = { id: 0, word: 0, beats: 1 };
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      memory.port("cycle").write(memory.cycle);
      set(memory, { arvalid: 1, arid: next.id, araddr: 8 * next.word, arlen: next.beats - 1 });
      set(memory, { rready: random.integer(0, 1), read_latency: random.integer(1, 9) });
      draw(memory, random, shares);
      if (bit(memory, "rvalid") && bit(memory, "rready")) {
        const [id, word] = [memory.port("rid").read(), Number(memory.port("rdata").readBig())];
        came.push({ id, word, isLast: bit(memory, "rlast") });
      }
      if (bit(memory, "arready")) {
        asked.push(next);
        const [id, beats] = [random.integer(0, 15), random.integer(1, 6)];
        next = { id, word: (next.word + next.beats) % 500, beats };
      }
      memory.run(1);
    }
    const wanted = asked.flatMap(({ id, word, beats }) =>
      Array.from({ length: beats }, (_, beat) => ({ id, word: word + beat, isLast: beat === beats - 1 })),
    );
    return { wanted, came };
  }

  const of = <T extends { id: number }>(beats: readonly T[], id: number): T[] =>
    beats.filter((beat) => beat.id === id);
  /** Changes of the ID before a burst's last beat. */
  const switches = (beats: readonly { id: number; isLast: boolean }[]): number =>
    beats.filter((beat, at) => !beat.isLast && beats[at + 1] !== undefined && beats[at + 1]?.id !== beat.id)
      .length;

  test("read data without a whim come in the order of their addresses", async () => {
    const { wanted, came } = await readBeats({});
    expect(came.length).toBeGreaterThan(1000);
    expect(came).toEqual(wanted.slice(0, came.length));
  });

  test.each([
    ["reordered", { reorder_read: 40 }, false],
    ["interleaved", { interleave: 40 }, true],
    ["both", { reorder_read: 40, interleave: 40, stall_r: 30 }, true],
  ] as const)("read data that are %s keep the order within each ID", async (_, shares, interleaves) => {
    const { wanted, came } = await readBeats(shares);
    expect(came.length).toBeGreaterThan(1000);
    expect(came).not.toEqual(wanted.slice(0, came.length));
    for (let id = 0; id < 16; id++) {
      const found = of(came, id);
      expect(found).toEqual(of(wanted, id).slice(0, found.length));
      expect(found.length).toBeGreaterThan(0);
    }
    expect(switches(came) > 0).toBe(interleaves);
  });

  test.each([
    ["in order", {}, 0],
    ["in any order", { reorder_write: 50 }, 0],
    ["in any order, for data that go first", { reorder_write: 50, stall_aw: 80 }, 8],
  ] as const)("responses %s keep the order within each ID", async (name, shares, ahead) => {
    const memory = await openRough({ awsize: 3, awburst: 1, wstrb: 255, cfg_data_ahead: ahead });
    const random = new Random(78n);
    const asked: { id: number; response: number }[] = [];
    const came: { id: number; response: number }[] = [];
    let id = 0;
    let sent = 0;
    let [taken, written, most] = [0, 0, 0];
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      memory.port("cycle").write(memory.cycle);
      set(memory, { awvalid: 1, awid: id, wvalid: 1, wlast: 1, awaddr: 8 * (sent % 2048), bready: 1 });
      set(memory, { write_latency: random.integer(1, 9), write_error: random.integer(0, 1) * 2 });
      draw(memory, random, shares);
      if (bit(memory, "bvalid"))
        came.push({ id: memory.port("bid").read(), response: memory.port("bresp").read() });
      if (bit(memory, "awready")) {
        asked.push({ id, response: -1 });
        id = random.integer(0, 15);
        sent++;
      }
      taken += memory.port("wready").read();
      if (bit(memory, "write_beat"))
        Object.assign(asked[written++] as object, { response: memory.port("write_error").read() });
      most = Math.max(most, taken - sent);
      memory.run(1);
    }
    expect(most).toBe(ahead);
    expect(came.length).toBeGreaterThan(500);
    const inOrder = JSON.stringify(came) === JSON.stringify(asked.slice(0, came.length));
    expect(inOrder).toBe(name === "in order");
    for (let each = 0; each < 16; each++) {
      const found = of(came, each);
      expect(found).toEqual(of(asked, each).slice(0, found.length));
    }
  });
});

test("data are taken in the cycle of their address", async () => {
  const memory = await openMemory({ awvalid: 1, wvalid: 1, wlast: 1, wstrb: 255, awsize: 3, awburst: 1 });
  memory.port("cycle").write(memory.cycle);
  expect(["awready", "wready", "write_beat"].map((name) => bit(memory, name))).toEqual([true, true, true]);
});

describe("errors on purpose", () => {
  const responses = { SLVERR: 2, DECERR: 3 } as const;
  const directions = { read: 1, write: 2 } as const;
  const cases = Object.keys(responses).flatMap((kind) =>
    Object.keys(directions).map((direction) => [kind, direction] as const),
  );

  test.each(cases)(
    "%s of a %s by address, in each entry, for 8 bytes and one direction",
    async (kind, way) => {
      const [response, direction] = [responses[kind as "SLVERR"], directions[way as "read"]];
      for (let entry = 0; entry < 4; entry++) {
        const errors = await openModule("hilt_harness_errors");
        set(errors, { rst: 1 });
        errors.run(1);
        set(errors, { rst: 0, [`cfg_error_control_${entry}`]: (response << 2) | direction });
        errors.port(`cfg_error_address_${entry}`).write(0x1_0000_0010n);
        const answers = [0x1_0000_000fn, 0x1_0000_0010n, 0x1_0000_0017n, 0x1_0000_0018n, 0x10n].map(
          (address) => {
            errors.port("read_beat_address").write(address);
            errors.port("write_beat_address").write(address);
            return [errors.port("read_error").read(), errors.port("write_error").read()];
          },
        );
        const hit = way === "read" ? [response, 0] : [0, response];
        expect(answers).toEqual([[0, 0], hit, hit, [0, 0], [0, 0]]);
      }
    },
  );

  test.each(cases)("%s of the %s beat with a number, once", async (kind, way) => {
    const errors = await openModule("hilt_harness_errors");
    errors.port("rst").write(1);
    errors.run(1);
    set(errors, {
      rst: 0,
      [`cfg_error_${way}_beat`]: 5,
      [`cfg_error_${way}_beat_kind`]: responses[kind as "SLVERR"],
    });
    const other = way === "read" ? "write" : "read";
    set(errors, { read_beat: 1, write_beat: 1 });
    const failed: number[] = [];
    for (let beat = 0; beat < 20; beat++) {
      expect(errors.port(`${other}_error`).read()).toBe(0);
      if (errors.port(`${way}_error`).read() === responses[kind as "SLVERR"]) failed.push(beat);
      errors.run(1);
    }
    expect(failed).toEqual([5]);
  });
});

test("every setting of a target reaches its place", async () => {
  const stalls = { ar: 0.1, aw: 0.2, w: 0.3, r: 0.4, b: 0.5, register: 0.6 };
  const harness = {
    readLatency: [2, 30],
    writeLatency: 5,
    readOutstanding: 7,
    writeOutstanding: 9,
    stalls,
  } as const;
  await using link = await openSimulator("settings", { engine: "wasm", harness }, { ...options, seed: 3n });
  const found = (name: string): number => link.simulation.port(`cfg_${name}`).read();
  expect(["read", "write"].map((way) => [found(`${way}_latency_min`), found(`${way}_latency_max`)])).toEqual([
    [2, 30],
    [5, 5],
  ]);
  expect([found("read_outstanding"), found("write_outstanding")]).toEqual([7, 9]);
  for (const [channel, share] of Object.entries(stalls)) {
    expect([channel, found(`stall_${channel}`)]).toEqual([channel, Math.round(share * 256)]);
  }
});

test("a reset takes its cycles whatever the registers held before", async () => {
  const model = await new WasmEngine(options).build(harnessSource());
  const simulation = model.open();
  // A log that looks full, as one in 8192 seeds makes it.
  set(simulation, { host_event_tail: 4096, rst: 1 });
  expect(simulation.run(4)).toBe(4);
});
