import type { Direction, LinkEvent, LinkEventListener } from "../../bus/event.ts";
import { type LogicalAddress, logicalAddress } from "../../core/address.ts";
import type { Port, Simulation } from "../../engine/engine.ts";
import { protocolRules } from "../../spec/protocol-rules.ts";
import { WrittenRun } from "./written-run.ts";

const DEPTH = 4096;
const COUNTER_MASK = 2 * DEPTH - 1;

type AddressColumn = "read" | "write" | "readBeat" | "writeBeat" | "violation";

interface Row {
  readonly flag: number;
  /** Where its address stands. */
  readonly column?: AddressColumn;
  event(cycle: number, address: LogicalAddress, info: Info): LinkEvent;
}

/** What stands in a record beside cycle and addresses. */
interface Info {
  /** The lower and the upper half of `event_info`. */
  readonly flags: number;
  readonly above: number;
  readonly bursts: number;
}

/**
 * Bits of `event_info`, as `sim/harness/hilt_harness_events.v` sets them, in the order in which they are reported. What was
 * written in the cycle stands between the two: its address may have been taken in the same.
 */
const addressRows: readonly Row[] = [
  {
    flag: 1 << 0,
    column: "read",
    event: (cycle, address, { flags, above, bursts }) => {
      const lengthBytes = burstBytes(address, ((flags >>> 16) & 0xff) + 1, bursts);
      return { kind: "access", cycle, direction: "read", address, lengthBytes, master: above & 0xf };
    },
  },
  {
    flag: 1 << 1,
    column: "write",
    event: (cycle, address, { flags, above, bursts }) => {
      const lengthBytes = burstBytes(address, (flags >>> 24) + 1, bursts >>> 8);
      return { kind: "access", cycle, direction: "write", address, lengthBytes, master: (above >>> 4) & 0xf };
    },
  },
];
const rows: readonly Row[] = [
  beat(1 << 6, "fault", "read"),
  beat(1 << 7, "fault", "write"),
  beat(1 << 9, "injected-error", "read"),
  beat(1 << 10, "injected-error", "write"),
  end(1 << 2, "read", 16),
  end(1 << 3, "write", 20),
];
/** Edges of interrupt lines; which ones stands in `several.event_lines` where there are several. */
const [ROSE, FELL] = [1 << 4, 1 << 5];
const VIOLATION = 1 << 8;
/** The bits of `rows` and of violations. */
const EVENTS = (1 << 11) - 1;
const ROW_WRITTEN = 1 << 14;
/** Of `event_row_info`. */
const LAST_BEAT = 1 << 8;

/**
 * The first beat of an unaligned burst moves less than the others; of a FIXED one, each does (Arm IHI 0022, A3.4.1).
 * `shape`: {type, size}, as in `event_bursts`.
 */
function burstBytes(address: LogicalAddress, beats: number, shape: number): number {
  const beatBytes = 1 << (shape & 7);
  const missing = Number(BigInt.asUintN(8, address)) % beatBytes;
  return beats * beatBytes - ((shape & 0x18) === 0 ? beats : 1) * missing;
}

/** `idBit`: where the ID is in `event_bursts`. */
function end(flag: number, direction: Direction, idBit: number): Row {
  return {
    flag,
    event: (cycle, _address, { bursts }) => ({
      ...{ kind: "access-end", cycle, direction },
      master: (bursts >>> idBit) & 0xf,
    }),
  };
}

function beat(flag: number, kind: "fault" | "injected-error", direction: Direction): Row {
  return {
    flag,
    column: `${direction}Beat`,
    event: (cycle, address) => ({ kind, cycle, direction, address }),
  };
}

/** What the log consists of in the design: how far it is written and read, and the columns of its ring. */
const columns = [
  "info",
  "cycle",
  "read_address",
  "write_address",
  "read_beat",
  "write_beat",
  "violation",
  "bursts",
] as const;
/** Of a device with several interrupts: which lines rose, and which fell. */
const LINES = "events.several.event_lines";

