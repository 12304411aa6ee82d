import type { ChannelRegisters } from "./channel-registers.ts";
import type { ChannelWork, Outcome, Piece } from "./channel-work.ts";
import { field } from "./register-file.ts";

const BUSY = field("STATUS", "BUSY");
const HALTED = field("STATUS", "HALTED");

/** Register mode: one piece at a time, written into the channel's registers. For builds without rings. */
export class RegisterWork implements ChannelWork {
  readonly capacity = 1;
  readonly #channel: ChannelRegisters;
  #piece: Piece | undefined;

  constructor(channel: ChannelRegisters) {
    this.#channel = channel;
  }

  put([piece]: readonly Piece[]): void {
    if (piece === undefined) return;
    this.#piece = piece;
    const channel = this.#channel;
    channel.write("HOST_ADDRESS_LOW", Number(piece.address & 0xffff_ffffn));
    channel.write("HOST_ADDRESS_HIGH", Number(piece.address >> 32n));
    channel.write("CARD_ADDRESS", piece.cardAddress);
    channel.write("LENGTH", piece.lengthBytes);
    channel.write("COMMAND", field("COMMAND", "START").mask);
  }

  /** That shows in a register only. */
  ended(): number {
    return 0;
  }

  async finished(): Promise<Outcome[]> {
    return this.#outcome(await this.#channel.read("STATUS"));
  }

  async stop(): Promise<Outcome[]> {
    this.#channel.write("COMMAND", field("COMMAND", "ABORT").mask);
    const outcomes = await this.#outcome(await this.#channel.untilIdle("COMMAND.ABORT"));
    this.#piece = undefined;
    return outcomes.filter(({ error }) => error === undefined);
  }

  forget(): void {
    this.#piece = undefined;
  }

  async describe(): Promise<string[]> {
    return [await this.#channel.describe("STATUS", "LENGTH", "RESIDUE", "ERROR")];
  }

  release(): void {}

  async #outcome(status: number): Promise<Outcome[]> {
    const piece = this.#piece;
    if (piece === undefined || BUSY.of(status) === 1) return [];
    this.#piece = undefined;
    if (HALTED.of(status) === 0) return [{ isFlagged: true }];
    return [{ error: await this.#channel.readError(piece.lengthBytes), isFlagged: false }];
  }
}
