import { KernelDevice } from "../../../src/links/pcie/kernel-device.ts";
import type { PcieRegion } from "../../../src/links/pcie/pcie-device.ts";

export const EDU = "1234:11e8";

/** Registers of QEMU's `edu` device (docs/specs/edu.rst of QEMU). */
export const edu = {
  identification: 0x00,
  inverted: 0x04,
  factorial: 0x08,
  status: 0x20,
  interruptStatus: 0x24,
  raise: 0x60,
  acknowledge: 0x64,
  source: 0x80,
  destination: 0x88,
  count: 0x90,
  command: 0x98,
} as const;

const START = 1;
const TO_RAM = 2;
const WITH_INTERRUPT = 4;
export const DMA_DONE = 0x100;
/** The device's own memory, as its addresses go. */
export const BUFFER = 0x4_0000n;
/** QEMU 7.2 ends at a transfer of all its 4096 bytes. */
export const MOST_BYTES = 4092;

const COMMAND = 0x04;
const MEMORY_ENABLE = 0x2;
const BUS_MASTER = 0x4;
/** A transfer takes 100 ms of a timer; emulation on a busy machine is slow. */
export const PATIENCE_MS = 20_000;

/** An emulated card that nobody here has made, through the product's own backend. */
export class EduCard {
  readonly device: KernelDevice;
  readonly bar: PcieRegion;

  constructor(card: string = EDU) {
    this.device = KernelDevice.open("edu", card);
    this.bar = this.device.bars.get(0) as PcieRegion;
    this.master(true);
    this.device.interrupts.enable(1);
  }

  master(isOn: boolean): void {
    this.device.config.write(COMMAND, 16, MEMORY_ENABLE | (isOn ? BUS_MASTER : 0));
  }

  read(register: number): number {
    return this.bar.read(register, 32);
  }

  write(register: number, value: number): void {
    this.bar.write(register, 32, value);
  }

  /** Starts a transfer between host memory at `iova` and the device's memory. */
  start(direction: "to-card" | "to-host", iova: bigint, lengthBytes: number): void {
    const isToHost = direction === "to-host";
    this.bar.write64(edu.source, isToHost ? BUFFER : iova);
    this.bar.write64(edu.destination, isToHost ? iova : BUFFER);
    this.write(edu.count, lengthBytes);
    this.write(edu.command, START | WITH_INTERRUPT | (isToHost ? TO_RAM : 0));
  }

  get isMoving(): boolean {
    return (this.read(edu.command) & START) !== 0;
  }

  /**
   * A whole transfer, with its interrupt; the register that says why. A message that comes while the transfer is under way is
   * an earlier one's, which was on its way still.
   */
  async move(direction: "to-card" | "to-host", iova: bigint, lengthBytes: number): Promise<number> {
    let interrupt = this.interrupt();
    this.start(direction, iova, lengthBytes);
    while (true) {
      if (!(await interrupt)) throw new Error(`no interrupt in ${PATIENCE_MS} ms`);
      if (!this.isMoving) break;
      interrupt = this.interrupt();
    }
    const cause = this.read(edu.interruptStatus);
    this.write(edu.acknowledge, cause);
    return cause;
  }

  /** Whether a message comes in time. */
  async interrupt(limitMs = PATIENCE_MS): Promise<boolean> {
    return await new Promise((resolve) => {
      const end = (isMet: boolean): void => {
        clearTimeout(timer);
        watch[Symbol.dispose]();
        resolve(isMet);
      };
      const timer = setTimeout(() => end(false), limitMs);
      const watch = this.device.interrupts.watch(0, () => end(true));
    });
  }

  async close(): Promise<void> {
    await this.device[Symbol.asyncDispose]();
  }
}
