import { describe, expect, test } from "vitest";
import { openModule, set } from "./open-module.ts";

describe("chance", () => {
  const events = [
    ...["stall_ar", "stall_aw", "stall_w", "stall_r", "stall_b", "stall_register"],
    ...["reorder_read", "reorder_write", "interleave", "junk"],
  ];

  test("a share of 0 is never, and one of 255 is not always", async () => {
    const chance = await openModule("hilt_harness_chance", { ROUGH: 1 });
    for (const [share, always, never] of [
      [0, false, true],
      [255, false, false],
    ] as const) {
      for (const name of events) chance.port(`cfg_${name}`).write(share);
      set(chance, { cfg_seed: 5, rst: 1 });
      chance.run(2);
      chance.port("rst").write(0);
      const counts = Object.fromEntries(events.map((name) => [name, 0]));
      for (let cycle = 0; cycle < 4000; cycle++) {
        chance.run(1);
        for (const name of events) counts[name] = (counts[name] as number) + chance.port(name).read();
      }
      for (const [name, count] of Object.entries(counts))
        expect([share, name, count === 4000, count === 0]).toEqual([share, name, always, never]);
    }
  });

  const shares = { ar: 0, aw: 64, w: 128, r: 230, b: 10, register: 32 } as const;
  const CYCLES = 8000;

  async function draw(seed: number): Promise<{ stalls: number[][]; latencies: [number, number][] }> {
    const chance = await openModule("hilt_harness_chance");
    set(chance, { cfg_seed: seed, rst: 1 });
    set(chance, { cfg_read_latency_min: 3, cfg_read_latency_max: 9 });
    set(chance, { cfg_write_latency_min: 20, cfg_write_latency_max: 20 });
    for (const [channel, share] of Object.entries(shares)) chance.port(`cfg_stall_${channel}`).write(share);
    chance.run(2);
    chance.port("rst").write(0);
    const stalls: number[][] = [];
    const latencies: [number, number][] = [];
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      chance.run(1);
      stalls.push(Object.keys(shares).map((channel) => chance.port(`stall_${channel}`).read()));
      latencies.push([chance.port("read_latency").read(), chance.port("write_latency").read()]);
    }
    return { stalls, latencies };
  }

  test("stalls each channel in its share of cycles, whatever the others do", async () => {
    const { stalls } = await draw(7);
    const both = (a: number, b: number): number =>
      stalls.filter((row) => row[a] === 1 && row[b] === 1).length / CYCLES;
    const wanted = Object.values(shares).map((share) => share / 256);
    for (const [a, share] of wanted.entries()) {
      expect(Math.abs(both(a, a) - share)).toBeLessThan(0.02);
      for (const [b, other] of wanted.entries()) {
        if (b !== a) expect(Math.abs(both(a, b) - share * other)).toBeLessThan(0.02);
      }
    }
  });

  test("draws latencies from their range, both ends included, and a fixed one is fixed", async () => {
    const { latencies } = await draw(8);
    expect([...new Set(latencies.map(([read]) => read))].sort((a, b) => a - b)).toEqual([
      3, 4, 5, 6, 7, 8, 9,
    ]);
    expect(new Set(latencies.map(([, write]) => write))).toEqual(new Set([20]));
  });

  test("follows from the seed", async () => {
    const [first, again, other] = [await draw(9), await draw(9), await draw(10)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});
