import type { Link } from "../bus/link.ts";
import { PAGE_SIZE } from "../core/address.ts";
import type { Callee } from "../core/call-sites.ts";
import { type PendingCall, PendingCalls } from "../core/pending-calls.ts";
import type { DmaAdapter } from "../wdm/dma-adapter.ts";
import type { ScatterGatherElement } from "../wdm/scatter-gather.ts";
import { Channel } from "./channel.ts";
import { ChannelRegisters } from "./channel-registers.ts";
import type { ChannelWork, Piece } from "./channel-work.ts";
import { DeviceContractError, DeviceIdentityError, DeviceResetError } from "./errors.ts";
import { type Identity, readIdentity } from "./identity.ts";
import { InterruptService } from "./interrupt-service.ts";
import { endingLimitCycles } from "./limits.ts";
import { ListLimit } from "./list-limit.ts";
import { type ChannelId, field, RegisterFile } from "./register-file.ts";
import { RegisterWork } from "./register-work.ts";
import { RingWork } from "./ring-work.ts";
import { recordTransfer, type TransferBuffer } from "./transfer-record.ts";

/** Entries of a ring: 2 KiB of descriptors, so that a transfer of 64 pages is handed over at once. */
const RING_ENTRIES_LOG2 = 6;
const RESET = field("CONTROL", "RESET");

/**
 * The function driver of the hilt DMA controller, as a Windows driver would be built on the WDM DMA interface.
 *
 * A transfer is one packet: a scatter/gather list from the adapter (`getScatterGatherListEx`), its elements as
 * descriptors in the channel's ring, the interrupt and its deferred part, and the list given back
 * (`putScatterGatherList`), which is when the data become visible in the buffer. The rings lie in common buffers. Both
 * channels work side by side; the transfers of one channel end in the order in which they were asked for.
 *
 * A device without rings is driven by its registers, one element at a time.
 */
export class DmaDevice implements AsyncDisposable {
  readonly identity: Identity;
  readonly registers: RegisterFile;
  readonly #calls: PendingCalls;
  readonly #link: Link;
  readonly #adapter: DmaAdapter;
  /** Of one operation, wherever it starts in its page. */
  readonly #mostBytes: number;
  readonly #listLimit: ListLimit;
  readonly #channels: Readonly<Record<ChannelId, Channel>>;
  #isClosed = false;
  /** How many were asked for. */
  #resets = 0;
  #underReset: Promise<void> | undefined;

  private constructor(parts: DeviceParts, registers: RegisterFile, identity: Identity) {
    this.identity = identity;
    this.registers = parts.outside === undefined ? registers : new RegisterFile(parts.outside);
    this.#link = parts.link;
    this.#calls = parts.calls ?? new PendingCalls(0);
    this.#adapter = parts.adapter;
    this.#listLimit = new ListLimit(parts.adapter);
    this.#mostBytes = ((parts.mapRegisters ?? Number.POSITIVE_INFINITY) - 1) * PAGE_SIZE;
    const interrupts = new InterruptService(parts.link, registers);
    const ringEntriesLog2 =
      parts.mode === "registers" ? 0 : Math.min(identity.ringEntriesLog2, RING_ENTRIES_LOG2);
    const channelOf = (id: ChannelId): Channel => {
      const face = new ChannelRegisters(id, parts.link, registers[id]);
      const work: ChannelWork =
        ringEntriesLog2 === 0 ? new RegisterWork(face) : new RingWork(face, parts.adapter, ringEntriesLog2);
      const channel = new Channel(id, parts.link, work, interrupts);
      interrupts.connect(channel);
      return channel;
    };
    this.#channels = { h2c: channelOf("h2c"), c2h: channelOf("c2h") };
  }

  /**
   * Checks what the device is, then lets it master the bus and raise interrupts. Rejects with `DeviceIdentityError`, and
   * with `CommonBufferError` when there is no memory for the rings.
   */
  static async open(parts: DeviceParts): Promise<DmaDevice> {
    const registers = new RegisterFile(parts.link);
    const identity = await readIdentity(registers, parts.link.name);
    if (!identity.hasRegisterMode && (identity.ringEntriesLog2 === 0 || parts.mode === "registers")) {
      throw new DeviceIdentityError(
        `${parts.link.name}: FEATURES.REGISTER_MODE is 0, and there are no rings with completion records to use instead`,
      );
    }
    const device = new DmaDevice(parts, registers, identity);
    device.#switchOn();
    return device;
  }

  /** Moves `buffer` (or `lengthBytes` of it from `offset`) into the card's memory at `cardAddress`. */
  hostToCard(buffer: TransferBuffer, options: TransferOptions = {}): Promise<TransferSummary> {
    return this.#counted("device.hostToCard", this.hostToCard, () => this.#move("h2c", buffer, options));
  }

  /** Fills `buffer` (or `lengthBytes` of it from `offset`) from the card's memory at `cardAddress`. */
  cardToHost(buffer: TransferBuffer, options: TransferOptions = {}): Promise<TransferSummary> {
    return this.#counted("device.cardToHost", this.cardToHost, () => this.#move("c2h", buffer, options));
  }

  /**
   * Resets the device and makes it ready again. Transfers that were asked for before and have not ended reject with
   * `DeviceResetError`; those that are asked for from now on begin after the reset. Rejects with `DeviceContractError` when
   * the device does not come out of reset, and with `DeviceResetError` when it is closed.
   */
  reset(): Promise<void> {
    return this.#counted("device.reset", this.reset, () => this.#resetInTurn(), true);
  }

