import { strict as assert } from "node:assert";
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readlinkSync, readSync } from "node:fs";
import type { Link } from "../../../src/bus/link.ts";
import { silentLog } from "../../../src/core/log.ts";
import { bindCommands, checkSetup } from "../../../src/links/pcie/card-setup.ts";
import {
  describeFunction,
  findFunction,
  listFunctions,
  sharersOf,
} from "../../../src/links/pcie/pci-function.ts";
import type { DmaMemory } from "../../../src/links/pcie/pcie-device.ts";
import { kind } from "../../../src/links/pcie/pcie-kind.ts";
import { check, report, thrown } from "./checks.ts";
import { DMA_DONE, EDU, EduCard, edu, MOST_BYTES } from "./edu-card.ts";

/** Not root. */
const USER = 1000;
const PAGE = 4096;
/** Below 256 MiB, which is what the device reaches; the host looks for them in the kernel's log. */
const IOVA = 0x0010_0000n;
const NEVER_MAPPED = 0x0aa0_0000n;
const UNMAPPED_AGAIN = 0x0bb0_0000n;
const READ_ONLY = 0x0cc0_0000n;
const WRITE_ONLY = 0x0dd0_0000n;

function bytesOf(seed: number): Uint8Array {
  return Uint8Array.from({ length: MOST_BYTES }, (_, index) => (index * 7 + seed) & 0xff);
}

