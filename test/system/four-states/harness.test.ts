import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { logicalAddress, physicalAddress } from "../../../src/core/address.ts";
import { silentLog } from "../../../src/core/log.ts";
import { Random } from "../../../src/core/random.ts";
import { field, RegisterFile } from "../../../src/driver/register-file.ts";
import type { Simulation } from "../../../src/engine/engine.ts";
import { harnessSource } from "../../../src/links/simulator/harness-source.ts";
import { openModel } from "../../../src/links/simulator/open-simulator.ts";
import type { SimulatorLink } from "../../../src/links/simulator/simulator-link.ts";
import { buildModel } from "../../../src/links/simulator/simulator-model.ts";
import { type PortRecording, portsOf, recordPorts, wordsOf } from "./port-recording.ts";
import { type Replay, type ReplayedMemory, replayInIcarus } from "./replay.ts";

const cacheDirectory = ".hilt/cache";
const HOST = 0x1000_0000n;
/** Words of RAM that are compared; the rest is X throughout. */
const RAM_WORDS = 0x4000;
const PAGES = (RAM_WORDS * 8) / 4096;
const LENGTHS = [1, 7, 64, 333, 1500];

const folder = mkdtempSync(join(tmpdir(), "harness ä-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Piece {
  readonly id: "h2c" | "c2h";
  readonly address: bigint;
  readonly lengthBytes: number;
  readonly card: number;
}

/** Buffers in windows of their own, filled; each range goes to the card and comes back elsewhere. */
function placeBuffers(link: SimulatorLink): Piece[] {
  const random = new Random(20_276n);
  return LENGTHS.flatMap((lengthBytes, round) => {
    const card = random.integer(0, 5000);
    return (["h2c", "c2h"] as const).map((id) => {
      const address = HOST + BigInt(0x4000 * round + (id === "h2c" ? 0 : 0x2000) + random.integer(0, 100));
      const physical = physicalAddress(address);
      if (id === "h2c") link.memory.view(physical, lengthBytes).set(random.bytes(lengthBytes));
      const access = id === "h2c" ? "read" : "write";
      link.windows.open({ logical: logicalAddress(address), physical, lengthBytes, access, use: "mapped" });
      return { id, address, lengthBytes, card };
    });
  });
}

/** The transfers, and then one from an address outside of every window and one that memory fails. */
async function transfer(link: SimulatorLink, pieces: readonly Piece[]): Promise<void> {
  const registers = new RegisterFile(link);
  registers.global.write("CONTROL", field("CONTROL", "BUS_MASTER").mask);
  registers.global.write("IRQ_ENABLE", 0xffff_ffff);
  const interrupt = link.listen();
  const run = async ({ id, address, lengthBytes, card }: Piece): Promise<number> => {
    registers[id].write("HOST_ADDRESS_LOW", Number(address));
    registers[id].write("CARD_ADDRESS", card);
    registers[id].write("LENGTH", lengthBytes);
    registers[id].write("COMMAND", field("COMMAND", "START").mask);
    expect(await interrupt.wait(100_000)).toBe(true);
    registers.global.write("IRQ_STATUS", 0xffff_ffff);
    return field("ERROR", "KIND").of(await registers[id].read("ERROR"));
  };
  for (const piece of pieces) expect(await run(piece)).toBe(0);
  const [first, second] = pieces as [Piece, Piece];
  expect(await run({ ...first, address: HOST + 0x1f000n })).toBe(3);
  link.errors.at(logicalAddress(second.address), "write", "SLVERR");
  expect(await run(second)).toBe(2);
}

/** The words of the event log's columns that say something, by the bits of `event_info`. */
function eventLog(simulation: Simulation): ReplayedMemory[] {
  const count = simulation.port("event_head").read();
  const infos = wordsOf(simulation, "events.event_info", count).map((word) => BigInt(`0x${word}`));
  const column = (name: string, keep: (word: string, info: bigint) => string): ReplayedMemory => {
    const words = wordsOf(simulation, `events.event_${name}`, count);
    const after = words.map((word, index) => keep(word, infos[index] as bigint));
    // They begin as X.
    return { path: `events.event_${name}`, before: words.map((word) => "x".repeat(word.length)), after };
  };
  const whenever =
    (bits: bigint) =>
    (word: string, info: bigint): string =>
      (info & bits) === 0n ? "z".repeat(word.length) : word;
  return [
    column("cycle", (word) => word),
    // IDs and lengths are those of the addresses that were taken.
    column("info", (word, info) => {
      const [aw, ar] = [(info & 2n) !== 0n, (info & 1n) !== 0n];
      const hide = (digits: string, isKept: boolean): string => (isKept ? digits : digits.replace(/./g, "z"));
      const part = (from: number, to: number, isKept: boolean): string => hide(word.slice(from, to), isKept);
      return `${word.slice(0, 6)}${part(6, 7, aw)}${part(7, 8, ar)}${part(8, 10, aw)}${part(10, 12, ar)}${word.slice(12)}`;
    }),
    // {0, ID of B, ID of R, shape of AW, shape of AR}
    column("bursts", (word, info) => {
      const part = (from: number, to: number, bit: bigint): string =>
        (info & bit) === 0n ? word.slice(from, to).replace(/./g, "z") : word.slice(from, to);
      return `${word.slice(0, 2)}${part(2, 3, 8n)}${part(3, 4, 4n)}${part(4, 6, 2n)}${part(6, 8, 1n)}`;
    }),
    column("read_address", whenever(1n)),
    column("write_address", whenever(2n)),
    column("read_beat", whenever((1n << 6n) | (1n << 9n))),
    column("write_beat", whenever((1n << 7n) | (1n << 10n))),
  ];
}

/** The harness with the controller on the built-in engine. */
async function recordHarness(): Promise<Replay> {
  const stalls = { ar: 0.3, aw: 0.3, w: 0.3, r: 0.3, b: 0.3, register: 0.3 };
  const harness = { readLatency: [1, 20], writeLatency: [1, 20], stalls } as const;
  const source = harnessSource();
  const shapes = await portsOf(source, cacheDirectory);
  const settings = { engine: "wasm", harness } as const;
  const model = await buildModel(settings, { cacheDirectory, log: silentLog });
  const recordings: PortRecording[] = [];
  await using link = await openModel("four-states", settings, model, {
    ...{ seed: 20_276n, log: silentLog },
    open: (options) => {
      const simulation = model.open(options);
      recordings.push(recordPorts(simulation, shapes));
      return simulation;
    },
  });
  const { simulation } = link;
  const pieces = placeBuffers(link);
  const tables = (["page_table", "read_permission", "write_permission"] as const).map((name) => {
    const words = wordsOf(simulation, `memory.${name}`, name === "page_table" ? PAGES : PAGES * 16);
    return { path: `memory.${name}`, before: words, after: words };
  });
  const ram = wordsOf(simulation, "memory.ram", RAM_WORDS);
  await transfer(link, pieces);
  const commands = wordsOf(simulation, "commands.command");
  const posted = simulation.port("command_head").read();
  expect(posted).toBeLessThan(256);
  const responses = wordsOf(simulation, "commands.response", posted).map((word, index) =>
    // Of a write only the status and the cycle mean something.
    BigInt(`0x${commands[index]}`) >> 62n === 2n ? word : `${word.slice(0, 8)}zzzzzzzz`,
  );
  const recording = recordings[0] as PortRecording;
  const whole = recording.ports.map(({ width }) => (1n << BigInt(width)) - 1n);
  const none = recording.ports.map(({ width, direction }) =>
    direction === "input" ? (1n << BigInt(width)) - 1n : 0n,
  );
  const memories = [
    ...tables,
    { path: "memory.ram", before: ram, after: wordsOf(simulation, "memory.ram", RAM_WORDS) },
    { path: "commands.command", before: commands, after: commands },
    { path: "commands.response", before: responses.map((word) => "x".repeat(word.length)), after: responses },
    ...eventLog(simulation),
  ];
  const meaning = recording.rows.map((_, index) => (index === 0 ? none : whole));
  return { source, recording, meaning, memories };
}

test("round the controller the harness does in four states what it does in two: outputs, memory, answers, events", async () => {
  expect(replayInIcarus(folder, await recordHarness())).toBeUndefined();
});
