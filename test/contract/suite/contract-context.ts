import { inspect } from "node:util";
import { expect } from "vitest";
import { cyclesIn } from "../../../src/bus/clock.ts";
import type { LinkEvent } from "../../../src/bus/event.ts";
import type { InterruptListener } from "../../../src/bus/interrupt-listener.ts";
import type { Link, NarrowOperation } from "../../../src/bus/link.ts";
import type { Access, OpenWindow, WindowUse } from "../../../src/bus/window.ts";
import {
  type LogicalAddress,
  logicalAddress,
  type PhysicalAddress,
  physicalAddress,
} from "../../../src/core/address.ts";
import { field, RegisterFile } from "../../../src/driver/register-file.ts";
import { errorKinds, nameOf } from "../../../src/spec/codes.ts";
import type { ContractLink } from "./contract-test.ts";
import { RingingDevice } from "./ringing-device.ts";

export type Channel = "h2c" | "c2h";

/** How a transfer ended, from the registers of its channel. */
export interface Outcome {
  readonly status: "done" | "error";
  /** Bytes that did not arrive. */
  readonly residue: number;
  /** `ERROR.KIND`, by name. */
  readonly kind: string;
}

export const done: Outcome = { status: "done", residue: 0, kind: "NONE" };

/** A range of host memory, with the window by which the device reaches it. */
export interface Place {
  readonly bytes: Uint8Array;
  readonly logical: LogicalAddress;
  readonly physical: PhysicalAddress;
  open(access: Access, use?: WindowUse): OpenWindow;
}

/** Bit of `IRQ_STATUS` and `IRQ_ENABLE` that `IRQ_TEST` sets. */
export const TEST_CAUSE = 0x8000_0000;
/** The longest wait of a test for what must come: register accesses, and on wall time at least so long. */
const PATIENCE_ACCESSES = 1000;
const PATIENCE_WALL_MS = 5000;
/** Where `load` keeps what it sends to the card, from the start of the first bank. */
const STAGE_OFFSET = 0x10_0000;

/** What a test of the contract has: a fresh device, what it reports, and the device's register mode by hand. */
export class ContractContext {
  readonly contractLink: ContractLink;
  readonly link: Link;
  readonly registers: RegisterFile;
  /** Without the answers of registers, which the host asks for. */
  readonly events: LinkEvent[] = [];
  /** Of vector 0, from before anything was done. */
  readonly interrupt: InterruptListener;
  readonly #opened: Link[];

  private constructor(contractLink: ContractLink, link: Link) {
    this.contractLink = contractLink;
    this.link = link;
    this.registers = new RegisterFile(link);
    this.interrupt = link.listen();
    link.onEvent((event) => {
      if (event.kind !== "register") this.events.push(event);
    });
    this.#opened = [link];
  }

  static async open(contractLink: ContractLink, seed?: bigint): Promise<ContractContext> {
    return new ContractContext(contractLink, await contractLink.open(seed));
  }

  /** Ends the link and opens the next; `dispose` ends that, too. */
  async next(seed?: bigint): Promise<ContractContext> {
    await this.link[Symbol.asyncDispose]();
    return this.#keep(await ContractContext.open(this.contractLink, seed));
  }

  /** The link of a second user; `dispose` ends it, too. */
  async beside(): Promise<ContractContext> {
    const { contractLink } = this;
    const link = await (contractLink.beside ?? contractLink.open)();
    return this.#keep(new ContractContext(contractLink, link));
  }

  /** A link to a device that breaks a rule of its bus; `dispose` ends it, too. */
  async breaker(): Promise<Link> {
    const link = await this.contractLink.breaker!();
    this.#opened.push(link);
    return link;
  }

  /** A device with two interrupts; `dispose` ends its link, too. */
  async several(): Promise<RingingDevice> {
    const link = await this.contractLink.several!();
    this.#opened.push(link);
    return new RingingDevice(link);
  }

