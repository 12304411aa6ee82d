import type { Direction, LinkEvent, LinkEventListener } from "../../bus/event.ts";
import { logicalAddress } from "../../core/address.ts";
import type { Port, Simulation } from "../../engine/engine.ts";
import { protocolRules } from "../../spec/protocol-rules.ts";

const DEPTH = 4096;
const COUNTER_MASK = 2 * DEPTH - 1;

/** Bits of `event_info`, as `sim/harness/harness_events.v` sets them. */
const INFO = {
  readBurst: 1 << 0,
  writeBurst: 1 << 1,
  readEnd: 1 << 2,
  writeEnd: 1 << 3,
  interruptRose: 1 << 4,
  interruptFell: 1 << 5,
  readFault: 1 << 6,
  writeFault: 1 << 7,
  violation: 1 << 8,
  readFailed: 1 << 9,
  writeFailed: 1 << 10,
} as const;

type AddressColumn = "read" | "write" | "readBeat" | "writeBeat" | "violation";

/**
 * The host's side of the harness's event log: a ring of records in simulated memory, one for each cycle in which
 * something happened. The harness stops time before a record could be lost.
 */
export class EventLog {
  readonly #headPort: Port;
  readonly #tailPort: Port;
  readonly #info: BigUint64Array;
  readonly #cycle: BigUint64Array;
  readonly #addresses: Readonly<Record<AddressColumn, BigUint64Array>>;
  #tail = 0;

  constructor(simulation: Simulation) {
    const column = (name: string): BigUint64Array => {
      const { bytes } = simulation.array(`events.event_${name}`);
      return new BigUint64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
    };
    this.#headPort = simulation.port("event_head");
    this.#tailPort = simulation.port("host_event_tail");
    this.#info = column("info");
    this.#cycle = column("cycle");
    this.#addresses = {
      read: column("read_address"),
      write: column("write_address"),
      readBeat: column("read_beat"),
      writeBeat: column("write_beat"),
      violation: column("violation"),
    };
  }

  /** Hands every new event to `listener`, in order, and frees its place in the ring. */
  drain(listener: LinkEventListener): void {
    const head = this.#headPort.read();
    if (this.#tail === head) return;
    while (this.#tail !== head) {
      this.#decode(this.#tail % DEPTH, listener);
      this.#tail = (this.#tail + 1) & COUNTER_MASK;
    }
    this.#tailPort.write(this.#tail);
  }

  #decode(index: number, listener: LinkEventListener): void {
    const cycle = Number(this.#cycle[index]);
    const info = this.#info[index] as bigint;
    const flags = Number(info & 0xffff_ffffn);
    const address = (column: AddressColumn) => logicalAddress(this.#addresses[column][index] as bigint);
    const ids = Number((info >> 32n) & 0xffn);
    const burst = (direction: Direction, length: number, id: number): LinkEvent => {
      const beats = (length & 0xff) + 1;
      return { kind: "burst", cycle, direction, address: address(direction), beats, id: id & 0xf };
    };
    if (flags & INFO.readBurst) listener(burst("read", flags >>> 16, ids));
    if (flags & INFO.writeBurst) listener(burst("write", flags >>> 24, ids >>> 4));
    if (flags & INFO.readFault)
      listener({ kind: "fault", cycle, direction: "read", address: address("readBeat") });
    if (flags & INFO.writeFault)
      listener({ kind: "fault", cycle, direction: "write", address: address("writeBeat") });
    if (flags & INFO.readFailed)
      listener({ kind: "injected-error", cycle, direction: "read", address: address("readBeat") });
    if (flags & INFO.writeFailed)
      listener({ kind: "injected-error", cycle, direction: "write", address: address("writeBeat") });
    if (flags & INFO.violation) {
      const rules = Number(info >> 40n);
      for (const rule of protocolRules) {
        if ((rules >>> rule.bit) & 1) {
          listener({ kind: "violation", cycle, rule: rule.name, address: address("violation") });
        }
      }
    }
    if (flags & INFO.readEnd) listener({ kind: "burst-end", cycle, direction: "read" });
    if (flags & INFO.writeEnd) listener({ kind: "burst-end", cycle, direction: "write" });
    if (flags & INFO.interruptRose) listener({ kind: "interrupt", cycle, asserted: true });
    if (flags & INFO.interruptFell) listener({ kind: "interrupt", cycle, asserted: false });
  }
}
