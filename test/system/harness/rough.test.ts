import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { HarnessSettings } from "../../../src/links/simulator/settings.ts";
import { type Flaw, flaws, runCopies, type Style, styles } from "../foreign/striper.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt rough ä-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Slow and uneven, as memory could be before it could do more. */
const uneven: HarnessSettings = {
  ...{ readLatency: [1, 30], writeLatency: [1, 30] },
  stalls: { ar: 0.3, aw: 0.7, w: 0.1, r: 0.3, b: 0.3, register: 0.3 },
};

const whims = {
  "reordering of r": { reordering: { r: 0.5 } },
  "reordering of b": { reordering: { b: 0.5 } },
  interleaving: { interleaving: 0.3 },
  dataAhead: { dataAhead: 8 },
  junk: { junk: 0.5 },
  readyAfterValid: { readyAfterValid: true },
} as const satisfies Record<string, HarnessSettings>;
type Whim = keyof typeof whims;

/** By which whims of memory each flaw shows. */
const shownBy: Readonly<Record<Flaw, readonly Whim[]>> = {
  "believes the first RID up to RLAST": ["interleaving"],
  "takes read data in the order of their addresses": ["reordering of r", "interleaving"],
  "takes responses in the order of their bursts": ["reordering of b"],
  "forgets the address when its data go first": ["dataAhead"],
  "takes a register write by its address alone": ["junk"],
  "waits for READY before VALID": ["readyAfterValid"],
};

const everything: HarnessSettings = {
  ...uneven,
  ...{ reordering: 0.4, interleaving: 0.4, dataAhead: 3, junk: 0.5, readyAfterValid: true },
};

describe("a flaw of a master that AXI does not forgive", () => {
  test.each(Object.keys(flaws) as Flaw[])("%s: one whim of memory shows it, and no other", async (flaw) => {
    const run = (harness: HarnessSettings) =>
      runCopies({ engine: "wasm", harness, seed: 11n, flaw, rounds: 30 }, folder);
    expect((await run(uneven)).problem, "without a whim").toBeUndefined();
    const shows: string[] = [];
    for (const [whim, harness] of Object.entries(whims))
      if ((await run({ ...uneven, ...harness })).problem !== undefined) shows.push(whim);
    expect(shows).toEqual(shownBy[flaw]);
  });
});

const tempers: Readonly<Record<string, HarnessSettings>> = {
  ideal: { junk: 0.01 },
  "uneven, with junk": { ...uneven, junk: 0.6 },
  "out of order": { ...uneven, reordering: 0.6, interleaving: 0.5 },
  everything,
};

describe.each(Object.keys(styles) as Style[])("a master of the style %s", (style) => {
  test.each(Object.entries(tempers))(
    "does its work on memory that is %s, alike on both engines",
    async (_, harness) => {
      const copies = { harness, seed: 5n, style, rounds: 12 };
      const wasm = await runCopies({ ...copies, engine: "wasm" }, folder);
      expect(wasm.problem).toBeUndefined();
      const verilator = await runCopies({ ...copies, engine: "verilator" }, folder);
      expect(verilator.events).toEqual(wasm.events);
    },
  );
});
