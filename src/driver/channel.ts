import { cyclesIn } from "../bus/clock.ts";
import { InterruptTimeoutError } from "../bus/errors.ts";
import type { Link } from "../bus/link.ts";
import { logicalAddress } from "../core/address.ts";
import { hex } from "../core/hex.ts";
import { errorKinds, errorStages, nameOf } from "../spec/codes.ts";
import type { ScatterGatherElement } from "../wdm/scatter-gather.ts";
import { DeviceContractError, TransferError, TransferTimeoutError } from "./errors.ts";
import type { InterruptService } from "./interrupt-service.ts";
import { type ChannelId, type ChannelName, field, type NamedRegisters } from "./register-file.ts";

const START = field("COMMAND", "START").mask;
const BUSY = field("STATUS", "BUSY").mask;
const HALTED = field("STATUS", "HALTED").mask;
const CAUSES = {
  h2c: { done: field("IRQ_STATUS", "H2C_DONE").mask, error: field("IRQ_STATUS", "H2C_ERROR").mask },
  c2h: { done: field("IRQ_STATUS", "C2H_DONE").mask, error: field("IRQ_STATUS", "C2H_ERROR").mask },
} as const;

/** One direction of the controller in register mode: one element at a time, in the order of the calls. */
export class Channel {
  readonly id: ChannelId;
  readonly #link: Link;
  readonly #registers: NamedRegisters<ChannelName>;
  readonly #interrupts: InterruptService;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    id: ChannelId,
    link: Link,
    registers: NamedRegisters<ChannelName>,
    interrupts: InterruptService,
  ) {
    this.id = id;
    this.#link = link;
    this.#registers = registers;
    this.#interrupts = interrupts;
  }

  /** Runs `work` when everything queued before has ended, well or not. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Moves one element between host memory and the card's; rejects with `TransferError` or `TransferTimeoutError`. */
  async move(element: ScatterGatherElement, cardAddress: number, timeoutMs: number): Promise<void> {
    const registers = this.#registers;
    registers.write("HOST_ADDRESS_LOW", Number(element.address & 0xffff_ffffn));
    registers.write("HOST_ADDRESS_HIGH", Number(element.address >> 32n));
    registers.write("CARD_ADDRESS", cardAddress);
    registers.write("LENGTH", element.length);
    registers.write("COMMAND", START);
    const cause = await this.#completion(timeoutMs);
    const status = await registers.read("STATUS");
    if ((status & BUSY) !== 0) {
      throw new DeviceContractError(
        `${this.id}: the completion interrupt came while STATUS.BUSY was 1 (STATUS ${hex(status, 8)})`,
      );
    }
    if ((cause & CAUSES[this.id].error) !== 0 || (status & HALTED) !== 0)
      throw await this.#readError(element.length);
  }

  async #completion(timeoutMs: number): Promise<number> {
    const { done, error } = CAUSES[this.id];
    const limitCycles = cyclesIn(this.#link.clock, timeoutMs);
    try {
      return await this.#interrupts.waitFor(done | error, limitCycles);
    } catch (cause) {
      if (!(cause instanceof InterruptTimeoutError)) throw cause;
      const status = await this.#registers.read("STATUS");
      const lastSeen = `STATUS ${hex(status, 8)}${(status & BUSY) === 0 ? ", not busy" : ", busy"}`;
      throw new TransferTimeoutError(this.id, limitCycles, lastSeen, { cause });
    }
  }

  async #readError(lengthBytes: number): Promise<TransferError> {
    const error = await this.#registers.read("ERROR");
    const low = await this.#registers.read("ERROR_ADDRESS_LOW");
    const high = await this.#registers.read("ERROR_ADDRESS_HIGH");
    const kind = field("ERROR", "KIND").of(error);
    const stage = field("ERROR", "STAGE").of(error);
    return new TransferError({
      channel: this.id,
      kind: nameOf(errorKinds, kind) ?? `error kind ${kind}`,
      stage: nameOf(errorStages, stage)?.toLowerCase() ?? `stage ${stage}`,
      isWrite: field("ERROR", "WRITE").of(error) === 1,
      address: logicalAddress((BigInt(high) << 32n) | BigInt(low)),
      residueBytes: await this.#registers.read("RESIDUE"),
      lengthBytes,
    });
  }
}