/** Where the log of a device with so many interrupts is. */
export function eventPlaces(vectors: number): readonly string[] {
  return [
    ...["event_head", "host_event_tail"],
    ...[...columns, "row_data", "row_info"].map((name) => `events.event_${name}`),
    ...(vectors > 1 ? [LINES] : []),
  ];
}

/** The ring of records; the host and the last words of a model have the same bytes. */
class EventRing {
  /** Pairs of 32-bit words, the lower one first. */
  readonly #info: Uint32Array;
  readonly #cycle: Uint32Array;
  readonly #bursts: Uint32Array;
  readonly #addresses: Readonly<Record<AddressColumn, BigUint64Array>>;
  readonly #rows: WrittenRows | undefined;
  readonly #lines: Uint16Array | undefined;

  /** `bytesOf` finds a column; `lines` is the one that devices with one interrupt lack. */
  constructor(
    bytesOf: (column: (typeof columns)[number]) => Uint8Array,
    lines: Uint8Array | undefined,
    rows?: WrittenRows,
  ) {
    this.#rows = rows;
    this.#lines = lines && new Uint16Array(lines.buffer, lines.byteOffset, DEPTH);
    const words = (column: "info" | "cycle" | "bursts"): Uint32Array => {
      const { buffer, byteOffset, length } = bytesOf(column);
      return new Uint32Array(buffer, byteOffset, length / 4);
    };
    const addresses = (column: (typeof columns)[number]): BigUint64Array => {
      const { buffer, byteOffset, length } = bytesOf(column);
      return new BigUint64Array(buffer, byteOffset, length / 8);
    };
    this.#info = words("info");
    this.#cycle = words("cycle");
    this.#bursts = words("bursts");
    this.#addresses = {
      read: addresses("read_address"),
      write: addresses("write_address"),
      readBeat: addresses("read_beat"),
      writeBeat: addresses("write_beat"),
      violation: addresses("violation"),
    };
  }

  #cycleAt(index: number): number {
    return (this.#cycle[2 * index] as number) + (this.#cycle[2 * index + 1] as number) * 2 ** 32;
  }

  /** The events of the records from `tail` to `head`, in order. */
  decode(tail: number, head: number, listener: LinkEventListener): void {
    for (let at = tail; at !== head; at = (at + 1) & COUNTER_MASK) this.decodeOne(at % DEPTH, listener);
    this.#rows?.end(listener);
  }

  decodeOne(index: number, listener: LinkEventListener): void {
    const cycle = this.#cycleAt(index);
    const flags = this.#info[2 * index] as number;
    const above = this.#info[2 * index + 1] as number;
    const info = { flags, above, bursts: this.#bursts[index] as number };
    // Events come in the order of their cycles.
    if ((flags & EVENTS) !== 0) this.#rows?.end(listener);
    this.#report(addressRows, index, info, listener);
    if ((flags & ROW_WRITTEN) !== 0)
      this.#rows?.take(index, cycle, this.#addresses.writeBeat[index] as bigint, listener);
    this.#report(rows, index, info, listener);
    if ((flags & (ROSE | FELL)) !== 0) this.#edges(index, cycle, flags, listener);
    if ((flags & VIOLATION) === 0) return;
    const broken = above >>> 8;
    const address = logicalAddress(this.#addresses.violation[index] as bigint);
    for (const { name, bit } of protocolRules) {
      if ((broken >>> bit) & 1) listener({ kind: "violation", cycle, rule: name, address });
    }
  }

  /** Rises first, in the order of the vectors. */
  #edges(index: number, cycle: number, flags: number, listener: LinkEventListener): void {
    const lines = this.#lines?.[index] ?? (flags & ROSE ? 1 : 0) | (flags & FELL ? 1 << 8 : 0);
    for (const [asserted, mask] of [
      [true, lines & 0xff],
      [false, lines >>> 8],
    ] as const)
      for (let vector = 0; mask >>> vector > 0; vector++)
        if ((mask >>> vector) & 1) listener({ kind: "interrupt", cycle, vector, asserted });
  }

  #report(some: readonly Row[], index: number, info: Info, listener: LinkEventListener): void {
    for (const { flag, column, event } of some) {
      if ((info.flags & flag) === 0) continue;
      const address = column === undefined ? 0n : (this.#addresses[column][index] as bigint);
      listener(event(this.#cycleAt(index), logicalAddress(address), info));
    }
  }
}

/** What the device has written, from the rows of 8 bytes that each beat wrote. */
class WrittenRows {
  readonly #data: Uint8Array;
  readonly #info: Uint16Array;
  readonly #run = new WrittenRun();

  constructor(data: Uint8Array, info: Uint8Array) {
    this.#data = data;
    this.#info = new Uint16Array(info.buffer, info.byteOffset, DEPTH);
  }

  /** `address` is in the row. */
  take(index: number, cycle: number, address: bigint, listener: LinkEventListener): void {
    const info = this.#info[index] as number;
    const row = address - (address % 8n);
    for (let lane = 0; lane < 8; lane++)
      if ((info >>> lane) & 1)
        this.#run.add(row + BigInt(lane), this.#data[8 * index + lane] as number, cycle, listener);
    if ((info & LAST_BEAT) !== 0) this.#run.end(listener);
  }

  end(listener: LinkEventListener): void {
    this.#run.end(listener);
  }
}

/** The events that nobody has taken, from what `EVENT_PLACES` held when the model ended; none from other bytes. */
export function eventsLeft(blocks: readonly Uint8Array[]): LinkEvent[] {
  if (blocks.length < eventPlaces(1).length) return [];
  const [head, tail, ...rest] = blocks.map((block) => Uint8Array.from(block));
  const counterOf = (bytes: Uint8Array | undefined): number =>
    bytes?.reduceRight((value, byte) => value * 256 + byte, 0) ?? 0;
  const events: LinkEvent[] = [];
  const [rowData, rowInfo, lines] = rest.slice(columns.length) as [Uint8Array, Uint8Array, Uint8Array?];
  const rows = new WrittenRows(rowData, rowInfo);
  const ring = new EventRing((column) => rest[columns.indexOf(column)] as Uint8Array, lines, rows);
  ring.decode(counterOf(tail) & COUNTER_MASK, counterOf(head) & COUNTER_MASK, (event) => events.push(event));
  return events;
}

/**
 * The host's side of the harness's event log: a ring of records in simulated memory, one for each cycle in which
 * something happened. The harness stops time before a record could be lost.
 */
export class EventLog {
  readonly #headPort: Port;
  readonly #tailPort: Port;
  readonly #keepsWrites: Port;
  readonly #ring: EventRing;
  #tail = 0;

  /** Of a device with so many interrupts. */
  constructor(simulation: Simulation, vectors: number) {
    this.#headPort = simulation.port("event_head");
    this.#tailPort = simulation.port("host_event_tail");
    this.#keepsWrites = simulation.port("host_keeps_writes");
    this.#ring = new EventRing(
      (column) => simulation.array(`events.event_${column}`).bytes,
      vectors > 1 ? simulation.array(LINES).bytes : undefined,
      new WrittenRows(
        simulation.array("events.event_row_data").bytes,
        simulation.array("events.event_row_info").bytes,
      ),
    );
  }

  /** Whether the bytes that the device writes are events from now on. */
  keepWrites(isKept: boolean): void {
    this.#keepsWrites.write(isKept ? 1 : 0);
  }

  /** Hands every new event to `listener`, in order, and frees its place in the ring. */
  drain(listener: LinkEventListener): void {
    const head = this.#headPort.read();
    if (this.#tail === head) return;
    this.#ring.decode(this.#tail, head, listener);
    this.#tail = head;
    this.#tailPort.write(head);
  }

  /** Frees the places of every new event: nobody listens. */
  skip(): void {
    const head = this.#headPort.read();
    if (this.#tail === head) return;
    this.#tail = head;
    this.#tailPort.write(head);
  }
}
