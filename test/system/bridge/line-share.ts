import { Random } from "../../../src/core/random.ts";
import { AxiDevice } from "./axi-device.ts";
import { openBoard, SimulatedBoard } from "./simulated-board.ts";

/** A board of 12 MHz at 3 Mbaud, the adapter and the host 1 ms away, there and back. */
const CLOCK_HZ = 12_000_000;
const CYCLES_PER_BIT = 4;
const CYCLES_PER_BYTE = 10 * CYCLES_PER_BIT;
const DELAY_CYCLES = CLOCK_HZ / 2000;
const WORD_BYTES = 8;
/** Payload of a direction before that which is measured. */
const BEFORE_BYTES = 8 * 1024;
const BASE = 0x1000_0000n;

/** The device's traffic, by what it is called. */
export const ways = {
  "device to host": ["down"],
  "host to device": ["up"],
  "both at once": ["down", "up"],
} as const;

/** Payload that has arrived, and when, from frame to frame: a part of a frame is no payload yet. */
class Arrivals {
  moved = 0;
  #first: { readonly bytes: number; readonly cycle: number } | undefined;
  #last = { bytes: 0, cycle: 0 };

  at(bytes: number, cycle: number): void {
    if (bytes === this.moved) return;
    this.moved = bytes;
    if (bytes < BEFORE_BYTES) return;
    this.#last = { bytes, cycle };
    this.#first ??= this.#last;
  }

  /** In percent of what the line could have carried. */
  get share(): number {
    const { bytes = 0, cycle = 0 } = this.#first ?? {};
    return (100 * (this.#last.bytes - bytes) * CYCLES_PER_BYTE) / (this.#last.cycle - cycle);
  }
}

/** What `deliver` is given arrives so many cycles later, in its order. */
function delayed(now: () => number, deliver: (bytes: Uint8Array) => void) {
  const way: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  return {
    put: (bytes: Uint8Array) => way.push({ at: now() + DELAY_CYCLES, bytes: bytes.slice() }),
    arrive: () => {
      while (way[0] !== undefined && way[0].at <= now()) deliver(way.shift()?.bytes as Uint8Array);
    },
  };
}

/**
 * Percent of the line's time that is payload, of each direction in use, over `bytes` of each, with the device's bursts
 * of `burstBytes`, 8 reads in flight.
 */
export async function lineShare(
  way: keyof typeof ways,
  mtu: number,
  burstBytes: number,
  bytes: number,
): Promise<Partial<Record<"down" | "up", number>>> {
  const simulation = await openBoard("bridge", [], { LINE_W: 1, CLOCK_HZ, DATA_W: 64, MTU: mtu });
  const device = new AxiDevice(simulation, new Random(1n));
  const arrivals = { down: new Arrivals(), up: new Arrivals() };
  let written = 0;
  const data = Buffer.alloc(burstBytes, 0x5a);
  const eachCycle = (): void => {
    toHost.arrive();
    toBoard.arrive();
    device.cycle();
  };
  const board: SimulatedBoard = new SimulatedBoard(simulation, {
    ...{ clockHz: CLOCK_HZ, cyclesPerBit: CYCLES_PER_BIT, eachCycle },
    onMessage: (message) => {
      if (message.kind === "memory-read")
        board.send({ kind: "memory-data", status: 0, lengthBytes: burstBytes, data });
      if (message.kind !== "memory-write") return;
      written += message.data.length;
      if (message.isEnd) board.send({ kind: "memory-written", status: 0, bursts: 1 });
    },
  });
  const { line, session } = board;
  const toHost = delayed(() => line.cycle, session.receive.bind(session));
  const toBoard = delayed(() => line.cycle, line.write.bind(line));
  session.receive = toHost.put;
  line.write = toBoard.put;
  await board.begin();
  const used: readonly ("down" | "up")[] = ways[way];
  const beats = burstBytes / WORD_BYTES;
  for (let at = 0; at < BEFORE_BYTES + 2 * bytes; at += burstBytes) {
    const address = BASE + BigInt(at % 0x8000);
    if (used.includes("up")) device.reads.push({ id: 0, address, beats });
    if (used.includes("down")) device.writes.push(writeBurst(address, beats));
  }
  const isOver = (): boolean => {
    arrivals.down.at(written, line.cycle);
    arrivals.up.at(device.readBeats.length * WORD_BYTES, line.cycle);
    return used.every((direction) => arrivals[direction].moved >= BEFORE_BYTES + bytes);
  };
  await line.until(isOver, 20 * (BEFORE_BYTES + bytes) * CYCLES_PER_BYTE, way);
  return Object.fromEntries(used.map((direction) => [direction, arrivals[direction].share]));
}

function writeBurst(address: bigint, beats: number) {
  const beat = { data: 0x5a5a_5a5a_5a5a_5a5an, strobes: 0xff };
  return { id: 0, address, beats: Array.from({ length: beats }, () => beat) };
}
