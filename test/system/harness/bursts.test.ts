import { expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import type { Simulation } from "../../../src/engine/engine.ts";
import { openMemory, set } from "./open-module.ts";

const REGION_BYTES = 2 ** 14;
const PAGE = 4096;
const BURSTS = 150;
const types = { FIXED: 0, INCR: 1, WRAP: 2 } as const;

interface Burst {
  readonly start: number;
  /** Of a beat, a power of two. */
  readonly bytes: number;
  readonly beats: number;
  readonly type: keyof typeof types;
}

/** Where each beat begins, by Arm IHI 0022, A3.4.1. */
function addressesOf({ start, bytes, beats, type }: Burst): number[] {
  const aligned = start - (start % bytes);
  const whole = beats * bytes;
  const lower = start - (start % whole);
  return Array.from({ length: beats }, (_, beat) => {
    if (type === "FIXED" || beat === 0) return start;
    return type === "INCR" ? aligned + beat * bytes : lower + ((start - lower + beat * bytes) % whole);
  });
}

function drawBurst(random: Random, busBytes: number): Burst {
  const bytes = 2 ** random.integer(0, Math.log2(busBytes));
  const at = random.integer(0, REGION_BYTES - 1);
  const type = (["FIXED", "INCR", "WRAP"] as const)[random.integer(0, 2)] as Burst["type"];
  const aligned = at - (at % bytes);
  if (type === "WRAP") return { type, bytes, start: aligned, beats: 2 ** random.integer(1, 4) };
  const most = type === "FIXED" ? 16 : Math.min(40, (PAGE - (aligned % PAGE)) / bytes);
  return { type, bytes, start: at, beats: random.integer(1, most) };
}

async function openWithBytes(busBytes: number, bytes: Uint8Array): Promise<Simulation> {
  const sizes = { RAM_BYTES_LOG2: 16, REGION_BYTES_LOG2: 14, DATA_W: 8 * busBytes };
  const memory = await openMemory({ bready: 1, rready: 1 }, sizes);
  const pages = memory.array("page_table");
  for (let page = 0; page < REGION_BYTES / PAGE; page++) pages.bytes[page * pages.elementBytes] = page;
  memory.array("ram").bytes.set(bytes);
  return memory;
}

const shapeOf = (way: "ar" | "aw", { start, bytes, beats, type }: Burst) => {
  const shape = { addr: start, size: Math.log2(bytes), len: beats - 1, burst: types[type] };
  return Object.fromEntries(Object.entries(shape).map(([name, value]) => [`${way}${name}`, value]));
};
const bit = (memory: Simulation, name: string): number => memory.port(name).read();
const littleEndian = (bytes: Uint8Array): bigint =>
  BigInt(`0x${Buffer.from(bytes.toReversed()).toString("hex")}`);

interface Beat {
  readonly data: bigint;
  readonly strobe: number;
  readonly last: number;
}

/** Beats with random bytes and strobes in their lanes, which are written to `model`. */
function drawBeats(burst: Burst, busBytes: number, random: Random, model: Uint8Array): Beat[] {
  return addressesOf(burst).map((address, beat) => {
    const data = random.bytes(busBytes);
    const end = address - (address % burst.bytes) + burst.bytes;
    let strobe = 0;
    for (let at = address; at < end; at++) {
      if (random.integer(0, 3) === 0) continue;
      strobe += 2 ** (at % busBytes);
      model[at] = data[at % busBytes] as number;
    }
    return { data: littleEndian(data), strobe, last: beat === burst.beats - 1 ? 1 : 0 };
  });
}

/** What a master offers on a channel, in order: each from a cycle that is drawn until it is taken. */
class Offers<T> {
  readonly #all: readonly T[];
  #next = 0;
  current: T | undefined;

  constructor(all: readonly T[]) {
    this.#all = all;
  }

  draw(random: Random): void {
    if (this.current === undefined && random.integer(0, 2) > 0) this.current = this.#all[this.#next];
  }

  take(isReady: number): void {
    if (this.current === undefined || isReady === 0) return;
    this.current = undefined;
    this.#next++;
  }
}

test.each([4, 8])(
  "each byte of any write burst goes where AXI says, on a bus of %i bytes",
  async (busBytes) => {
    const random = new Random(31n);
    const model = random.bytes(REGION_BYTES);
    const memory = await openWithBytes(busBytes, model);
    const bursts = Array.from({ length: BURSTS }, () => drawBurst(random, busBytes));
    // Addresses come before their data, with them, and after them.
    const addresses = new Offers(bursts);
    const beats = new Offers(bursts.flatMap((burst) => drawBeats(burst, busBytes, random, model)));
    let answered = 0;
    for (let cycle = 0; answered < BURSTS && cycle < 20_000; cycle++) {
      memory.port("cycle").write(memory.cycle);
      addresses.draw(random);
      beats.draw(random);
      const [{ current: burst }, { current: beat }] = [addresses, beats];
      set(memory, {
        awvalid: burst === undefined ? 0 : 1,
        ...(burst === undefined ? {} : shapeOf("aw", burst)),
      });
      set(memory, { wvalid: beat === undefined ? 0 : 1, wstrb: beat?.strobe ?? 0, wlast: beat?.last ?? 0 });
      memory.port("wdata").write(beat?.data ?? 0n);
      answered += bit(memory, "bvalid");
      const [addressReady, dataReady] = [bit(memory, "awready"), bit(memory, "wready")];
      memory.run(1);
      addresses.take(addressReady);
      beats.take(dataReady);
    }
    expect(answered).toBe(BURSTS);
    const found = memory.array("ram").bytes.subarray(0, REGION_BYTES);
    expect(Buffer.compare(found, model)).toBe(0);
  },
);

test.each([4, 8])(
  "each beat of any read burst is the word where AXI says, on a bus of %i bytes",
  async (busBytes) => {
    const random = new Random(32n);
    const bytes = random.bytes(REGION_BYTES);
    const memory = await openWithBytes(busBytes, bytes);
    const bursts = Array.from({ length: BURSTS }, () => drawBurst(random, busBytes));
    const wanted = bursts.flatMap((burst) =>
      addressesOf(burst).map((address) => {
        const word = address - (address % busBytes);
        return littleEndian(bytes.subarray(word, word + busBytes));
      }),
    );
    const came: bigint[] = [];
    let asked = 0;
    for (let cycle = 0; came.length < wanted.length && cycle < 20_000; cycle++) {
      memory.port("cycle").write(memory.cycle);
      set(memory, {
        arvalid: asked < BURSTS ? 1 : 0,
        ...shapeOf("ar", bursts[Math.min(asked, BURSTS - 1)] as Burst),
      });
      const isTaken = asked < BURSTS && bit(memory, "arready") === 1;
      if (bit(memory, "rvalid")) came.push(memory.port("rdata").readBig());
      memory.run(1);
      if (isTaken) asked++;
    }
    expect(came).toEqual(wanted);
  },
);
