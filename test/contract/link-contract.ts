import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RegisterAccessError, WindowError } from "../../src/bus/errors.ts";
import type { LinkEvent } from "../../src/bus/event.ts";
import type { InterruptListener } from "../../src/bus/interrupt-listener.ts";
import type { Link } from "../../src/bus/link.ts";
import { logicalAddress, physicalAddress } from "../../src/core/address.ts";
import { RegisterFile } from "../../src/driver/register-file.ts";
import { MAGIC, REGISTER_SPACE_BYTES } from "../../src/spec/registers.ts";

/**
 * What every link promises (`src/bus/link.ts`), run against our own controller. `open` gives a fresh device out of
 * reset each time.
 */
export function describeLinkContract(name: string, open: () => Promise<Link>): void {
  describe(`link contract: ${name}`, () => {
    let link: Link;
    let interrupt: InterruptListener;
    let registers: RegisterFile;
    let events: LinkEvent[];

    beforeEach(async () => {
      link = await open();
      interrupt = link.listen();
      registers = new RegisterFile(link);
      events = [];
      link.onEvent((event) => events.push(event));
    });
    afterEach(() => link[Symbol.asyncDispose]());

    test("reads a register", async () => {
      expect(await registers.global.read("MAGIC")).toBe(MAGIC);
    });

    test("keeps the order of posted writes and reads", async () => {
      const seen: number[] = [];
      for (let value = 1; value <= 300; value++) registers.global.write("SCRATCH", value);
      seen.push(await registers.global.read("SCRATCH"));
      registers.global.write("SCRATCH", 0xffff_ffff);
      const first = registers.global.read("SCRATCH");
      registers.global.write("SCRATCH", 5);
      seen.push(await first, await registers.global.read("SCRATCH"));
      expect(seen).toEqual([300, 0xffff_ffff, 5]);
    });

    test("refuses addresses and values that are none", async () => {
      expect(() => link.writeRegister(2, 0)).toThrow(RangeError);
      expect(() => link.writeRegister(0, -1)).toThrow(RangeError);
      expect(() => link.writeRegister(0, 2 ** 32)).toThrow(RangeError);
      await expect(link.readRegister(1)).rejects.toThrow(RangeError);
    });

    test("reports a refused read at once and a refused write at the next wait, once", async () => {
      await expect(link.readRegister(REGISTER_SPACE_BYTES)).rejects.toThrow(RegisterAccessError);
      expect(await registers.global.read("MAGIC")).toBe(MAGIC);
      link.writeRegister(REGISTER_SPACE_BYTES + 4, 1);
      await expect(link.readRegister(0)).rejects.toThrow(
        "write of register 0x0404: the device answered SLVERR",
      );
      expect(await registers.global.read("MAGIC")).toBe(MAGIC);
    });

    test("an interrupt ends a wait, also one that began before it", async () => {
      registers.global.write("IRQ_ENABLE", 0x8000_0000);
      const wait = interrupt.wait(10_000);
      registers.global.write("IRQ_TEST", 1);
      expect(await wait).toBe(true);
      // The line is still high.
      expect(await interrupt.wait(1000)).toBe(link.traits.interrupts === "level");
      registers.global.write("IRQ_STATUS", 0x8000_0000);
      expect(await interrupt.wait(100)).toBe(false);
      expect(events.filter((event) => event.kind === "interrupt").map((event) => event.asserted)).toEqual([
        true,
        false,
      ]);
    });

    test("a list rejects with the error of its own write, also when it ends with a wait", async () => {
      const [enable, raise] = (["IRQ_ENABLE", "IRQ_TEST"] as const).map((name) =>
        registers.global.addressOf(name),
      ) as [number, number];
      const list = link.perform([
        { kind: "write", address: REGISTER_SPACE_BYTES + 4, value: 1 },
        { kind: "write", address: enable, value: 0x8000_0000 },
        { kind: "write", address: raise, value: 1 },
        { kind: "wait", limitCycles: 1000 },
      ]);
      await expect(list).rejects.toThrow("write of register 0x0404: the device answered SLVERR");
    });

    test("an interrupt that posted writes will clear is none, and other waits keep their limits", async () => {
      registers.global.write("IRQ_ENABLE", 0x8000_0000);
      registers.global.write("IRQ_TEST", 1);
      expect(await interrupt.wait(10_000)).toBe(true);
      const start = link.clock.cycle;
      for (let value = 0; value < 100; value++) registers.global.write("SCRATCH", value);
      registers.global.write("IRQ_STATUS", 0x8000_0000);
      const wait = interrupt.wait(5000);
      const idle = link.idle(5).then(() => link.clock.cycle - start);
      expect(await wait).toBe(false);
      expect(await idle).toBeLessThan(1000);
      expect(link.clock.cycle - start).toBeLessThan(6000);
    });

    test("a wait without an interrupt ends at its limit", async () => {
      const start = link.clock.cycle;
      expect(await interrupt.wait(500)).toBe(false);
      expect(link.clock.cycle - start).toBeGreaterThanOrEqual(500);
      expect(link.clock.cycle - start).toBeLessThan(600);
    });

    test("a list does its operations in order and gives what was read and whether a wait was met", async () => {
      const scratch = registers.global.addressOf("SCRATCH");
      const [enable, raise, status] = (["IRQ_ENABLE", "IRQ_TEST", "IRQ_STATUS"] as const).map((name) =>
        registers.global.addressOf(name),
      ) as [number, number, number];
      const values = await link.perform([
        { kind: "write", address: scratch, value: 7 },
        { kind: "read", address: scratch },
        { kind: "write", address: enable, value: 0x8000_0000 },
        { kind: "write", address: raise, value: 1 },
        { kind: "wait", limitCycles: 1000 },
        { kind: "read", address: status },
        { kind: "write", address: status, value: 0x8000_0000 },
        { kind: "write", address: scratch, value: 8 },
        { kind: "read", address: scratch },
      ]);
      expect(values).toEqual([7, 1, 0x8000_0000, 8]);
      const late = await link.perform([
        { kind: "wait", limitCycles: 100 },
        { kind: "write", address: scratch, value: 9 },
      ]);
      expect(late).toEqual([0]);
      expect(await link.readRegister(scratch)).toBe(9);
    });

    test("waits are met in the order in which they end, whoever waits", async () => {
      const order: string[] = [];
      await Promise.all([
        link.idle(300).then(() => order.push("300")),
        link.idle(100).then(() => order.push("100")),
        interrupt.wait(200).then(() => order.push("timeout at 200")),
      ]);
      expect(order).toEqual(["100", "timeout at 200", "300"]);
    });

    test("device time stands still while nobody waits", async () => {
      const before = link.clock.cycle;
      await new Promise((resolve) => setImmediate(resolve));
      expect(link.clock.cycle - before).toBe(0);
    });

    test("memory is shared: the device reads what the host wrote, within open windows only", async () => {
      const bank = link.memory.banks[0]!;
      const physical = physicalAddress(bank.base + 0x1_0008n);
      const logical = logicalAddress(physical);
      link.memory.view(physical, 64).set(Array.from({ length: 64 }, (_, index) => index));
      const window = link.windows.open({ logical, physical, lengthBytes: 64, access: "read", use: "mapped" });
      expect(await copyToCard(link, registers, logical, 64)).toEqual({ status: "done", residue: 0 });
      window.close();
      window.close();
      expect(link.windows.live.size).toBe(0);
      expect(await copyToCard(link, registers, logical, 64)).toEqual({ status: "error", residue: 64 });
      const fault = events.find((event) => event.kind === "fault");
      expect(fault).toMatchObject({ direction: "read", address: logical });
    });

    test("closing a window leaves another on the same words open", async () => {
      const bank = link.memory.banks[0]!;
      const physical = physicalAddress(bank.base + 0x2000n - 24n);
      const window = (offset: bigint, lengthBytes: number) =>
        link.windows.open({
          logical: logicalAddress(physical + offset),
          physical: physicalAddress(physical + offset),
          lengthBytes,
          access: "read",
          use: "mapped",
        });
      const kept = window(0n, 48);
      window(0n, 1000).close();
      window(47n, 1).close();
      expect(await copyToCard(link, registers, logicalAddress(physical), 48)).toEqual({
        status: "done",
        residue: 0,
      });
      expect(await copyToCard(link, registers, logicalAddress(physical), 49)).toEqual({
        status: "error",
        residue: 1,
      });
      kept.close();
    });

    test("refuses a window outside the address space", () => {
      const physical = physicalAddress(link.memory.banks[0]!.base);
      const open = (logical: bigint, lengthBytes: number) => () =>
        link.windows.open({
          logical: logicalAddress(logical),
          physical,
          lengthBytes,
          access: "read",
          use: "mapped",
        });
      expect(open(0x7000_0000_0000_0000n, 8)).toThrow(WindowError);
      expect(open(physical, 0)).toThrow(WindowError);
      expect(open(physical, 2 ** 40)).toThrow(WindowError);
    });
  });
}

/** Register-mode transfer by hand; the interrupt is polled so that nothing but the contract is needed. */
async function copyToCard(
  link: Link,
  registers: RegisterFile,
  address: bigint,
  lengthBytes: number,
): Promise<{ status: string; residue: number }> {
  registers.global.write("CONTROL", 1);
  registers.h2c.write("HOST_ADDRESS_LOW", Number(address & 0xffff_ffffn));
  registers.h2c.write("HOST_ADDRESS_HIGH", Number(address >> 32n));
  registers.h2c.write("CARD_ADDRESS", 0);
  registers.h2c.write("LENGTH", lengthBytes);
  registers.h2c.write("COMMAND", 1);
  let status = 1;
  for (let tries = 0; (status & 1) !== 0 && tries < 1000; tries++) {
    await link.idle(10);
    status = await registers.h2c.read("STATUS");
  }
  const names: Record<number, string> = { 2: "done", 4: "error" };
  return { status: names[status] ?? `STATUS ${status}`, residue: await registers.h2c.read("RESIDUE") };
}
