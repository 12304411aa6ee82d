import { Random } from "../../src/core/random.ts";
import { encodeFrame, type Frame, FrameKind } from "../../src/wire/frame.ts";
import { anyFrame, beyondEnd, damaged } from "./fuzzed-frames.ts";
import { LINK_MTU, LinkUnderFuzz } from "./link-under-fuzz.ts";
import type { SoakCounterexample, SoakRequest } from "./soak-rings.ts";
import type { WireReport } from "./soak-wire.ts";

/** The board's answer to a sign of life comes within so many cycles, whatever it had to send before. */
const ANSWER_CYCLES = 20_000;
/** A session is open so soon after SYNC new. */
const RESET_CYCLES = 40;
const END = Uint8Array.of(0);

export interface WireRtlReport extends WireReport {
  readonly cycles: number;
  readonly failure?: SoakCounterexample<string>;
}

/**
 * Fuzzed inputs for the receiver and the whole link in Verilog, beside the decoder in TypeScript, which says which frames are
 * sound, and a model of the session: nothing but the payload of sound frames of the session reaches the device, whatever
 * follows a delimiter is taken, no frame that the board sends is bad or of other bytes than those that were put, and a
 * sign of life is answered. `path` is the number of the one run to repeat.
 */
export async function soakWireRtl(
  request: Pick<SoakRequest, "runs" | "seed" | "path" | "onRun" | "cacheDirectory">,
): Promise<WireRtlReport> {
  const only = request.path === undefined ? undefined : Number(request.path);
  const link = await LinkUnderFuzz.open(request.cacheDirectory);
  let taken = 0;
  for (let run = only ?? 0; run < (only === undefined ? request.runs : only + 1); run++) {
    const random = new Random((BigInt(request.seed) << 32n) | BigInt(run));
    try {
      taken += fuzz(link, random);
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const failure = { seed: request.seed, path: String(run), smallest: `run ${run}`, message };
      return { runs: run, taken, cycles: link.cycle, failure };
    }
    request.onRun?.(run + 1);
  }
  return { runs: only === undefined ? request.runs : 1, taken, cycles: link.cycle };
}

/** One input: a session, frames of it and of others that are sound or damaged, noise; returns how many frames were taken. */
function fuzz(link: LinkUnderFuzz, random: Random): number {
  link.reset({
    takesUp: random.integer(0, 3) > 0,
    lineEvery: random.integer(0, 2) === 0 ? random.integer(2, 12) : 1,
    downEvery: random.integer(0, 2) === 0 ? random.integer(1, 40) : 0,
    random,
  });
  if (random.integer(0, 15) > 0) begin(link, random);
  for (let count = random.integer(1, 3); count > 0; count--) link.line(anyInput(link, random));
  link.line(END);
  link.idle(4);
  if (!link.isOpen || random.integer(0, 7) === 0) begin(link, random);
  // In the end the session goes on, whatever there was.
  const payload = random.bytes(random.integer(1, 32));
  const { frames } = link;
  link.line(encodeFrame({ ...ours(link), kind: FrameKind.data, payload }));
  link.idle(4);
  if (link.frames === frames) throw new Error("a sound frame after a delimiter was not taken");
  link.finish(ANSWER_CYCLES);
  return link.frames;
}

function begin(link: LinkUnderFuzz, random: Random): void {
  link.line(syncNew(random));
  link.idle(RESET_CYCLES);
  if (!link.isOpen) throw new Error("there is no session after SYNC new");
}

/** A header of the session, that brings and acknowledges nothing new. */
function ours({ epoch, expected, heard }: LinkUnderFuzz): Omit<Frame, "payload" | "kind"> {
  return { epoch, seq: expected % 0x1_0000, ack: heard % 0x1_0000, window: 255 };
}

function anyInput(link: LinkUnderFuzz, random: Random): Uint8Array {
  const style = random.integer(0, 15);
  if (style < 2) return random.bytes(random.integer(1, 300));
  // Data of a session that is still being begun.
  if (style === 2) return Buffer.concat([syncNew(random), encodeFrame(nextSession(link, random))]);
  const line = encodeFrame(nearFrame(link, random));
  if (style === 3) return beyondEnd(line);
  return style < 8 ? damaged(line, random) : line;
}

function syncNew(random: Random): Uint8Array {
  const [seq, window] = [random.integer(0, 0xffff), random.integer(0, 255)];
  return encodeFrame({ kind: FrameKind.syncNew, epoch: 0, seq, ack: 0, window });
}

function nextSession(link: LinkUnderFuzz, random: Random): Frame {
  const epoch = (link.epoch % 15) + 1;
  return { ...anyFrame(random, 40), kind: FrameKind.data, epoch, seq: 0, ack: 0 };
}

/** A frame with any fields, or those of the session, or nearly. */
function nearFrame(link: LinkUnderFuzz, random: Random): Frame {
  const frame = anyFrame(random, random.integer(0, 2) === 0 ? LINK_MTU : 40);
  if (random.integer(0, 3) === 0) return frame;
  const { epoch, seq, ack } = ours(link);
  const isStream = random.integer(0, 3) > 0;
  const isNext = random.integer(0, 2) > 0;
  return {
    ...frame,
    ...(isStream ? { kind: random.integer(FrameKind.data, FrameKind.probe) } : {}),
    epoch: random.integer(0, 7) === 0 ? frame.epoch : epoch,
    seq: isNext ? seq : (seq + random.integer(-128, 128)) & 0xffff,
    // Never of what has not come: that would be lost, as it should be.
    ack: (ack - random.integer(0, 3) * random.integer(0, 128)) & 0xffff,
  };
}
