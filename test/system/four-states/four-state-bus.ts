import type { PortRecording } from "./port-recording.ts";

/** A bundle of AXI4 or AXI4-Lite ports whose names begin with `prefix`. */
export interface BusPorts {
  readonly prefix: string;
  /** Whether the byte of host memory at an address holds something; without it each does. */
  readonly isKnown?: (address: bigint) => boolean;
}

const CHANNEL = /^(aw|ar|w|b|r)(\w+)$/;

/**
 * Which bits of the ports mean something, for each edge of a recording, as AXI has it: VALID and READY always do, the rest
 * of a channel while its VALID is high, write data in the lanes of their strobes, read data where the beat did not fail
 * and the memory behind it holds something. Of outputs nothing counts before `edges` edges in reset.
 */
export function meaningOf(
  { ports, rows }: PortRecording,
  buses: readonly BusPorts[],
  reset: { readonly port: string; readonly edges: number },
): bigint[][] {
  const place = new Map(ports.map(({ name }, index) => [name, index]));
  const whole = ports.map(({ width }) => (1n << BigInt(width)) - 1n);
  const bundles = buses.map(
    (bus) =>
      new Bundle(
        bus,
        place,
        ports.map(({ width }) => width),
      ),
  );
  const rst = place.get(reset.port) as number;
  let edges = 0;
  return rows.map((row) => {
    const masks = whole.slice();
    for (const bundle of bundles) bundle.mask(row, masks, row[rst] === 1n);
    if (edges < reset.edges)
      for (const [index, { direction }] of ports.entries()) if (direction === "output") masks[index] = 0n;
    edges += Number(row[rst]);
    return masks;
  });
}

class Bundle {
  readonly #bus: BusPorts;
  readonly #place: ReadonlyMap<string, number>;
  readonly #payload: readonly { readonly index: number; readonly valid: number }[];
  readonly #dataBytes: number;
  /** Addresses of the read beats to come, by ID, burst by burst: those of one ID come in order, others may mix with them. */
  readonly #beats = new Map<bigint, bigint[]>();

  constructor(bus: BusPorts, place: ReadonlyMap<string, number>, widths: readonly number[]) {
    this.#bus = bus;
    this.#place = place;
    this.#payload = [...place].flatMap(([name, index]) => {
      if (!name.startsWith(bus.prefix)) return [];
      const [, channel, signal = ""] = CHANNEL.exec(name.slice(bus.prefix.length)) ?? [];
      if (channel === undefined || signal === "valid" || signal === "ready") return [];
      return [{ index, valid: place.get(`${bus.prefix}${channel}valid`) as number }];
    });
    this.#dataBytes = (widths[this.#at("rdata") as number] as number) / 8;
  }

  #at(name: string): number | undefined {
    return this.#place.get(`${this.#bus.prefix}${name}`);
  }

  mask(row: readonly bigint[], masks: bigint[], isReset: boolean): void {
    const value = (name: string): bigint => row[this.#at(name) as number] ?? 0n;
    for (const { index, valid } of this.#payload) if (row[valid] === 0n) masks[index] = 0n;
    const isTaken = (channel: string): boolean =>
      value(`${channel}valid`) === 1n && value(`${channel}ready`) === 1n;
    if (value("wvalid") === 1n && this.#at("wstrb") !== undefined)
      masks[this.#at("wdata") as number] = bytesOf(
        (byte) => ((value("wstrb") >> BigInt(byte)) & 1n) === 1n,
        this.#dataBytes,
      );
    if (isReset || this.#bus.isKnown === undefined) return;
    if (value("rvalid") === 1n) this.#maskRead(this.#beatsOf(value("rid")), value("rresp"), masks);
    if (isTaken("r")) this.#beatsOf(value("rid")).shift();
    if (isTaken("ar")) this.#ask(this.#beatsOf(value("arid")), value("araddr"), Number(value("arlen")) + 1);
  }

  #beatsOf(id: bigint): bigint[] {
    const beats = this.#beats.get(id) ?? [];
    this.#beats.set(id, beats);
    return beats;
  }

  #maskRead(beats: readonly bigint[], response: bigint, masks: bigint[]): void {
    const address = beats[0] as bigint;
    const isKnown = this.#bus.isKnown as (address: bigint) => boolean;
    masks[this.#at("rdata") as number] =
      response >= 2n ? 0n : bytesOf((byte) => isKnown(address + BigInt(byte)), this.#dataBytes);
  }

  #ask(beats: bigint[], address: bigint, count: number): void {
    const bytes = BigInt(this.#dataBytes);
    const first = (address / bytes) * bytes;
    for (let beat = 0n; beat < count; beat++) beats.push(first + beat * bytes);
  }
}

function bytesOf(counts: (byte: number) => boolean, bytes: number): bigint {
  let mask = 0n;
  for (let byte = 0; byte < bytes; byte++) if (counts(byte)) mask |= 0xffn << BigInt(8 * byte);
  return mask;
}
