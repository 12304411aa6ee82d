import { expect, test } from "vitest";
import { Journal } from "../../src/journal/journal.ts";
import { JournalRing } from "../../src/journal/journal-ring.ts";
import { RecordingLink } from "../../src/journal/recording-link.ts";
import { connected } from "./connected.ts";
import { wideLink } from "./faulty-links/wide-link.ts";
import { describeLinkContract } from "./link-contract.ts";

const signals = ["device.**"];
const sound = connected("wasm", { link: "simulator", engine: "wasm", signals });
const { open } = wideLink(sound.open);

async function openRecorded(seed?: bigint): Promise<RecordingLink> {
  return new RecordingLink(await open(seed), new Journal(new JournalRing()));
}

describeLinkContract("a link that is recorded, with registers of 64 bits and signals", openRecorded, {
  several: async () => new RecordingLink(await sound.several!(), new Journal(new JournalRing())),
});

test("a journal has an access of 64 bits as two of 32, in a list as outside", async () => {
  await using link = await openRecorded();
  link.writeRegister64!(0x108, 0x89ab_cdef_0123_4567n);
  expect(await link.readRegister64!(0x108)).toBe(0x89ab_cdef_0123_4567n);
  await link.perform([
    { kind: "write", address: 0x108, value: 5n, width: 64 },
    { kind: "wait", limitCycles: 1 },
    { kind: "read", address: 0x108, width: 64 },
    { kind: "read", address: 0x108 },
  ]);
  const entries = link.journal.entries.flatMap((entry) =>
    entry.kind === "register" ? [[entry.access, entry.address, entry.value, entry.isAnswered]] : [],
  );
  expect(entries).toEqual([
    ["write", 0x108, 0x0123_4567, true],
    ["write", 0x10c, 0x89ab_cdef, true],
    ["read", 0x108, 0x0123_4567, true],
    ["read", 0x10c, 0x89ab_cdef, true],
    ["write", 0x108, 5, true],
    ["write", 0x10c, 0, true],
    ["read", 0x108, 5, true],
    ["read", 0x10c, 0, true],
    ["read", 0x108, 5, true],
  ]);
});
