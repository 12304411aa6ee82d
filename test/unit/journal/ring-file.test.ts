import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { afterAll, expect, test, vi } from "vitest";
import type { LinkEvent } from "../../../src/bus/event.ts";
import { logicalAddress } from "../../../src/core/address.ts";
import { Journal } from "../../../src/journal/journal.ts";
import type { JournalEntry } from "../../../src/journal/journal-entry.ts";
import { FILE_MEMORY_BYTES, JournalFile, writeRing } from "../../../src/journal/journal-file.ts";
import { JournalRing, RING_BYTES } from "../../../src/journal/journal-ring.ts";
import { ringFileName, ringsLeft } from "../../../src/journal/left-rings.ts";
import { RingFile } from "../../../src/journal/ring-file.ts";
import { play, steps } from "./random-journal.ts";
import { readJournal } from "./whole-journal.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt ring ü-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const header = { device: "a device", test: "ä.hil.ts > ß" } as never;

test("whoever has the file has the ring, while the process has the memory", () => {
  const file = RingFile.open(join(folder, ringFileName(1234, 0)));
  RingFile.open(join(folder, ringFileName(12345, 0)));
  fc.assert(
    fc.property(steps, (plan) => {
      const journal = new Journal(file.clear());
      expect(ringsLeft(folder, 1234)).toEqual([]);
      file.describe({ path: "/ü/a.journal", header, isWhole: false });
      play(journal, plan);
      const [left, ...others] = ringsLeft(folder, 1234);
      expect(others).toEqual([]);
      expect(left).toMatchObject({ path: "/ü/a.journal", header });
      expect(new Journal(left?.ring).entries).toEqual(journal.entries);
      file.release();
    }),
    { numRuns: 50, seed: 1 },
  );
  expect(readdirSync(folder)).toHaveLength(2);
});

/** The writes of numbers to memory, of which each may be the last of a process. */
const setters = ["setUint8", "setUint16", "setUint32", "setFloat64", "setBigUint64"] as const;
/** What changes an entry, as one change. */
const changes = ["note", "noteRegister", "complete", "noteWindow", "addWindow"] as const;