async function beforeBinding(): Promise<void> {
  await check("a device that no driver gives away is refused with the commands that bind it", async () => {
    const card = findFunction("edu", EDU);
    const error = await thrown(() => new EduCard());
    assert.equal(error.code, "E_CARD_SETUP");
    assert.match(error.message, /no driver has it, not vfio-pci/);
    for (const command of bindCommands(card)) assert.ok(error.message.includes(command), command);
    assert.equal(findFunction("edu", EDU).driver, undefined, "it was bound unasked");
  });
  await check("the commands that are printed bind it", async () => {
    const error = await thrown(() => new EduCard());
    const commands = error.message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
    assert.ok(commands.length >= 4);
    const { status, stderr } = spawnSync("sh", ["-ec", commands.join("\n")], {
      env: { ...process.env, USER: String(USER) },
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    assert.equal(findFunction("edu", EDU).driver, "vfio-pci");
  });
  await check("a group that others share is refused, and they are named", async () => {
    const shared = listFunctions().find((each) => sharersOf(each).length > 0);
    assert.ok(shared);
    const others = sharersOf(shared).map(describeFunction);
    const error = await thrown(() => checkSetup("card", shared));
    assert.equal(error.code, "E_CARD_SETUP");
    for (const other of others) assert.ok(error.message.includes(other), error.message);
    report(error.message);
  });
  await check("a card that is not there is reported so", async () => {
    for (const name of ["1234:ffff", "0000:7f:00.0", "7f:00.0"])
      assert.equal((await thrown(() => new EduCard(name))).code, "E_NO_CARD");
  });
  process.setgid?.(USER);
  process.setuid?.(USER);
}

type WithCard = (card: EduCard, memory: DmaMemory) => Promise<void> | void;

/** A card for as long as `run` takes, whose four pages of memory are not mapped yet. */
async function withCard(run: WithCard): Promise<void> {
  const card = new EduCard();
  try {
    await run(card, card.device.dma.allocate(4 * PAGE));
  } finally {
    await card.close();
  }
}

async function checkCard(name: string, run: WithCard): Promise<void> {
  await check(name, () => withCard(run));
}

async function registers(): Promise<void> {
  await checkCard("registers are read and written", (card) => {
    assert.equal(card.read(edu.identification) & 0xff, 0xed);
    card.write(edu.inverted, 0x1234_5678);
    assert.equal(card.read(edu.inverted), ~0x1234_5678 >>> 0);
    card.write(edu.factorial, 10);
    while ((card.read(edu.status) & 1) === 1);
    assert.equal(card.read(edu.factorial), 3_628_800);
  });
  await checkCard("configuration space has the identifiers of the device", ({ device: { config } }) => {
    assert.equal(config.read(0, 32), 0x11e8_1234);
    assert.equal(config.read(2, 16), 0x11e8);
    assert.equal(config.read(0, 8), 0x34);
  });
  await checkCard("an access that is not a whole one in its region is refused", async (card) => {
    const { lengthBytes } = card.bar;
    for (const at of [1, 2, -4, 0.5, lengthBytes, lengthBytes - 2])
      assert.ok((await thrown(() => card.read(at))) instanceof RangeError, String(at));
  });
  await checkCard("a message arrives for each interrupt", async (card) => {
    for (let cause = 1; cause <= 20; cause++) {
      const interrupt = card.interrupt();
      card.write(edu.raise, cause);
      assert.equal(await interrupt, true);
      assert.equal(card.read(edu.interruptStatus), cause);
      card.write(edu.acknowledge, cause);
    }
    assert.equal(card.device.interrupts.take(0), 0);
  });
  await checkCard("no message arrives once they are off", async (card) => {
    card.device.interrupts.enable(0);
    card.write(edu.raise, 1);
    assert.equal(await card.interrupt(500), false);
    card.write(edu.acknowledge, 1);
  });
  await checkCard("the kernel's ranges leave the window of messages out", ({ device: { dma } }) => {
    const has = (address: bigint): boolean =>
      dma.ranges.some(({ first, last }) => first <= address && last >= address);
    assert.ok(has(IOVA) && has(0x1_8000_0000n));
    assert.ok(!has(0xfee0_0000n));
  });
}

async function transfers(): Promise<void> {
  const sent = bytesOf(3);
  await checkCard(
    "bytes travel to the card and back, and the page after them stays as it was",
    async (card, memory) => {
      const { dma } = card.device;
      memory.bytes.set(sent);
      dma.map(memory, 0, PAGE, IOVA, "read");
      dma.map(memory, 2 * PAGE, PAGE, IOVA + BigInt(2 * PAGE), "write");
      assert.equal(await card.move("to-card", IOVA, MOST_BYTES), DMA_DONE);
      assert.equal(await card.move("to-host", IOVA + BigInt(2 * PAGE), MOST_BYTES), DMA_DONE);
      assert.deepEqual(memory.bytes.slice(2 * PAGE, 2 * PAGE + MOST_BYTES), sent);
      assert.ok(memory.bytes.subarray(3 * PAGE).every((byte) => byte === 0));
    },
  );
  const staysWhole = async (card: EduCard, { bytes }: DmaMemory, iova: bigint): Promise<void> => {
    bytes.fill(0xaa, 0, PAGE);
    await card.move("to-host", iova, 64);
    assert.ok(
      bytes.subarray(0, PAGE).every((byte) => byte === 0xaa),
      "bytes have changed",
    );
  };
  await checkCard("a write to an address that was never mapped is stopped", (card, memory) =>
    staysWhole(card, memory, NEVER_MAPPED),
  );
  await checkCard("a write after the mapping has ended is stopped", async (card, memory) => {
    const { dma } = card.device;
    dma.map(memory, 0, PAGE, UNMAPPED_AGAIN, "read-write");
    await card.move("to-host", UNMAPPED_AGAIN, 64);
    assert.deepEqual(memory.bytes.slice(0, 64), sent.slice(0, 64), "while it is mapped");
    dma.unmap(UNMAPPED_AGAIN, PAGE);
    await staysWhole(card, memory, UNMAPPED_AGAIN);
  });
  await checkCard("a write through a mapping for reads is stopped", async (card, memory) => {
    card.device.dma.map(memory, 0, PAGE, READ_ONLY, "read");
    await staysWhole(card, memory, READ_ONLY);
  });
  await checkCard("what a page that is mapped for writes alone does is known", async (card, memory) => {
    const { dma } = card.device;
    memory.bytes.fill(0x55, 0, PAGE);
    dma.map(memory, 0, PAGE, WRITE_ONLY, "write");
    dma.map(memory, PAGE, PAGE, IOVA, "write");
    await card.move("to-card", WRITE_ONLY, 64);
    await card.move("to-host", IOVA, 64);
    assert.ok(!memory.bytes.subarray(PAGE, PAGE + 64).every((byte) => byte === 0), "nothing was written");
    // Linux 6.1 sets the bit for reads in each entry of Intel's tables.
    report(`a page for writes alone can be read: ${memory.bytes[PAGE] === 0x55}`);
  });
  await checkCard(
    "a card that is no bus master neither moves bytes nor raises interrupts",
    async (card, memory) => {
      const { bytes } = memory;
      card.device.dma.map(memory, 0, PAGE, IOVA, "read-write");
      bytes.fill(0xaa);
      card.master(false);
      card.start("to-host", IOVA, 64);
      assert.equal(await card.interrupt(1500), false);
      assert.ok(bytes.every((byte) => byte === 0xaa));
      card.master(true);
      card.write(edu.acknowledge, card.read(edu.interruptStatus));
      await card.move("to-host", IOVA, 64);
      assert.ok(!bytes.every((byte) => byte === 0xaa), "as a bus master it does");
    },
  );
  await checkCard("an address in the window of messages is refused", async ({ device: { dma } }, memory) => {
    assert.match((await thrown(() => dma.map(memory, 0, PAGE, 0xfee0_0000n, "read"))).message, /EINVAL/);
  });
  await checkCard("an address that is mapped already is refused", async ({ device: { dma } }, memory) => {
    dma.map(memory, 0, PAGE, IOVA, "read");
    assert.match((await thrown(() => dma.map(memory, PAGE, PAGE, IOVA, "read"))).message, /EEXIST/);
  });
  await checkCard(
    "more memory than the user may lock is refused, with the limit",
    async ({ device: { dma } }, memory) => {
      const large = dma.allocate(16 * 2 ** 20);
      dma.map(memory, 0, PAGE, IOVA, "read");
      const error = await thrown(() => dma.map(large, 0, large.bytes.length, 0x0200_0000n, "read"));
      assert.equal(error.code, "E_PIN_LIMIT");
      assert.match(error.message, /at most 8 MiB \(ulimit -l\)/);
    },
  );
}

async function lives(): Promise<void> {
  await checkCard("a card that somebody has is refused", async () => {
    assert.equal((await thrown(() => new EduCard())).code, "E_CARD_BUSY");
  });
  await checkCard("a card without a reset of its own says so, and keeps its registers", async (card) => {
    assert.equal(card.device.hasReset, false);
    assert.match((await thrown(() => card.device.reset())).message, /ioctl/);
  });
  await checkCard("memory outlives the card", async (card, memory) => {
    card.device.dma.map(memory, 0, PAGE, IOVA, "read-write");
    await card.close();
    memory.bytes.fill(7);
    assert.equal(memory.bytes[PAGE - 1], 7);
    assert.match((await thrown(() => card.read(0))).message, /after its end/);
  });
  await check("after kill -9 in the middle of a transfer the card can be opened and used", async () => {
    const child = spawn(process.execPath, [process.argv[1] as string, "victim"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    assert.equal(child.signalCode, "SIGKILL");
    await withCard(async (card, memory) => {
      card.device.dma.map(memory, 0, PAGE, IOVA, "read-write");
      // What the victim began may still run in the device.
      while (card.isMoving);
      card.write(edu.acknowledge, card.read(edu.interruptStatus));
      // The victim's last message may come after that. One more makes it certain that one does.
      card.write(edu.raise, 1);
      memory.bytes.set(bytesOf(9));
      await card.move("to-card", IOVA, 64);
      memory.bytes.fill(0);
      assert.equal(await card.move("to-host", IOVA, 64), DMA_DONE);
      assert.deepEqual(memory.bytes.slice(0, 64), bytesOf(9).slice(0, 64));
    });
  });
}

/** The link itself, whose target resets the device by a register. */
async function link(): Promise<void> {
  const settings = { card: EDU, reset: { register: edu.inverted, value: 0 } };
  const worker = { seed: 1n, log: silentLog };
  await check("a card that has no reset is refused where the target names no register for it", async () => {
    const error = await thrown(() => kind.connect("card", { card: EDU }, undefined, worker));
    assert.equal(error.code, "E_CARD_RESET");
  });
  await check("the register that the target names resets the card, and its registers are there", async () => {
    const connection = await kind.connect("card", settings, undefined, worker);
    const first = await connection.fresh(worker);
    first.writeRegister(edu.inverted, 5);
    assert.equal(await first.readRegister(edu.inverted), ~5 >>> 0);
    const interrupt = first.listen();
    first.writeRegister(edu.raise, 1);
    assert.equal(await interrupt.wait(1_000_000_000), true);
    first.writeRegister(edu.acknowledge, 1);
    assert.equal(await first.readRegister(0x7fff_fffc), 0xffff_ffff);
    await first[Symbol.asyncDispose]();
    const second = await connection.fresh(worker);
    assert.equal(await second.readRegister(edu.inverted), 0xffff_ffff);
    const { list, pread, ratio } = await pairedReads(second);
    report(
      `a list of register reads takes ${ratio.toFixed(2)} of pread of the same bytes (${list.toFixed(1)} us and ${pread.toFixed(1)} us each)`,
    );
    await second[Symbol.asyncDispose]();
    await connection[Symbol.asyncDispose]();
  });
}

/**
 * Medians of rounds in which a list and as many calls of the kernel read the same register, in microseconds for one; after
 * rounds in which both become warm: in an emulated machine that takes some thousand of each.
 */
async function pairedReads(second: Link): Promise<{ list: number; pread: number; ratio: number }> {
  const [count, warming, rounds] = [100, 40, 25];
  const operations = Array.from({ length: count }, () => ({ kind: "read", address: edu.status }) as const);
  const device = vfioDevice();
  const bytes = Buffer.alloc(4);
  const found: { list: number; pread: number; ratio: number }[] = [];
  for (let round = -warming; round < rounds; round++) {
    const start = performance.now();
    await second.perform(operations);
    const middle = performance.now();
    for (let each = 0; each < count; each++) readSync(device, bytes, 0, 4, edu.status);
    const end = performance.now();
    if (round < 0) continue;
    found.push({ list: middle - start, pread: end - middle, ratio: (middle - start) / (end - middle) });
  }
  const median = (of: (one: (typeof found)[number]) => number): number =>
    found.map(of).sort((one, other) => one - other)[rounds >> 1] as number;
  const each = 1000 / count;
  return {
    list: each * median(({ list }) => list),
    pread: each * median(({ pread }) => pread),
    ratio: median(({ ratio }) => ratio),
  };
}

/** The file of the function that this process has open; its BAR 0 begins at 0. */
function vfioDevice(): number {
  const name = readdirSync("/proc/self/fd").find((each) => {
    try {
      return readlinkSync(`/proc/self/fd/${each}`).includes("vfio-device");
    } catch {
      return false;
    }
  });
  return Number(name);
}

/** Is killed while its transfer runs. */
async function victim(): Promise<void> {
  const card = new EduCard();
  const memory = card.device.dma.allocate(PAGE);
  card.device.dma.map(memory, 0, PAGE, IOVA, "read-write");
  for (;;) {
    card.start("to-host", IOVA, MOST_BYTES);
    console.log("started");
    await card.interrupt();
  }
}

if (process.argv[2] === "victim") await victim();
else {
  await beforeBinding();
  await registers();
  await transfers();
  await lives();
  await link();
}
process.exit();
