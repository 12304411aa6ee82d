import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { field } from "../../src/driver/register-file.ts";
import { PcieConnection } from "../../src/links/pcie/pcie-connection.ts";
import { SlotControl } from "../../src/links/slot/slot-control.ts";
import type { RunningSlot } from "../../src/links/slot/start-slot.ts";
import { VfioUserDevice } from "../../src/links/slot/vfio-user-device.ts";
import { MAGIC } from "../../src/spec/registers.ts";
import { RawClient, type RawMemory } from "./slot/raw-client.ts";
import { BUS_MASTER, COMMAND, CONFIG, MEMORY_ENABLE, move, registersOf } from "./slot/raw-device.ts";
import { slotFor } from "./slot/slots.ts";

const EINVAL = 22;
const ENOTSUP = 95;
const EEXIST = 17;
/** Of DMA_MAP: by a descriptor. */
const MMAP = 4;
const PAGE = 4096;
/** Above 4 GiB. */
const AT = 0x7f_0000_0000n;

/** One page at `AT`. */
class Page implements RawMemory {
  readonly bytes = Buffer.alloc(PAGE);

  read(address: bigint, lengthBytes: number): Uint8Array {
    const offset = Number(address - AT);
    return this.bytes.subarray(offset, offset + lengthBytes);
  }

  write(address: bigint, bytes: Uint8Array): boolean {
    this.bytes.set(bytes, Number(address - AT));
    return true;
  }
}

