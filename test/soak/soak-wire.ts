import { Random } from "../../src/core/random.ts";
import { downDecoder } from "../../src/wire/down-decoder.ts";
import { WireMessageError } from "../../src/wire/errors.ts";
import { encodeFrame, FrameKind } from "../../src/wire/frame.ts";
import { FrameDecoder } from "../../src/wire/frame-decoder.ts";
import { HostSession } from "../../src/wire/host-session.ts";
import { encodeIdentity } from "../../src/wire/identity.ts";
import { upDecoder } from "../../src/wire/up-decoder.ts";
import { identity } from "../wire/pair.ts";
import { VirtualTime } from "../wire/virtual-time.ts";
import { anyFrame, damaged, inPieces, MTU, sameFrame } from "./fuzzed-frames.ts";
import type { SoakCounterexample, SoakRequest } from "./soak-rings.ts";

export interface WireReport {
  readonly runs: number;
  /** Frames that were taken for good ones. */
  readonly taken: number;
  readonly failure?: SoakCounterexample<string>;
}

/**
 * Fuzzed inputs for the decoders of frames and messages and for a host's session: lines of frames that are damaged in any way,
 * and sound frames whose fields are anything. No damaged frame is taken, whatever follows a delimiter is, and nothing but its own
 * errors ever comes out. `path` is the number of the one run to repeat.
 */
export function soakWire(request: Pick<SoakRequest, "runs" | "seed" | "path" | "onRun">): WireReport {
  const only = request.path === undefined ? undefined : Number(request.path);
  let taken = 0;
  for (let run = only ?? 0; run < (only === undefined ? request.runs : only + 1); run++) {
    const random = new Random((BigInt(request.seed) << 32n) | BigInt(run));
    try {
      taken += fuzzFrames(random);
      fuzzMessages(random);
      if (run % 8 === 0) fuzzSession(random);
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const failure = { seed: request.seed, path: String(run), smallest: `run ${run}`, message };
      return { runs: run, taken, failure };
    }
    request.onRun?.(run + 1);
  }
  return { runs: only === undefined ? request.runs : 1, taken };
}

/** Returns how many frames were taken. */
function fuzzFrames(random: Random): number {
  const [first, last] = [anyFrame(random), anyFrame(random)];
  let taken = 0;
  let isLastTaken = false;
  const decoder = new FrameDecoder(MTU, (frame) => {
    taken++;
    isLastTaken = sameFrame(frame, last);
    if (!isLastTaken && !sameFrame(frame, first)) throw new Error("a frame was taken that nobody sent");
  });
  const line = Buffer.concat([damaged(encodeFrame(first), random), Uint8Array.of(0), encodeFrame(last)]);
  inPieces(line, random, (piece) => decoder.receive(piece));
  if (!isLastTaken) throw new Error("a sound frame after a delimiter was not taken");
  return taken;
}

function fuzzMessages(random: Random): void {
  const bytes = random.bytes(random.integer(1, 100));
  for (const decoder of [downDecoder(() => {}), upDecoder(() => {})]) {
    try {
      inPieces(bytes, random, (piece) => decoder.receive(piece));
    } catch (error) {
      if (!(error instanceof WireMessageError)) throw error;
    }
  }
}

/** A session that is up, and sound frames of its epoch with any fields: what it delivers and has acknowledged stays in bounds. */
function fuzzSession(random: Random): void {
  const time = new VirtualTime();
  let token = 0;
  let delivered = 0;
  let sent = 0;
  let isLost = false;
  const session = new HostSession({
    clock: time,
    token: () => ++token,
    bytesPerSecond: 300_000,
    write: () => {},
    onBytes: (bytes) => {
      delivered += bytes.length;
    },
    onLost: ({ acknowledgedBytes, sentBytes }) => {
      isLost = true;
      if (acknowledgedBytes > sentBytes || sentBytes !== sent)
        throw new Error("the account of a session is wrong");
    },
  });
  session.begin(1000).catch(() => {});
  const payload = encodeIdentity({ ...identity, mtu: MTU });
  session.receive(
    encodeFrame({ kind: FrameKind.syncReply, epoch: 3, seq: token, ack: 0, window: 64, payload }),
  );
  if (!session.isUp) throw new Error("the session is not up");
  let offered = 0;
  for (let count = random.integer(1, 12); count > 0; count--) {
    const frame = anyFrame(random);
    const isNear = random.integer(0, 1) === 0;
    const near = isNear ? { seq: delivered % 0x1_0000, ack: random.integer(0, sent) } : {};
    const ours = { ...frame, epoch: random.integer(0, 3) === 0 ? frame.epoch : 3, ...near };
    offered += ours.payload.length;
    session.receive(encodeFrame(ours));
    if (session.isUp) {
      const bytes = random.bytes(random.integer(0, 300));
      session.send(bytes);
      sent += bytes.length;
    }
    time.runNow(() => false, random.integer(0, 300));
  }
  if (delivered > offered) throw new Error("more was delivered than came");
  if (!isLost) session.end();
}
