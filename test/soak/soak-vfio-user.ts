import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Link } from "../../src/bus/link.ts";
import { logicalAddress, physicalAddress } from "../../src/core/address.ts";
import { silentLog } from "../../src/core/log.ts";
import { Random } from "../../src/core/random.ts";
import { field, RegisterFile } from "../../src/driver/register-file.ts";
import { PcieConnection } from "../../src/links/pcie/pcie-connection.ts";
import { buildSlot, startSlot } from "../../src/links/slot/start-slot.ts";
import { VfioUserDevice } from "../../src/links/slot/vfio-user-device.ts";
import type { SoakCounterexample, SoakRequest } from "./soak-rings.ts";
import { builtRelay } from "./vfio-user/built-relay.ts";

export interface VfioUserReport {
  readonly runs: number;
  readonly bytes: number;
  readonly failure?: SoakCounterexample<string>;
}

const LIMIT_MS = 20_000;
/** As slow as the simulation may be on a busy machine. */
const CLOCK_HZ = 100_000;
const PAGE = 4096;
const MOST_BYTES = 3 * PAGE;
const CARD_PAGES = 28;
/** Of host memory: sources below, targets above. */
const SOURCES = 0x10_0000;
const TARGETS = 0x20_0000;
const PAGES = 200;
const PATIENCE_CYCLES = 20 * CLOCK_HZ;
const UNTOUCHED = 0xa5;
const ALL = 0xffff_ffff;

/**
 * Our client of vfio-user and our slot, with the server and the client of somebody else's crate between them: random transfers
 * each way, with registers, mappings, interrupts and resets as messages that pass both. `path` is the number of the one run
 * to repeat.
 */
export async function soakVfioUser({
  runs,
  seed,
  path,
  cacheDirectory,
  onRun,
}: Pick<SoakRequest, "runs" | "seed" | "path" | "onRun" | "cacheDirectory">): Promise<VfioUserReport> {
  const settings = {};
  const built = await buildSlot({ settings, cacheDirectory, log: silentLog });
  const folder = mkdtempSync(join(tmpdir(), "hilt-relay-"));
  const slot = await startSlot({
    name: "slot",
    settings,
    built,
    folder: mkdtempSync(join(tmpdir(), "hilt-slot-")),
    time: "free",
  });
  const socket = join(folder, "relay");
  const relay = spawn(builtRelay(), [socket, slot.socket], { stdio: ["ignore", "pipe", "inherit"] });
  const only = path === undefined ? undefined : Number(path);
  let bytes = 0;
  try {
    const [line] = (await once(relay.stdout, "data")) as [Buffer];
    if (!String(line).startsWith("listening")) throw new Error(`the relay says ${String(line)}`);
    const onRefusedMapping = (_iova: bigint, error: Error): void => {
      throw error;
    };
    const device = new VfioUserDevice("card", socket, { limitMs: LIMIT_MS, onRefusedMapping });
    await using connection = new PcieConnection("card", { clockHz: CLOCK_HZ }, device);
    for (let run = only ?? 0; run < (only === undefined ? runs : only + 1); run++) {
      try {
        bytes += await oneRun(connection, new Random((BigInt(seed) << 32n) | BigInt(run)));
      } catch (error) {
        const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
        return { runs: run, bytes, failure: { seed, path: String(run), smallest: `run ${run}`, message } };
      }
      onRun?.(run + 1);
    }
    return { runs: only === undefined ? runs : 1, bytes };
  } finally {
    relay.kill("SIGKILL");
    await slot[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A device fresh out of its reset; gives back how many bytes have gone there and back. */
async function oneRun(connection: PcieConnection, random: Random): Promise<number> {
  await using link = await connection.fresh({ seed: 1n, log: silentLog });
  const { global } = new RegisterFile(link);
  check((await global.read("SCRATCH")) === 0, "the reset has left SCRATCH");
  const value = random.uint32();
  global.write("SCRATCH", value);
  check((await global.read("SCRATCH")) === value, `SCRATCH is not ${value}`);
  let moved = 0;
  for (let transfer = random.integer(0, 2); transfer >= 0; transfer--) {
    const length = random.integer(1, MOST_BYTES);
    const card = PAGE * random.integer(0, CARD_PAGES - 1) + 8 * random.integer(0, PAGE / 8 - 1);
    const sent = random.bytes(length);
    await move(link, "h2c", { offset: placeFrom(SOURCES, random), length, card }, (bytes) => bytes.set(sent));
    const offset = placeFrom(TARGETS, random);
    const around = viewOf(link, offset - 8, length + 16).fill(UNTOUCHED);
    await move(link, "c2h", { offset, length, card }, () => {});
    check(
      Buffer.compare(around.subarray(8, 8 + length), sent) === 0,
      `${length} bytes are not what was sent`,
    );
    for (const edge of [around.subarray(0, 8), around.subarray(8 + length)])
      check(
        edge.every((byte) => byte === UNTOUCHED),
        "bytes beside the transfer were written",
      );
    moved += length;
  }
  return moved;
}

interface Piece {
  readonly offset: number;
  readonly length: number;
  readonly card: number;
}

/** One transfer with its mapping and its interrupt. */
async function move(
  link: Link,
  channel: "h2c" | "c2h",
  { offset, length, card }: Piece,
  fill: (bytes: Uint8Array) => void,
): Promise<void> {
  const { global, [channel]: own } = new RegisterFile(link);
  const physical = physicalAddress(bankBase(link) + BigInt(offset));
  fill(link.memory.view(physical, length));
  const window = link.windows.open({
    ...{ logical: logicalAddress(physical), physical, lengthBytes: length },
    ...{ access: channel === "h2c" ? "read" : "write", use: "mapped" },
  });
  global.write("CONTROL", field("CONTROL", "BUS_MASTER").mask);
  global.write("IRQ_ENABLE", ALL);
  const interrupt = link.listen();
  own.write("HOST_ADDRESS_LOW", Number(physical & 0xffff_ffffn));
  own.write("HOST_ADDRESS_HIGH", Number(physical >> 32n));
  own.write("CARD_ADDRESS", card);
  own.write("LENGTH", length);
  own.write("COMMAND", field("COMMAND", "START").mask);
  check(await interrupt.wait(PATIENCE_CYCLES), `${channel}: no message`);
  const status = await own.read("STATUS");
  check(field("STATUS", "BUSY").of(status) === 0, `${channel}: busy after its message`);
  check(field("STATUS", "DONE").of(status) === 1, `${channel}: failed, status ${status}`);
  global.write("IRQ_STATUS", ALL);
  await global.read("IRQ_STATUS");
  window.close();
}

function placeFrom(start: number, random: Random): number {
  return start + PAGE * random.integer(0, PAGES - 1) + random.integer(8, PAGE - 1);
}

function viewOf(link: Link, offset: number, length: number): Uint8Array {
  return link.memory.view(physicalAddress(bankBase(link) + BigInt(offset)), length);
}

function bankBase(link: Link): bigint {
  return link.memory.banks[0]?.base ?? 0n;
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
