import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { RegisterAccessError } from "../../../src/bus/errors.ts";
import type { LinkEvent } from "../../../src/bus/event.ts";
import { logicalAddress, physicalAddress } from "../../../src/core/address.ts";
import { describeJournal, describeLine } from "../../../src/journal/describe-journal.ts";
import { JournalDamageError, JournalFormatError } from "../../../src/journal/errors.ts";
import { Journal } from "../../../src/journal/journal.ts";
import type { JournalEntry } from "../../../src/journal/journal-entry.ts";
import { JournalFile, writeRing } from "../../../src/journal/journal-file.ts";
import { PREFIX } from "../../../src/journal/journal-format.ts";
import { JournalRing } from "../../../src/journal/journal-ring.ts";
import { grown, header, line } from "./grown-journal.ts";
import { play, steps } from "./random-journal.ts";
import { readJournal } from "./whole-journal.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt journal ü-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the memory has of an entry. */
function withoutBytes(entry: JournalEntry): object {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => key !== "bytes"));
}

const windowAt = (at: bigint, lengthBytes = 64) => ({
  ...{ logical: logicalAddress(at), physical: physicalAddress(at), lengthBytes },
  ...{ access: "read" as const, use: "mapped" as const },
});

test("a file that grew, a ring that was written at the end and the memory hold the same entries", () => {
  fc.assert(
    fc.property(steps, (plan) => {
      const path = join(folder, "grown.journal");
      const journal = grown(path, (one) => play(one, plan));
      const read = readJournal(path, readFileSync(path));
      expect(read).toMatchObject({ header, missing: 0, line });
      expect(read.isComplete).toBe(journal.incompleteness === undefined);
      expect(read.damage).toBeUndefined();
      expect(read.entries.map(withoutBytes)).toEqual(journal.entries);
      for (const entry of read.entries)
        if (entry.kind === "written") expect(crc32(entry.bytes as Uint8Array)).toBe(entry.crc);
      const ring = join(folder, "ring.journal");
      writeRing(ring, header, journal.ring, { line });
      const again = readJournal(ring, readFileSync(ring));
      expect(again).toMatchObject({ header, isComplete: false, missing: 0, line });
      expect(again.entries).toEqual(journal.entries);
    }),
    { numRuns: 100 },
  );
});

test("what is dropped from a ring is counted, and what was there before a breach is kept", () => {
  const journal = new Journal();
  const rise = (cycle: number): void => journal.note({ kind: "interrupt", cycle, vector: 0, asserted: true });
  for (let cycle = 0; cycle < 1500; cycle++) rise(cycle);
  const before = journal.ring.copy();
  for (let cycle = 1500; cycle < 5000; cycle++) rise(cycle);
  const path = join(folder, "gaps.journal");
  writeRing(path, header, journal.ring, { before });
  const { entries, missing } = readJournal(path, readFileSync(path));
  const range = (from: number, to: number): number[] =>
    Array.from({ length: to - from }, (_, at) => from + at);
  expect(entries.map(({ cycle }) => cycle)).toEqual([...range(476, 1500), ...range(3976, 5000)]);
  expect(missing).toBe(476 + 3976 - 1500);
});

test("a journal that is cut off or damaged anywhere gives all entries before that place, and says where", () => {
  const [plan = []] = fc.sample(steps, { numRuns: 20, seed: 3 }).sort((a, b) => b.length - a.length);
  const path = join(folder, "whole.journal");
  writeRing(
    path,
    header,
    (() => {
      const one = new Journal();
      play(one, plan);
      return one.ring;
    })(),
  );
  const bytes = readFileSync(path);
  const whole = readJournal(path, bytes).entries;
  expect(whole.length).toBeGreaterThan(20);
  const first =
    PREFIX.bytes + new DataView(bytes.buffer, bytes.byteOffset).getUint32(PREFIX.headerLength, true);
  const check = (broken: Uint8Array, at: number): void => {
    if (at < first) {
      expect(() => readJournal("x.journal", broken), `byte ${at}`).toThrow(JournalFormatError);
      return;
    }
    const { entries, damage, isComplete } = readJournal("x.journal", broken);
    const records = Math.floor((at - first) / 48);
    expect(damage, `byte ${at}`).toBeInstanceOf(JournalDamageError);
    expect(isComplete).toBe(false);
    expect(damage?.offset).toBe(first + 48 * records);
    expect(damage?.message).toContain(`byte ${first + 48 * records}, after ${records} record`);
    expect(entries).toHaveLength(Math.min(records, whole.length));
    expect(whole).toEqual(expect.arrayContaining([...entries]));
  };
  for (let at = 0; at < bytes.length; at += 11) {
    check(bytes.subarray(0, at), at);
    const broken = Uint8Array.from(bytes);
    broken[at] = (broken[at] as number) ^ 0x10;
    check(broken, at);
  }
  expect(readJournal("x", Buffer.concat([bytes, Buffer.from("more")])).damage?.message).toContain(
    "bytes after its end",
  );
});