  #keep(other: ContractContext): ContractContext {
    this.#opened.push(other.link);
    return other;
  }

  async dispose(): Promise<void> {
    for (const link of this.#opened) await link[Symbol.asyncDispose]();
  }

  get isStepped(): boolean {
    return this.link.traits.time === "stepped";
  }

  get isLevel(): boolean {
    return this.link.traits.interrupts === "level";
  }

  /** Cycles of the link's clock in which the device answers so many register accesses. */
  cycles(accesses: number): number {
    return cyclesIn(this.link.clock, accesses * this.link.pace.accessMs);
  }

  /** Long enough for what must not come to show. */
  get quiet(): number {
    return this.cycles(20);
  }

  /** Long enough for a device in good order to move `bytes`. */
  moving(bytes: number): number {
    return this.quiet + cyclesIn(this.link.clock, (2000 * bytes) / this.link.pace.bytesPerSecond);
  }

  /** The longest wait for what must come, with `bytes` to move before. */
  patience(bytes = 0): number {
    const least = this.isStepped ? 0 : cyclesIn(this.link.clock, PATIENCE_WALL_MS);
    return Math.max(this.cycles(PATIENCE_ACCESSES), least) + 2 * this.moving(bytes);
  }

  /** Posts the enabling of the test interrupt. */
  enable(): void {
    this.registers.global.write("IRQ_ENABLE", TEST_CAUSE);
  }

  /** Posts a write after which the interrupt line is high, once it is enabled. */
  raise(): void {
    this.registers.global.write("IRQ_TEST", 1);
  }

  /** Posts a write after which the line is low. */
  clear(): void {
    this.registers.global.write("IRQ_STATUS", TEST_CAUSE);
  }

  /** All that was posted has been done. */
  async barrier(): Promise<void> {
    await this.registers.global.read("VERSION");
  }

  /** `lengthBytes` at `offset` from the start of a bank; the device finds them at `logicalOffset`, by default the same. */
  place(offset: number, lengthBytes: number, { bank = 0, logicalOffset = offset } = {}): Place {
    const base = this.link.memory.banks[bank]!.base;
    const physical = physicalAddress(base + BigInt(offset));
    const logical = logicalAddress(base + BigInt(logicalOffset));
    return {
      ...{ logical, physical, bytes: this.link.memory.view(physical, lengthBytes) },
      open: (access, use = "mapped") =>
        this.link.windows.open({ logical, physical, lengthBytes, access, use }),
    };
  }

  /** Posts the start of a transfer. `causes`: of `IRQ_ENABLE`. */
  start(...transfer: Parameters<ContractContext["program"]>): void {
    const { address, value } = this.program(...transfer);
    this.link.writeRegister(address, value);
  }

  /** All of a transfer but the write that starts it, which it gives back. */
  program(
    channel: Channel,
    address: bigint,
    lengthBytes: number,
    card = 0,
    causes?: number,
  ): Extract<NarrowOperation, { readonly kind: "write" }> {
    const { global, [channel]: own } = this.registers;
    if (causes !== undefined) global.write("IRQ_ENABLE", causes);
    global.write("CONTROL", field("CONTROL", "BUS_MASTER").mask);
    own.write("HOST_ADDRESS_LOW", Number(address & 0xffff_ffffn));
    own.write("HOST_ADDRESS_HIGH", Number(address >> 32n));
    own.write("CARD_ADDRESS", card);
    own.write("LENGTH", lengthBytes);
    return { kind: "write", address: own.addressOf("COMMAND"), value: field("COMMAND", "START").mask };
  }

  /** Asks until the channel is done; the interrupt has no part in it, so that nothing but registers and time is needed. */
  async finish(channel: Channel, lengthBytes: number): Promise<Outcome> {
    const { [channel]: own } = this.registers;
    const limit = this.patience(lengthBytes);
    let waited = 0;
    let status = await own.read("STATUS");
    for (let step = this.cycles(1); field("STATUS", "BUSY").of(status) === 1; step *= 2) {
      if (waited > limit) expect.fail(`${channel} of ${lengthBytes} bytes is busy after ${waited} cycles`);
      await this.link.idle(step);
      waited += step;
      status = await own.read("STATUS");
    }
    const kind = nameOf(errorKinds, field("ERROR", "KIND").of(await own.read("ERROR"))) ?? "unknown";
    const residue = await own.read("RESIDUE");
    return { status: field("STATUS", "DONE").of(status) === 1 ? "done" : "error", residue, kind };
  }

  /** A whole transfer in register mode. */
  async move(channel: Channel, address: bigint, lengthBytes: number, card = 0): Promise<Outcome> {
    this.start(channel, address, lengthBytes, card);
    return await this.finish(channel, lengthBytes);
  }

  /** Puts `bytes` in the card's memory, through a window of its own. */
  async load(bytes: Uint8Array, card = 0): Promise<void> {
    const stage = this.place(STAGE_OFFSET, bytes.length);
    stage.bytes.set(bytes);
    const window = stage.open("read");
    expect(await this.move("h2c", stage.logical, bytes.length, card)).toEqual(done);
    window.close();
  }

  /** Takes bytes from the card's memory, through a window of its own. */
  async unload(lengthBytes: number, card = 0): Promise<Uint8Array> {
    const stage = this.place(STAGE_OFFSET, lengthBytes);
    stage.bytes.fill(0);
    const window = stage.open("write");
    expect(await this.move("c2h", stage.logical, lengthBytes, card)).toEqual(done);
    window.close();
    return Uint8Array.from(stage.bytes);
  }
}

/** Bytes that differ from each other and from those of other seeds. */
export function pattern(lengthBytes: number, seed: number): Uint8Array {
  let state = (seed * 0x9e37_79b1 + 1) >>> 0;
  return Uint8Array.from({ length: lengthBytes }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

/** Fails at the first byte that differs; much faster than `toEqual` for long ranges. */
export function expectBytes(found: Uint8Array, expected: Uint8Array, what = "bytes"): void {
  expect(found.length, `number of ${what}`).toBe(expected.length);
  if (Buffer.compare(found, expected) === 0) return;
  const at = found.findIndex((byte, index) => byte !== expected[index]);
  expect.fail(`${what}: byte ${at} is ${found[at]}, not ${expected[at]}`);
}

/** The error with which `operation` rejects. */
export async function rejection(operation: Promise<unknown>): Promise<Error & { code?: string }> {
  let value: unknown;
  try {
    value = await operation;
  } catch (error) {
    return error as Error;
  }
  expect.fail(`resolved with ${inspect(value)} where it must reject`);
}

/** Lets everything run that is ready to. */
export async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
