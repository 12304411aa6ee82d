import type { Link } from "../bus/link.ts";
import { logicalAddress } from "../core/address.ts";
import { hex } from "../core/hex.ts";
import { errorKinds, errorStages, nameOf } from "../spec/codes.ts";
import { DeviceContractError, TransferError } from "./errors.ts";
import { endingLimitCycles } from "./limits.ts";
import { type ChannelId, type ChannelName, decode, field, type NamedRegisters } from "./register-file.ts";

const BUSY = field("STATUS", "BUSY");

/** The registers of one channel that both ways of working need. */
export class ChannelRegisters {
  readonly id: ChannelId;
  readonly registers: NamedRegisters<ChannelName>;
  readonly #link: Link;

  constructor(id: ChannelId, link: Link, registers: NamedRegisters<ChannelName>) {
    this.id = id;
    this.registers = registers;
    this.#link = link;
  }

  write(name: ChannelName, value: number): void {
    this.registers.write(name, value);
  }

  read(name: ChannelName): Promise<number> {
    return this.registers.read(name);
  }

  /** Rejects with `DeviceContractError` when the channel stays busy although it was told to end; `what` told it. */
  async untilIdle(what: string): Promise<number> {
    const limit = endingLimitCycles(this.#link);
    const start = this.#link.clock.cycle;
    for (;;) {
      // Of an answer from before the limit nothing follows, however late it is read.
      const asked = this.#link.clock.cycle;
      const status = await this.read("STATUS");
      if (BUSY.of(status) === 0) return status;
      if (asked - start > limit) {
        throw new DeviceContractError(
          `${this.id}: STATUS.BUSY is still 1 ${limit} cycles after ${what}: the channel is lost until the device is reset`,
        );
      }
    }
  }

  /** The first error of the last piece, as the registers tell it. */
  async readError(lengthBytes: number): Promise<TransferError> {
    const error = await this.read("ERROR");
    const low = await this.read("ERROR_ADDRESS_LOW");
    const high = await this.read("ERROR_ADDRESS_HIGH");
    const kind = field("ERROR", "KIND").of(error);
    const stage = field("ERROR", "STAGE").of(error);
    return new TransferError({
      channel: this.id,
      kind: nameOf(errorKinds, kind) ?? `error kind ${kind}`,
      stage: nameOf(errorStages, stage)?.toLowerCase() ?? `stage ${stage}`,
      isWrite: field("ERROR", "WRITE").of(error) === 1,
      address: logicalAddress((BigInt(high) << 32n) | BigInt(low)),
      residueBytes: await this.read("RESIDUE"),
      lengthBytes,
    });
  }

  /** Registers with their fields by name. */
  async describe(...names: readonly ChannelName[]): Promise<string> {
    const parts: string[] = [];
    for (const name of names) {
      const value = await this.read(name);
      const fields = decode(name, value);
      parts.push(`${name} ${hex(value, 8)}${fields === "" ? "" : ` (${fields})`}`);
    }
    return parts.join(", ");
  }
}