describe("a slot that runs freely, with a client that has nothing of hilt's", () => {
  let slot: RunningSlot;
  const clients: RawClient[] = [];
  beforeAll(async () => {
    slot = await slotFor("free");
  }, 240_000);
  afterAll(async () => {
    for (const client of clients) client[Symbol.dispose]();
    await slot[Symbol.asyncDispose]();
  });

  /** Whoever was there before is gone. */
  async function connect(
    command: number = MEMORY_ENABLE | BUS_MASTER,
  ): Promise<{ client: RawClient; page: Page }> {
    for (const client of clients) client[Symbol.dispose]();
    const page = new Page();
    const client = await RawClient.connect(slot.socket, page);
    clients.push(client);
    client.write(CONFIG, COMMAND, command, 2);
    return { client, page };
  }

  test("has the identity of its settings, a BAR of 64 bits, and capabilities that end", async () => {
    const { client } = await connect();
    expect(await client.read(CONFIG, 0)).toBe(0x11e9_1234);
    client.write(CONFIG, 0x10, 0xffff_ffff);
    client.write(CONFIG, 0x14, 0xffff_ffff);
    expect(await client.read(CONFIG, 0x10)).toBe(0xffff_0004);
    expect(await client.read(CONFIG, 0x14)).toBe(0xffff_ffff);
    client.write(CONFIG, 0, 0);
    expect(await client.read(CONFIG, 0, 2), "an identity cannot be written").toBe(0x1234);
    const found: number[] = [];
    for (let at = await client.read(CONFIG, 0x34, 1); at !== 0; at = await client.read(CONFIG, at + 1, 1))
      found.push(await client.read(CONFIG, at, 1));
    expect(found, "MSI and PCI Express").toEqual([0x05, 0x10]);
  });

  test("without memory enable a read of the BAR is all ones, and a write vanishes", async () => {
    const { client } = await connect(BUS_MASTER);
    expect(await client.read(0, 0)).toBe(0xffff_ffff);
    const { global } = registersOf(client);
    global.write("SCRATCH", 7);
    client.write(CONFIG, COMMAND, MEMORY_ENABLE | BUS_MASTER, 2);
    expect(await global.read("MAGIC")).toBe(MAGIC);
    expect(await global.read("SCRATCH")).toBe(0);
    global.write("SCRATCH", 7);
    expect(await global.read("SCRATCH")).toBe(7);
  });

  test("asks for memory by messages where no descriptor was passed, at any address and alignment", async () => {
    const { client, page } = await connect();
    expect((await client.map(AT, PAGE, 3)).errno).toBe(0);
    const bytes = Buffer.from(Array.from({ length: 301 }, (_, index) => (index * 7 + 1) & 0xff));
    page.bytes.set(bytes, 5);
    expect(await move(client, "h2c", AT + 5n, bytes.length)).toBe("NONE");
    page.bytes.fill(0xee);
    expect(await move(client, "c2h", AT + 1003n, bytes.length)).toBe("NONE");
    expect(page.bytes.subarray(1003, 1003 + bytes.length).equals(bytes)).toBe(true);
    expect([page.bytes[1002], page.bytes[1003 + bytes.length]], "bytes beside it").toEqual([0xee, 0xee]);
    expect(client.asked).toBeGreaterThanOrEqual((2 * bytes.length) / 8);
  });

  test("serves what is mapped, as it is mapped, and nothing after that; without the bus-master bit nothing at all", async () => {
    const { client, page } = await connect();
    expect(await move(client, "h2c", AT, 64), "nothing is mapped").not.toBe("NONE");
    await client.map(AT, PAGE, 1);
    expect(await move(client, "h2c", AT, 64), "may be read").toBe("NONE");
    expect(await move(client, "c2h", AT, 64), "may not be written").not.toBe("NONE");
    await client.unmap(AT, PAGE);
    expect(await move(client, "h2c", AT, 64), "is unmapped").not.toBe("NONE");
    await client.map(AT, PAGE, 2);
    expect(await move(client, "h2c", AT, 64), "may not be read").not.toBe("NONE");
    expect(await move(client, "c2h", AT, 64), "may be written").toBe("NONE");
    client.write(CONFIG, COMMAND, MEMORY_ENABLE, 2);
    page.bytes.fill(0x11);
    const asked = client.asked;
    expect(await move(client, "c2h", AT, 64), "is no bus master").not.toBe("NONE");
    expect(client.asked).toBe(asked);
    expect(page.bytes.every((byte) => byte === 0x11)).toBe(true);
  });

  test("an unmapping is a range: it takes the mappings inside of it and no others", async () => {
    const { client } = await connect();
    for (const index of [0n, 1n, 2n]) await client.map(AT + index * BigInt(PAGE), PAGE, 1);
    await client.unmap(AT + BigInt(PAGE), 2 * PAGE);
    expect(await move(client, "h2c", AT, 64)).toBe("NONE");
    expect(await move(client, "h2c", AT + BigInt(PAGE), 64)).not.toBe("NONE");
    expect((await client.map(AT + BigInt(PAGE), 2 * PAGE, 1)).errno, "there is room again").toBe(0);
  });

  test("refuses what it cannot do with the number of an error, and goes on", async () => {
    const { client } = await connect();
    await client.map(AT, PAGE, 3);
    const next = AT + BigInt(PAGE);
    await client.map(next, 2 * PAGE, 1);
    const refused = [
      ["a page that is mapped", client.map(AT, PAGE, 3), EEXIST],
      ["a page of those that are mapped", client.map(next + BigInt(PAGE), 2 * PAGE, 3), EEXIST],
      ["by a descriptor that is not there", client.map(AT + 9n * BigInt(PAGE), PAGE, MMAP | 3), EINVAL],
      ["to unmap the first half of what was mapped at once", client.unmap(next, PAGE), EINVAL],
      ["to unmap the second half", client.unmap(next + BigInt(PAGE), 2 * PAGE), EINVAL],
      ["to unmap beyond the last address", client.unmap(2n ** 64n - BigInt(PAGE), 2 * PAGE), EINVAL],
      ["to unmap nothing", client.unmap(next, 0), EINVAL],
      ["a message that is neither a command nor a reply", client.request(13, new Uint8Array(), 2), EINVAL],
      ["half a page", client.map(AT + 2n * BigInt(PAGE), PAGE / 2, 3), EINVAL],
      ["an address in a page", client.map(AT + 1n, PAGE, 3), EINVAL],
      ["beyond the last address", client.map(2n ** 64n - BigInt(PAGE), 2 * PAGE, 3), EINVAL],
      ["beyond the BAR", client.region(0, 0x1_0000, 4), EINVAL],
      ["across the end of the BAR", client.region(0, 0xfffe, 4), EINVAL],
      ["a region that is not there", client.region(3, 0, 4), EINVAL],
      ["a region beyond all", client.region(77, 0, 4), EINVAL],
      ["a message that is too short", client.request(9, new Uint8Array(3)), EINVAL],
      ["a command that nobody knows", client.request(200, new Uint8Array()), ENOTSUP],
    ] as const;
    for (const [what, answer, errno] of refused) expect((await answer).errno, what).toBe(errno);
    expect(await registersOf(client).global.read("MAGIC")).toBe(MAGIC);
    for (const half of [next, next + BigInt(PAGE)])
      expect((await client.map(half, PAGE, 1)).errno, "no half of it was unmapped").toBe(EEXIST);
  });

  test("a reply that nobody awaits is not done, and not answered", async () => {
    const { client } = await connect();
    registersOf(client).global.write("SCRATCH", 5);
    void client.request(13, new Uint8Array(), 1);
    expect(await registersOf(client).global.read("SCRATCH")).toBe(5);
  });

  test("a client that leaves in the middle, or sends no messages, leaves nothing to the next", async () => {
    const { client } = await connect();
    await client.map(AT, PAGE, 3);
    registersOf(client).global.write("SCRATCH", 5);
    expect(await registersOf(client).global.read("SCRATCH")).toBe(5);
    await client.spoil(Buffer.alloc(16, 0xff));
    const { client: next } = await connect();
    expect(await registersOf(next).global.read("SCRATCH")).toBe(0);
    expect(await move(next, "h2c", AT, 64), "a mapping of the client before").not.toBe("NONE");
    next.write(CONFIG, COMMAND, 0, 2);
    const { client: last } = await connect(0);
    expect(await last.read(CONFIG, COMMAND, 2)).toBe(0);
  });

  test("a reset, by its message or by the bit of PCI Express, is one of the function: registers, and its bits", async () => {
    for (const how of ["message", "bit"]) {
      const { client } = await connect();
      registersOf(client).global.write("SCRATCH", 5);
      expect(await registersOf(client).global.read("SCRATCH")).toBe(5);
      if (how === "message") await client.request(13, new Uint8Array());
      else client.write(CONFIG, 0x68, 0x8000, 2);
      expect(await client.read(CONFIG, COMMAND, 2), how).toBe(0);
      client.write(CONFIG, COMMAND, MEMORY_ENABLE, 2);
      expect(await registersOf(client).global.read("SCRATCH"), how).toBe(0);
    }
  });

  test("a card that would be reset by a register beyond its BAR is refused", async () => {
    for (const client of clients) client[Symbol.dispose]();
    const options = { limitMs: 20_000, onRefusedMapping: () => {} };
    await using device = new VfioUserDevice("card", slot.socket, options);
    expect(() => new PcieConnection("card", { reset: { register: 0x1_0000, value: 1 } }, device)).toThrow(
      "card: BAR 0 of the card has 65536 bytes, and no register at 65536 (reset)",
    );
  });

  // The last one: it is for good.
  test("a card that is pulled reads as ones, and neither takes nor reaches anything any more", async () => {
    const { client, page } = await connect();
    await client.map(AT, PAGE, 3);
    registersOf(client).c2h.write("HOST_ADDRESS_LOW", Number(AT & 0xffff_ffffn));
    registersOf(client).c2h.write("HOST_ADDRESS_HIGH", Number(AT >> 32n));
    registersOf(client).c2h.write("LENGTH", PAGE);
    registersOf(client).global.write("CONTROL", field("CONTROL", "BUS_MASTER").mask);
    using control = new SlotControl("slot", slot.control, 10_000);
    const counts = control.counts();
    control.pull();
    page.bytes.fill(0x11);
    registersOf(client).c2h.write("COMMAND", field("COMMAND", "START").mask);
    client.write(CONFIG, COMMAND, 0, 2);
    expect([await client.read(0, 0), await client.read(CONFIG, 0)]).toEqual([0xffff_ffff, 0xffff_ffff]);
    expect(control.counts(), "no access reaches the device").toEqual(counts);
    await client.request(13, new Uint8Array());
    expect(await client.read(CONFIG, COMMAND, 2), "a reset does not bring it back").toBe(0xffff);
    expect(page.bytes.every((byte) => byte === 0x11)).toBe(true);
  });
});