test("a line that damages is a finding, a slow one is not", () => {
  const clean = { ...line, damaged: 0, gaps: 0, askedAgain: 0 };
  expect(describeLine(clean)).toHaveLength(1);
  for (const count of ["damaged", "gaps", "askedAgain"])
    expect(describeLine({ ...clean, [count]: 1 })[1]).toMatch(/^ +ATTENTION: the line loses/);
});

test("a newer version and what is not a journal are refused", () => {
  const path = join(folder, "newer.journal");
  writeRing(path, header, new JournalRing());
  const bytes = readFileSync(path);
  bytes[PREFIX.version] = 3;
  expect(() => readJournal(path, bytes)).toThrow(
    /newer\.journal: a journal of version 3; this hilt reads up to version 2/,
  );
  // An older one has no record of a line.
  bytes[PREFIX.version] = 1;
  bytes.writeUInt32LE(crc32(bytes.subarray(PREFIX.version, PREFIX.crc)), PREFIX.crc);
  expect(readJournal(path, bytes)).not.toHaveProperty("line");
  writeFileSync(path, "");
  for (const text of ["", "{}", "\x89HJL\n"])
    expect(() => readJournal("a.txt", Buffer.from(text, "latin1"))).toThrow("a.txt: not a journal");
});

test("a header without what everybody needs is refused", () => {
  const path = join(folder, "header.journal");
  for (const broken of [{}, { ...header, clock: undefined }, { ...header, test: 7 }, [], "text"]) {
    writeRing(path, broken as never, new JournalRing());
    expect(() => readJournal(path, readFileSync(path))).toThrow(
      /header\.journal: its header (lacks|is not) /,
    );
  }
});

test("a file that is not closed is not complete, and has what was written", () => {
  const path = join(folder, "killed.journal");
  const file = new JournalFile(path);
  const journal = new Journal(new JournalRing(), file);
  file.begin(header);
  for (let cycle = 0; cycle < 5000; cycle++)
    journal.note({ kind: "interrupt", cycle, vector: 0, asserted: true });
  const { entries, damage, isComplete } = readJournal(path, readFileSync(path));
  expect(isComplete).toBe(false);
  expect(entries.length).toBeGreaterThan(4000);
  expect(damage?.message).toMatch(/after \d+ records: it is cut off: its last record is missing/);
  journal.close();
});

test("a journal without a byte of a write of the device does not say that it is complete", () => {
  const at = (address: bigint) => ({ address: logicalAddress(address) });
  const write = { kind: "access", direction: "write", lengthBytes: 16, cycle: 1 } as const;
  const end = { kind: "access-end", direction: "write", cycle: 9 } as const;
  const bytes = (address: bigint) =>
    ({ kind: "written", cycle: 5, ...at(address), bytes: new Uint8Array(8) }) as const;
  const fault = { kind: "fault", direction: "write", cycle: 5 } as const;
  const first = { ...write, ...at(0x1000n) };
  const second = { ...write, ...at(0x2000n) };
  const rows: [boolean, ...LinkEvent[]][] = [
    [true],
    [true, first, bytes(0x1008n), end],
    [true, first, { ...fault, ...at(0x1008n) }, end],
    [true, first, second, bytes(0x1000n), bytes(0x2000n), end, end],
    // It was under way when the test ended.
    [true, first, bytes(0x1000n), end, second],
    [true, { ...first, direction: "read" }, { ...end, direction: "read" }],
    [true, first, bytes(0x1000n), second, bytes(0x2000n)],
    [false, first, end],
    [false, first],
    [false, first, bytes(0x3000n), end],
    [false, first, { ...fault, ...at(0x1008n), direction: "read" }, end],
    [false, first, second, bytes(0x1000n), end, end],
    [false, first, bytes(0x1000n), second],
  ];
  for (const [isComplete, ...events] of rows) {
    const path = join(folder, "proof.journal");
    grown(path, (journal) => {
      for (const event of events) journal.note(event);
    });
    expect(readJournal(path, readFileSync(path)).isComplete, events.map(({ kind }) => kind).join(" ")).toBe(
      isComplete,
    );
  }
  const path = join(folder, "said.journal");
  grown(path, (journal) => journal.noteIncomplete("the link does not observe what the device writes"));
  expect(readJournal(path, readFileSync(path)).isComplete).toBe(false);
});