/** Does `act` to a ring; `onWrite` has the memory after each write, `onChange` after each change. */
function observed(ring: Uint8Array, act: () => void, onWrite: () => void, onChange: () => void): void {
  const spies = [
    ...setters.map((name) => {
      const original = DataView.prototype[name] as (...args: unknown[]) => void;
      return vi.spyOn(DataView.prototype, name).mockImplementation(function (
        this: DataView,
        ...args: unknown[]
      ) {
        original.apply(this, args);
        if (this.buffer === ring.buffer) onWrite();
      });
    }),
    ...changes.map((name) => {
      const original = JournalRing.prototype[name] as (...args: unknown[]) => never;
      return vi.spyOn(JournalRing.prototype, name).mockImplementation(function (
        this: JournalRing,
        ...args: unknown[]
      ) {
        const result = original.apply(this, args);
        onChange();
        return result;
      });
    }),
  ];
  try {
    act();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

test.each([0, 1020])(
  "wherever its process ends, each entry of a ring is as before a change or as after it, or is torn: %s before",
  (before) => {
    const [plan = []] = fc.sample(steps, { numRuns: 20, seed: 7 }).sort((a, b) => b.length - a.length);
    const bytes = new Uint8Array(RING_BYTES);
    const journal = new Journal(new JournalRing(bytes));
    for (let cycle = 0; cycle < before; cycle++)
      journal.note({ kind: "fault", cycle, direction: "read", address: logicalAddress(BigInt(cycle)) });
    const legal = new Map<number, Set<string>>();
    const read = (): { torn: number | undefined; texts: Map<number, string> } => {
      const ring = new JournalRing(Uint8Array.from(bytes));
      const texts = new Map<number, string>();
      for (let number = ring.oldest; number < ring.written; number++) {
        // Those between are of before the plan, and far from where it writes.
        if (number === ring.oldest + 70 && number < before) number = before;
        if (number !== ring.torn) texts.set(number, JSON.stringify(ring.entry(number), plainNumbers));
      }
      return { torn: ring.torn, texts };
    };
    const learn = (): void => {
      for (const [number, text] of read().texts)
        legal.set(number, (legal.get(number) ?? new Set()).add(text));
    };
    learn();
    const snapshots: ReturnType<typeof read>[] = [];
    // Reading restores nothing that the spies see: it has memory of its own.
    observed(
      bytes,
      () => play(journal, plan),
      () => snapshots.push(read()),
      learn,
    );
    expect(snapshots.length).toBeGreaterThan(200);
    expect(snapshots.some(({ torn }) => torn !== undefined)).toBe(true);
    for (const { texts } of snapshots)
      for (const [number, text] of texts)
        if (legal.get(number)?.has(text) !== true) expect.fail(`entry ${number} is guessed: ${text}`);
  },
);

function plainNumbers(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}` : value;
}

test("the file of a process that is gone says so, and that an entry is torn", () => {
  const fault = (cycle: number) =>
    ({ kind: "fault", cycle, direction: "read", address: logicalAddress(8n) }) as const;
  // Killed while it noted the third entry, the first of a ring that is full, and while it completed the second.
  for (const [noted, writing, missing, shown] of [
    [2, 3, 0, 2],
    [1024, 1025, 1, 1023],
    [2, 2, 0, 1],
    [2, 0, 0, 2],
  ] as const) {
    const bytes = new Uint8Array(RING_BYTES);
    const journal = new Journal(new JournalRing(bytes));
    for (let cycle = 0; cycle < noted; cycle++) journal.note(fault(cycle));
    new DataView(bytes.buffer).setFloat64(8, writing, true);
    const path = join(folder, "torn.journal");
    writeRing(
      path,
      { ...(header as object), clock: { frequencyHz: 1 }, ...texts } as never,
      new JournalRing(bytes),
      {
        isLost: true,
      },
    );
    const found = readJournal(path, readFileSync(path));
    expect(found.damage).toBeUndefined();
    expect(found).toMatchObject({ missing, isLost: true, torn: writing === 0 ? 0 : 1 });
    expect(found.entries).toHaveLength(shown);
  }
});

test("a file that grew is completed when its process is gone, with what it had not written yet, once, and what came after", () => {
  const whole = { ...(header as object), clock: { frequencyHz: 1 }, ...texts } as never;
  const paths = ["whole", "lost"].map((name) => join(folder, `${name}.journal`)) as [string, string];
  // The rest of a transfer: accesses that have no answer yet get one.
  const after: readonly LinkEvent[] = [
    { kind: "access", cycle: 3e12, direction: "write", address: logicalAddress(8n), lengthBytes: 8 },
    { kind: "written", cycle: 3e12 + 1, address: logicalAddress(8n), bytes: new Uint8Array(8).fill(7) },
    { kind: "access-end", cycle: 3e12 + 2, direction: "write" },
    { kind: "access-end", cycle: 3e12 + 3, direction: "read" },
  ];
  const completed = (memory: Uint8Array, ring: Uint8Array) => {
    const left = new JournalRing(ring.slice());
    const file = JournalFile.resume(paths[1], memory, left);
    expect(file).toBeDefined();
    const resumed = new Journal(left, file);
    for (const event of after) resumed.note(event);
    resumed.close(undefined, { isLost: true });
    const { damage, entries, isLost, isComplete } = readJournal(paths[1], readFileSync(paths[1]));
    expect({ damage, isLost, isComplete }).toEqual({ damage: undefined, isLost: true, isComplete: false });
    return plain(entries);
  };
  const address = logicalAddress(8n);
  const plain = (entries: JournalEntry[]) =>
    entries.map((entry) =>
      entry.kind === "written" ? { ...entry, bytes: crc32(entry.bytes as Uint8Array) } : entry,
    );
  const later = fc.integer({ min: 1, max: 100_000 });
  fc.assert(
    fc.property(steps, fc.array(later, { maxLength: 3 }), (plan, payloads) => {
      rmSync(paths[1], { force: true });
      const memory = new Uint8Array(FILE_MEMORY_BYTES);
      const file = new JournalFile(paths[0], memory);
      const ring = new Uint8Array(RING_BYTES);
      const journal = new Journal(new JournalRing(ring), file);
      play(journal, plan.slice(0, 5));
      // The device is not known yet: the ring has all that there is.
      expect(JournalFile.resume(paths[1], memory, journal.ring)).toBeUndefined();
      file.begin(whole);
      play(journal, plan.slice(5));
      for (const [cycle, lengthBytes] of payloads.entries())
        journal.note({
          kind: "written",
          cycle: 1e12 + cycle,
          address,
          bytes: new Uint8Array(lengthBytes).fill(cycle),
        });
      copyFileSync(paths[0], paths[1]);
      const then = memory.slice();
      const ringThen = ring.slice();
      const entries = completed(then, ringThen);
      // Killed after it had written that, and before it knew.
      copyFileSync(paths[0], paths[1]);
      const [place, used] = [0, 8].map((at) => new DataView(then.buffer).getFloat64(at, true)) as [
        number,
        number,
      ];
      truncateSync(paths[1], place);
      appendFileSync(paths[1], then.subarray(16, 16 + used));
      expect(completed(then, ringThen)).toEqual(entries);
      for (const event of after) journal.note(event);
      journal.close();
      expect(entries).toEqual(plain(readJournal(paths[0], readFileSync(paths[0])).entries));
    }),
    { numRuns: 60, seed: 4 },
  );
});

const texts = { target: "wasm", seed: "0x1", run: "r" };
