import type { Random } from "../../../src/core/random.ts";
import type { StatusCode } from "../../../src/wire/message.ts";
import type { ReadBeat, ReadBurst, WriteBurst } from "./axi-device.ts";

type StatusAt = (address: bigint) => StatusCode;

const worst = (left: StatusCode, right: StatusCode): StatusCode => (left > right ? left : right);

/** A burst that begins at any byte, its strobes as a DMA engine sets them, or any. */
function randomWrite(random: Random, wordBytes: number, address: bigint): WriteBurst {
  const longest = random.integer(0, 2) === 0 ? 256 : 24;
  const toPage = Math.ceil(Number(0x1000n - (address & 0xfffn)) / wordBytes);
  const count = random.integer(1, Math.min(longest, toPage));
  const all = 2 ** wordBytes - 1;
  const isRagged = random.integer(0, 3) === 0;
  const isWhole = random.integer(0, 1) === 0;
  const masks = Array.from({ length: count }, () => (isRagged ? random.integer(0, all) : all));
  masks[0] = (masks[0] as number) & (all << (Number(address) & (wordBytes - 1)));
  if (!isWhole) masks[count - 1] = (masks[count - 1] as number) & (all >> random.integer(0, wordBytes - 1));
  const beats = masks.map((strobes) => ({ data: BigInt.asUintN(wordBytes * 8, random.uint64()), strobes }));
  return { id: random.integer(0, 3), address, beats };
}

/** Bursts from `start` on, one after the other, some with a gap between. */
export function randomWrites(random: Random, wordBytes: number, start: bigint, end: bigint): WriteBurst[] {
  const bursts: WriteBurst[] = [];
  for (let address = start; address < end; ) {
    const burst = randomWrite(random, wordBytes, address);
    bursts.push(burst);
    address += BigInt(burst.beats.length * wordBytes) - (address % BigInt(wordBytes));
    if (random.integer(0, 2) === 0) address += BigInt(random.integer(0, 40));
  }
  return bursts;
}

export function randomReads(random: Random, wordBytes: number, start: bigint, count: number): ReadBurst[] {
  return Array.from({ length: count }, () => {
    const address = start + BigInt(random.integer(0, 0x4000 / wordBytes) * wordBytes);
    const longest = Math.min(256, Number(0x1000n - (address & 0xfffn)) / wordBytes);
    return { id: random.integer(0, 3), address, beats: random.integer(1, longest) };
  });
}

/** Runs of bytes that a burst writes: consecutive ones, at most 256, as messages of the wire have them. */
function runsOf({ address, beats }: WriteBurst, wordBytes: number): { address: bigint; bytes: number[] }[] {
  const runs: { address: bigint; bytes: number[] }[] = [];
  const base = address - (address % BigInt(wordBytes));
  let next = -1n;
  for (let place = 0; place < beats.length * wordBytes; place++) {
    const { data, strobes } = beats[Math.floor(place / wordBytes)] as WriteBurst["beats"][number];
    const lane = place % wordBytes;
    if (((strobes >> lane) & 1) === 0) continue;
    const at = base + BigInt(place);
    if (at !== next || runs.at(-1)?.bytes.length === 256) runs.push({ address: at, bytes: [] });
    runs.at(-1)?.bytes.push(Number((data >> BigInt(8 * lane)) & 0xffn));
    next = at + 1n;
  }
  return runs;
}

/** Writes a burst to `memory`, which begins at `base`, and returns its response. */
export function applyWrite(
  burst: WriteBurst,
  wordBytes: number,
  { memory, base, statusAt }: { memory: Uint8Array; base: bigint; statusAt: StatusAt },
): StatusCode {
  let response: StatusCode = 0;
  for (const { address, bytes } of runsOf(burst, wordBytes)) {
    const status = statusAt(address);
    response = worst(response, status);
    if (status === 0) memory.set(bytes, Number(address - base));
  }
  return response;
}

/** What a read brings; data of a word with an error mean nothing and are 0 here. */
export function expectedBeats(
  { id, address, beats }: ReadBurst,
  wordBytes: number,
  { memory, base, statusAt }: { memory: Uint8Array; base: bigint; statusAt: StatusAt },
): ReadBeat[] {
  return Array.from({ length: beats }, (_, beat) => {
    const at = address + BigInt(beat * wordBytes);
    const bytes = Buffer.from(memory.slice(Number(at - base), Number(at - base) + wordBytes));
    const data = wordBytes === 8 ? bytes.readBigUInt64LE() : BigInt(bytes.readUInt32LE());
    const response = statusAt(at);
    return { id, data: response === 0 ? data : 0n, response, isLast: beat === beats - 1 };
  });
}
