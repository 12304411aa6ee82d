import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { logicalAddress } from "../../../src/core/address.ts";
import { Random } from "../../../src/core/random.ts";
import { AT, ENTRY_BYTES, FLAG, KIND } from "../../../src/journal/entry-layout.ts";
import { Journal } from "../../../src/journal/journal.ts";
import { failures, type JournalEntry } from "../../../src/journal/journal-entry.ts";
import { JournalFile } from "../../../src/journal/journal-file.ts";
import type { JournalHeader } from "../../../src/journal/journal-header.ts";
import { readJournal } from "./whole-journal.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt large ü-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const header = {
  ...{ target: "wasm", seed: "0x1", device: "d", run: "r", test: "t" },
  clock: { kind: "simulated", frequencyHz: 1e8 },
} as JournalHeader;

/** Register writes with their number for an address, and answers to most of them, some long after. */
class Writes {
  readonly #file: JournalFile;
  readonly #random = new Random(5n);
  readonly #entry = new Uint8Array(ENTRY_BYTES);
  readonly #view = new DataView(this.#entry.buffer);
  /** What each is to be in the end; the place is its number. */
  readonly wanted: { cycle: number; failure: number; isAnswered: boolean }[] = [];
  #open: number[] = [];

  constructor(file: JournalFile) {
    this.#file = file;
  }

  ask(time: number): void {
    const asked = 20 * Math.floor((time + this.#random.integer(0, 40)) / 20);
    this.#view.setUint8(AT.kind, KIND.register);
    this.#view.setUint8(AT.flags, FLAG.up);
    this.#view.setFloat64(AT.asked, asked, true);
    this.#view.setFloat64(AT.crossed, Number.NaN, true);
    this.#view.setBigUint64(AT.address, BigInt(this.wanted.length), true);
    this.#file.append(this.#entry);
    this.#open.push(this.wanted.length);
    this.wanted.push({ cycle: asked, failure: 0, isAnswered: false });
  }

  /** Answers some of those that wait, so that so many are left, and gives up one. */
  answer(time: number, left: number): void {
    this.#open.splice(0, 1);
    while (this.#open.length > left) {
      const [number = 0] = this.#open.splice(this.#random.integer(0, this.#open.length - 1), 1);
      const failure = Math.max(0, this.#random.integer(-20, failures.length));
      const isUnknown = this.#random.integer(0, 3) === 0;
      const crossed = isUnknown ? Number.NaN : 20 * Math.floor(time / 20);
      this.#file.answer(number, crossed, failure);
      const before = this.wanted[number] as (typeof this.wanted)[number];
      const cycle = isUnknown ? before.cycle : crossed;
      this.wanted[number] = { cycle, failure, isAnswered: failure === 0 };
    }
  }
}

test("entries of a file of many pieces come in the order in which they crossed, however late they are answered", () => {
  const path = join(folder, "order.journal");
  const file = new JournalFile(path);
  file.begin(header);
  const writes = new Writes(file);
  for (let number = 0; number < 30_000; number++) {
    writes.ask(Math.floor(number / 3));
    // More wait at times than a piece of the file has.
    if (number % 100 === 99) writes.answer(Math.floor(number / 3), number % 15_000 < 14_000 ? 12_000 : 10);
  }
  file.close(false);
  expect(statSync(path).size).toBeGreaterThan(8 * (1 << 18));
  const order = writes.wanted
    .map((one, number) => ({ ...one, number }))
    .sort((a, b) => a.cycle - b.cycle || a.number - b.number);
  const { entries, damage } = readJournal(path, readFileSync(path));
  expect(damage).toBeUndefined();
  const found = entries.map((one) => {
    const {
      cycle,
      isAnswered,
      address: number,
      failure,
    } = one as Extract<JournalEntry, { kind: "register" }>;
    return { cycle, failure: failure === undefined ? 0 : failures.indexOf(failure) + 1, isAnswered, number };
  });
  expect(found).toEqual(order);
});

test("hilt journal show takes little memory for a file of 384 MiB", () => {
  const path = join(folder, "large.journal");
  const file = new JournalFile(path);
  const journal = new Journal(undefined, file);
  file.begin(header);
  const bytes = new Uint8Array(1 << 15).fill(0x5a);
  const address = logicalAddress(0x1000n);
  const access = { kind: "access", direction: "write", address, lengthBytes: bytes.length } as const;
  const count = 384 * 32;
  for (let cycle = 0; cycle < 10 * count; cycle += 10) {
    const number = journal.ask("read", 4, 0, cycle);
    journal.note({ ...access, cycle: cycle + 1 });
    journal.note({ kind: "written", cycle: cycle + 5, address, bytes });
    journal.note({ kind: "access-end", direction: "write", cycle: cycle + 6 });
    journal.answer(number, cycle + 7, cycle);
  }
  journal.close();
  expect(statSync(path).size).toBeGreaterThan(384 << 20);
  const child = fileURLToPath(new URL("show-journal.mts", import.meta.url));
  const args = ["--max-old-space-size=48", "--import", "tsx", child, path, "register"];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 1 << 26 });
  expect(stderr).toBe("");
  const lines = stdout.trim().split("\n");
  expect(lines.slice(0, 4).at(-1)).toBe("journal: complete: with the bytes of every write of the device");
  expect(lines).toHaveLength(count + 5);
  expect(Number(lines.at(-1))).toBeLessThan(256);
});
