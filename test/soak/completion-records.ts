import { COMPLETION_BYTES, type Completion, decodeCompletion } from "../../src/driver/ring.ts";
import { completion } from "../../src/spec/descriptors.ts";

/** The ring of completion records in host memory. */
export class CompletionRecords {
  readonly #bytes: Uint8Array;
  readonly #entries: number;

  constructor(bytes: Uint8Array, entries: number) {
    this.#bytes = bytes;
    this.#entries = entries;
  }

  clear(): void {
    this.#bytes.fill(0, 0, this.#entries * COMPLETION_BYTES);
  }

  at(slot: number): Completion {
    const { buffer, byteOffset, length } = this.#bytes;
    return decodeCompletion(new DataView(buffer, byteOffset, length), slot * COMPLETION_BYTES);
  }

  /** All 16 bytes, as hexadecimal digits, the last byte first. */
  digitsAt(slot: number): string {
    return digitsOf(this.#bytes.subarray(slot * COMPLETION_BYTES, (slot + 1) * COMPLETION_BYTES));
  }

  /** A slot whose record was not written gets the phase that is due, as from a driver: it would look new one turn later. */
  turn(slot: number, phase: 0 | 1): void {
    this.#bytes[(slot + 1) * COMPLETION_BYTES - 1] = phase << 7;
  }
}

/** What `digitsAt` gives for a record with these members and 0 in every other bit. */
export function recordDigits(record: Completion): string {
  const { index, status, stage, write, phase, residueBytes, tag } = record;
  const values: Readonly<Record<string, number>> = {
    ...{ INDEX: index, STATUS: status, STAGE: stage, WRITE: write ? 1 : 0, PHASE: phase },
    ...{ RESIDUE: residueBytes, TAG: tag },
  };
  const whole = completion.members.reduce((sum, { name, offset, lsb }) => {
    return sum | (BigInt(values[name] ?? 0) << BigInt(offset * 8 + lsb));
  }, 0n);
  return whole.toString(16).padStart(2 * COMPLETION_BYTES, "0");
}

function digitsOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).reverse().toString("hex");
}
