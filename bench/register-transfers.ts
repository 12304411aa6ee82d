import type { Link } from "../src/bus/link.ts";
import { logicalAddress, physicalAddress } from "../src/core/address.ts";
import { field, RegisterFile } from "../src/driver/register-file.ts";

const LIMIT_CYCLES = 10_000_000;
const START = field("COMMAND", "START").mask;

/** A window on the first MiB, bus mastering and interrupts on; returns where the window is. */
export async function prepareTransfers(link: Link): Promise<bigint> {
  const registers = new RegisterFile(link);
  registers.global.write("CONTROL", field("CONTROL", "BUS_MASTER").mask);
  registers.global.write("IRQ_ENABLE", 0xffff_ffff);
  const base = physicalAddress(link.memory.banks[0]?.base ?? 0n);
  const window = { logical: logicalAddress(base), physical: base, lengthBytes: 1 << 20 };
  link.windows.open({ ...window, access: "read-write", use: "mapped" });
  await link.readRegister(0);
  return base;
}

/** Host-to-card transfers of the registers, each awaited: posted writes, interrupt, status read. */
export async function awaitedTransfers(
  link: Link,
  base: bigint,
  lengthBytes: number,
  times: number,
): Promise<void> {
  const interrupt = link.listen();
  for (let n = 0; n < times; n++) {
    link.writeRegister(0x108, Number(base & 0xffff_ffffn));
    link.writeRegister(0x10c, Number(base >> 32n));
    link.writeRegister(0x110, 0);
    link.writeRegister(0x114, lengthBytes);
    link.writeRegister(0x100, START);
    if (!(await interrupt.wait(LIMIT_CYCLES))) throw new Error("no interrupt");
    if (((await link.readRegister(0x104)) & 5) !== 0) throw new Error("the transfer failed");
    link.writeRegister(0x20, 0xffff_ffff);
  }
}

/** The same, each as one list of operations. */
export async function listedTransfers(
  link: Link,
  base: bigint,
  lengthBytes: number,
  times: number,
): Promise<void> {
  for (let n = 0; n < times; n++) {
    const [, status = 5] = await link.perform([
      { kind: "write", address: 0x108, value: Number(base & 0xffff_ffffn) },
      { kind: "write", address: 0x10c, value: Number(base >> 32n) },
      { kind: "write", address: 0x110, value: 0 },
      { kind: "write", address: 0x114, value: lengthBytes },
      { kind: "write", address: 0x100, value: START },
      { kind: "wait", limitCycles: LIMIT_CYCLES },
      { kind: "read", address: 0x104 },
      { kind: "write", address: 0x20, value: 0xffff_ffff },
    ]);
    if ((status & 5) !== 0) throw new Error("the transfer failed");
  }
}