  async #resetInTurn(): Promise<void> {
    if (this.#isClosed) throw new DeviceResetError("was closed", "it could be reset");
    this.#resets++;
    const { h2c, c2h } = this.#channels;
    const reset = h2c.reset(wasReset(), () => c2h.reset(wasReset(), () => this.#reset()));
    this.#underReset = reset;
    try {
      await reset;
    } finally {
      if (this.#underReset === reset) this.#underReset = undefined;
    }
  }

  async #reset(): Promise<void> {
    const { global } = this.registers;
    global.write("CONTROL", RESET.mask);
    const limit = endingLimitCycles(this.#link);
    const { clock } = this.#link;
    const start = clock.cycle;
    for (let asked = start; RESET.of(await global.read("CONTROL")) === 1; asked = clock.cycle) {
      if (asked - start > limit)
        throw new DeviceContractError(`CONTROL.RESET still reads 1 after ${limit} cycles`);
    }
    this.#switchOn();
  }

  /** Ends what is under way, takes the bus mastering away and frees the rings. Idempotent. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#counted("the end of device", this[Symbol.asyncDispose], () => this.#close(), true);
  }

  async #close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const channel of Object.values(this.#channels)) {
      await channel.close(new DeviceResetError("was closed"));
    }
    this.registers.global.write("IRQ_ENABLE", 0);
    this.registers.global.write("CONTROL", 0);
    await this.registers.global.read("CONTROL");
  }

  #switchOn(): void {
    const causes = Object.values(this.#channels).reduce((all, channel) => all | channel.causes, 0);
    this.registers.global.write("IRQ_ENABLE", causes);
    this.registers.global.write("CONTROL", field("CONTROL", "BUS_MASTER").mask);
  }

  /** Every call of a bench is known until it ends, and its error says who asked for it. `isWatched`: until it is awaited, too. */
  #counted<T>(what: string, callee: Callee, work: () => Promise<T>, isWatched = false): Promise<T> {
    const call = this.#calls.begin(what, callee);
    const ended = this.#ended(call, work);
    return isWatched ? this.#calls.watched(call, ended) : ended;
  }

  async #ended<T>(call: PendingCall, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw await this.#calls.rejection(call, error);
    } finally {
      this.#calls.end(call);
    }
  }

  async #move(id: ChannelId, buffer: TransferBuffer, options: TransferOptions): Promise<TransferSummary> {
    const { cardAddress = 0, offset = 0, timeoutMs, signal } = options;
    const lengthBytes = options.lengthBytes ?? buffer.lengthBytes - offset;
    const start = this.#link.clock.cycle;
    const resets = this.#resets;
    if (this.#underReset !== undefined) await this.#underReset;
    let elements = 0;
    // One list at least: the adapter says what is wrong with a transfer of no bytes.
    for (let done = 0; done < lengthBytes || done === 0; ) {
      const from = offset + done;
      const writeToDevice = id === "h2c";
      const most = Math.min(lengthBytes - done, this.#mostBytes);
      const length = this.#listLimit.fitting(buffer.mdl, from, most, writeToDevice);
      const range = { offset: from, length, writeToDevice };
      const mapped = await this.#adapter.map(buffer.mdl, signal === undefined ? range : { ...range, signal });
      // Not `await using`: what it is compiled to takes longer than the rest of a small transfer.
      try {
        if (this.#resets !== resets) throw wasReset();
        await this.#channels[id].move(piecesOf(mapped.elements, cardAddress + done), timeoutMs, signal);
      } finally {
        mapped[Symbol.dispose]();
      }
      elements += mapped.elements.length;
      done += Math.max(1, length);
    }
    const end = this.#link.clock.cycle;
    recordTransfer(buffer, { channel: id, cardAddress, offset, lengthBytes, start, end });
    return { lengthBytes, elements, cycles: end - start };
  }
}

function wasReset(): DeviceResetError {
  return new DeviceResetError("was reset");
}

function piecesOf(elements: readonly ScatterGatherElement[], cardAddress: number): Piece[] {
  let at = cardAddress;
  return elements.map(({ address, length }, index) => {
    const piece = { address, cardAddress: at, lengthBytes: length, isLast: index + 1 === elements.length };
    at += length;
    return piece;
  });
}

export interface DeviceParts {
  readonly link: Link;
  readonly adapter: DmaAdapter;
  /** The link by which `registers` of the device are accessed from outside; by default `link`. */
  readonly outside?: Link;
  /** Map registers that the adapter has for one operation; longer transfers are cut. By default all are in one. */
  readonly mapRegisters?: number;
  /** By default rings, where the device has them. */
  readonly mode?: "rings" | "registers";
  /** Knows the transfers that have not ended, and where they began. */
  readonly calls?: PendingCalls;
}

export interface TransferOptions {
  /** Byte address in the card's memory; 0 by default. */
  readonly cardAddress?: number;
  /** Byte of the buffer to start at. */
  readonly offset?: number;
  readonly lengthBytes?: number;
  /**
   * Most device time from one element to the next; by default 10 ms and what the pace of the link makes of its bytes. Rejects
   * with `RangeError` when it is negative, or no number of cycles.
   */
  readonly timeoutMs?: number;
  /** Takes the transfer back at any time; it rejects with the reason when the device has let go of the buffer. */
  readonly signal?: AbortSignal;
}

export interface TransferSummary {
  readonly lengthBytes: number;
  /** Elements of the scatter/gather list. */
  readonly elements: number;
  /** From the request to the release of the list. */
  readonly cycles: number;
}
