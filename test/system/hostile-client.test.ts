import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, ftruncateSync, mkdtempSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silentLog } from "../../src/core/log.ts";
import { settingsWords } from "../../src/links/cocotb/settings-words.ts";
import { SlotControl } from "../../src/links/slot/slot-control.ts";
import { buildSlot, type RunningSlot } from "../../src/links/slot/start-slot.ts";
import { systemCall } from "../../src/native/libc.ts";
import { SharedMemory } from "../../src/native/shared-memory.ts";
import { MAGIC } from "../../src/spec/registers.ts";
import { ControlCode } from "../../src/wire/control-message.ts";
import { holdUp } from "./slot/hold-up.ts";
import { PassingClient } from "./slot/passing-client.ts";
import { RawClient } from "./slot/raw-client.ts";
import { BUS_MASTER, COMMAND, CONFIG, MEMORY_ENABLE, move, registersOf } from "./slot/raw-device.ts";
import { slotFor } from "./slot/slots.ts";

const PAGE = 4096;
const AT = 0x10_0000n;
const REGION_READ = 9;
const GET_REGION_INFO = 5;
const LIMIT_MS = 20_000;

/** One that waits: hilt's own counters do not. */
const eventfd = systemCall("int eventfd(unsigned int initial, int flags)");

describe("a client that means harm does not hold up the slot", () => {
  let slot: RunningSlot;
  beforeAll(async () => {
    slot = await slotFor("free");
  }, 240_000);
  afterAll(async () => slot[Symbol.asyncDispose]());

  async function connect(): Promise<RawClient> {
    const client = await RawClient.connect(slot.socket, { read: () => undefined, write: () => false });
    client.write(CONFIG, COMMAND, MEMORY_ENABLE | BUS_MASTER, 2);
    return client;
  }

  /** The control channel answers, and so does the device to whoever comes next. */
  async function expectWhole(): Promise<void> {
    using control = new SlotControl("slot", slot.control, LIMIT_MS);
    control.request(ControlCode.cycle);
    using next = await connect();
    expect(await registersOf(next).global.read("MAGIC")).toBe(MAGIC);
  }

  test("one that takes no answers", async () => {
    using client = await connect();
    client.stopReading();
    const access = Buffer.alloc(16);
    access.writeUInt32LE(CONFIG, 8);
    access.writeUInt32LE(PAGE, 12);
    for (let count = 0; count < 1000; count++) void client.request(REGION_READ, access);
    await expectWhole();
  });

  test("one that never pauses", async () => {
    using client = await connect();
    const closed = client.flood(GET_REGION_INFO, Buffer.alloc(16));
    using control = new SlotControl("slot", slot.control, LIMIT_MS);
    for (let count = 0; count < 10; count++) control.request(ControlCode.cycle);
    client[Symbol.dispose]();
    await closed;
    await expectWhole();
  });

  test("one that is asked for memory, and asks on instead of answering", async () => {
    using client = await connect();
    await client.map(AT, PAGE, 3);
    const { global, h2c } = registersOf(client);
    global.write("CONTROL", 1);
    h2c.write("HOST_ADDRESS_LOW", Number(AT));
    h2c.write("LENGTH", 64);
    h2c.write("COMMAND", 1);
    await client.flood(GET_REGION_INFO, Buffer.alloc(16));
    await expectWhole();
  });

  test("one whose counter of interrupts is full", async () => {
    using client = new PassingClient(slot.socket);
    const counter = eventfd(0, 0);
    const full = Buffer.alloc(8);
    full.writeBigUInt64LE(2n ** 64n - 2n);
    writeSync(counter, full);
    client.signal(counter);
    const { global } = registersOf(client);
    global.write("IRQ_ENABLE", 0xffff_ffff);
    global.write("IRQ_TEST", 1);
    expect(await global.read("MAGIC")).toBe(MAGIC);
    closeSync(counter);
  });

  test("one that makes its memory shorter than what is mapped of it", async () => {
    using client = new PassingClient(slot.socket);
    using memory = new SharedMemory("shrinks", PAGE);
    client.map(memory.descriptor, AT);
    expect(await move(client, "h2c", AT, 64)).toBe("NONE");
    ftruncateSync(memory.descriptor, 0);
    expect(await move(client, "h2c", AT, 64), "zeros").toBe("NONE");
    expect(await registersOf(client).global.read("MAGIC")).toBe(MAGIC);
  });
});

test("a slot that is held up by a request without end ends when it is asked to", async () => {
  const slot = await slotFor("stepped");
  await using held = await holdUp(slot.control);
  await slot[Symbol.asyncDispose]();
  await held.closed;
});

test("a slot that is held up when its standard input ends, as it does with hilt, has time to come back, and ends", async () => {
  const built = await buildSlot({ settings: {}, cacheDirectory: ".hilt/cache", log: silentLog });
  const folder = mkdtempSync(join(tmpdir(), "hilt slöt "));
  const words = [
    ...[`model=${built.library}`, `socket=${folder}/slot`, `control=${folder}/control`, "name=slot"],
    ...[`settings=${Buffer.from(settingsWords({}, 1n, [])).toString("hex")}`, "parent=stdin"],
  ];
  const slot = spawn(built.program, words, { stdio: ["pipe", "pipe", "inherit"] });
  await once(slot.stdout, "data");
  await using _held = await holdUp(join(folder, "control"));
  slot.stdin.end();
  expect(await once(slot, "close")).toEqual([null, "SIGALRM"]);
  rmSync(folder, { recursive: true });
});