test("windows of one list are one entry, with a hash that each of them changes", () => {
  const noted = (...windows: ReturnType<typeof windowAt>[]): JournalEntry[] => {
    const journal = new Journal();
    for (const one of windows) journal.noteWindow(true, 5, one);
    return journal.entries;
  };
  const list = [windowAt(0x1000n), windowAt(0x3000n), windowAt(0x2000n, 32)];
  const [entry, ...others] = noted(...list);
  expect(others).toEqual([]);
  expect(entry).toMatchObject({
    kind: "windows",
    count: 3,
    first: 0x1000n,
    last: 0x2000n,
    lengthBytes: 160,
    cycle: 5,
  });
  const hashOf = (entries: JournalEntry[]): unknown =>
    entries[0]?.kind === "windows" ? entries[0].hash : undefined;
  const hashes = [
    list,
    [windowAt(0x1000n), windowAt(0x4000n), windowAt(0x2000n, 32)],
    [windowAt(0x1000n), windowAt(0x1_0000_3000n), windowAt(0x2000n, 32)],
    [windowAt(0x1000n), windowAt(0x3000n), windowAt(0x2000n, 33)],
    [windowAt(0x1000n), { ...windowAt(0x3000n), physical: physicalAddress(0x5000n) }, windowAt(0x2000n, 32)],
  ].map((one) => hashOf(noted(...one)));
  expect(new Set(hashes).size).toBe(5);
  expect(
    noted(list[0] as never, { ...windowAt(0x3000n), access: "write" as never }, windowAt(0x2000n)),
  ).toHaveLength(3);
  const journal = new Journal();
  journal.noteWindow(true, 5, windowAt(0x1000n));
  journal.ask("write", 0, 0, 5);
  journal.noteWindow(true, 5, windowAt(0x3000n));
  journal.noteWindow(false, 5, windowAt(0x3000n));
  journal.noteWindow(false, 6, windowAt(0x1000n));
  expect(journal.entries).toHaveLength(5);
});

test("windows that the device could write in have, when they are closed, a checksum of what is left in them", () => {
  const journal = new Journal();
  const [first, second] = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5)];
  const window = (at: bigint, { length }: Uint8Array) => ({
    ...windowAt(at, length),
    access: "write" as const,
  });
  journal.noteWindow(false, 5, window(0x1000n, first), first);
  journal.noteWindow(false, 5, window(0x3000n, second), second);
  journal.noteWindow(false, 6, { ...window(0x1000n, first), access: "read-write" }, first);
  expect(describeJournal(journal.entries)).toEqual([
    "cycle        5  host closes 2 write windows of 5 bytes at logical 0x0000000000001000 to 0x0000000000003000, CRC-32 0x470b99f4",
    "cycle        6  host closes a read-write window of 3 bytes at logical 0x0000000000001000, CRC-32 0x55bc801d",
  ]);
});

test("an error of a posted write is that of the write; what was asked for after it was not done", () => {
  const journal = new Journal();
  journal.ask("write", 0x18, 1, 10);
  journal.ask("write", 0x404, 2, 10);
  const read = journal.ask("read", 0x18, 0, 10);
  journal.fail([read], new RegisterAccessError("link", "write", 0x404, "SLVERR"));
  expect(describeJournal(journal.entries)).toEqual([
    "cycle       10  host writes register 0x0018 = 0x00000001",
    "cycle       10  host writes register 0x0404 = 0x00000002: FAILED, refused",
    "cycle       10  host reads  register 0x0018: FAILED, not done",
  ]);
});

test("an access of the device is listed by the end of it; one without an end by its beginning", () => {
  const journal = new Journal();
  const access = {
    kind: "access",
    direction: "read",
    address: logicalAddress(0x1000n),
    lengthBytes: 8,
  } as const;
  journal.note({ ...access, cycle: 10 });
  journal.note({ ...access, cycle: 11, address: logicalAddress(0x2000n) });
  journal.note({ kind: "interrupt", cycle: 15, vector: 0, asserted: true });
  journal.note({ kind: "access-end", cycle: 20, direction: "read" });
  expect(describeJournal(journal.entries)).toEqual([
    "cycle       11  device reads 8 bytes at logical 0x0000000000002000",
    "cycle       15  interrupt 0 goes high",
    "cycle       20  device reads 8 bytes at logical 0x0000000000001000",
  ]);
});
