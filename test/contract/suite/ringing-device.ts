import type { LinkEvent } from "../../../src/bus/event.ts";
import type { InterruptListener } from "../../../src/bus/interrupt-listener.ts";
import type { Link, Operation } from "../../../src/bus/link.ts";
import { logicalAddress, physicalAddress } from "../../../src/core/address.ts";
import { AT } from "../../system/foreign/ringer.ts";

type Edge = Extract<LinkEvent, { kind: "interrupt" }>;

/** Where the word of `move` goes, from the start of the first bank. */
const WORD_OFFSET = 0x2_0000;

/** The device of `test/system/foreign/ringer.v`, by its registers. */
export class RingingDevice {
  readonly link: Link;
  /** Edges of its interrupt lines so far. */
  readonly edges: Edge[] = [];

  constructor(link: Link) {
    this.link = link;
    link.onEvent((event) => {
      if (event.kind === "interrupt") this.edges.push(event);
    });
  }

  /** Askers of vectors 0 and 1, from now on. */
  listen(): [InterruptListener, InterruptListener] {
    return [this.link.listen({ vector: 0 }), this.link.listen({ vector: 1 })];
  }

  /** Posted, as all below. */
  raise(...vectors: readonly number[]): void {
    this.#post(AT.raise, vectors);
  }

  lower(...vectors: readonly number[]): void {
    this.#post(AT.lower, vectors);
  }

  pulse(...vectors: readonly number[]): void {
    this.#post(AT.pulse, vectors);
  }

  /** The element of a list that raises a line. */
  raising(vector: number): Operation {
    return { kind: "write", address: AT.raise, value: 1 << vector };
  }

  /** All that was posted has been done. */
  async barrier(): Promise<void> {
    await this.link.readRegister(AT.word);
  }

  /** Host memory that the device may write, as it is now. */
  openWord(): () => number {
    const physical = physicalAddress(this.link.memory.banks[0]!.base + BigInt(WORD_OFFSET));
    const bytes = this.link.memory.view(physical, 8);
    bytes.fill(0);
    const place = { logical: logicalAddress(physical), physical, lengthBytes: 8 };
    this.link.windows.open({ ...place, access: "write", use: "mapped" });
    this.link.writeRegister(AT.to, Number(physical));
    return () => new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  }

  /** Posts that `word` goes to host memory, and that the line of `vector` rises then. */
  move(word: number, vector: number): void {
    this.link.writeRegister(AT.word, word);
    this.#post(AT.move, [vector]);
  }

  #post(address: number, vectors: readonly number[]): void {
    this.link.writeRegister(
      address,
      vectors.reduce((lines, vector) => lines | (1 << vector), 0),
    );
  }
}
