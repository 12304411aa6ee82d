import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { failures, type JournalEntry } from "../../../src/journal/journal-entry.ts";
import { protocolRules } from "../../../src/spec/protocol-rules.ts";
import { grown, header, line } from "./grown-journal.ts";
import { play, steps } from "./random-journal.ts";
import { readJournal } from "./whole-journal.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt journal ü-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An entry as the reader in Python prints it. */
function plain(entry: JournalEntry): object {
  const { kind, asked, crossed = null } = entry;
  const hex = (at: bigint): string => `0x${at.toString(16)}`;
  const both = { kind, asked, crossed };
  switch (entry.kind) {
    case "register": {
      const { access, address, value, isAnswered, failure } = entry;
      const code = failure === undefined ? 0 : failures.indexOf(failure) + 1;
      const up = Number(access === "write");
      return {
        ...both,
        up,
        address: hex(BigInt(address)),
        value,
        answered: Number(isAnswered),
        failure: code,
      };
    }
    case "access": {
      const { direction, address, lengthBytes, master = 255 } = entry;
      return {
        ...both,
        up: Number(direction === "write"),
        address: hex(address),
        bytes: lengthBytes,
        master,
      };
    }
    case "windows": {
      const { isOpening, access, use, count, first, last, lengthBytes, hash } = entry;
      const places = { address: hex(first), last: hex(last), bytes: lengthBytes };
      return {
        ...both,
        up: Number(isOpening),
        access,
        shared: Number(use === "shared"),
        count,
        hash,
        ...places,
      };
    }
    case "written": {
      const { address, lengthBytes, crc, bytes } = entry;
      const payload = bytes === undefined ? {} : { payload: Buffer.from(bytes).toString("hex") };
      return { ...both, up: 0, address: hex(address), bytes: lengthBytes, crc, ...payload };
    }
    case "interrupt":
      return { ...both, up: Number(entry.asserted), address: "0x0" };
    case "violation": {
      const rule = protocolRules.findIndex(({ name }) => name === entry.rule);
      return { ...both, up: 0, address: hex(entry.address), rule, deviceCycle: entry.deviceCycle ?? null };
    }
    default:
      return { ...both, up: Number(entry.direction === "write"), address: hex(entry.address) };
  }
}

test("a reader written from docs/journal.md reads the same", () => {
  const reader = join(import.meta.dirname, "read_journal.py");
  const plans = fc.sample(steps, { numRuns: 12, seed: 7 });
  const journals = plans.map((plan, index) => {
    const path = join(folder, `python ${index}.journal`);
    return { path, journal: grown(path, (one) => play(one, plan)) };
  });
  const { stdout, stderr } = spawnSync("python3", [reader, ...journals.map(({ path }) => path)], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  const lines = stdout.trim().split("\n");
  for (const [index, { path, journal }] of journals.entries())
    expect(JSON.parse(lines[index] as string)).toEqual({
      ...{ header, complete: Number(journal.incompleteness === undefined), ended: true, line },
      entries: readJournal(path, readFileSync(path)).entries.map(plain),
    });
  const kinds = new Set(journals.flatMap(({ journal }) => journal.entries.map(({ kind }) => kind)));
  expect(kinds.size).toBe(8);
});
