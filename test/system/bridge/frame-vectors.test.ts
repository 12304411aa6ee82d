import { describe, expect, test } from "vitest";
import { type Frame, GREATEST_MTU } from "../../../src/wire/frame.ts";
import { FrameDecoder } from "../../../src/wire/frame-decoder.ts";
import vectors from "../../vectors/wire-frames.json" with { type: "json" };
import { badChecksums, damaged, rawOf } from "./damaged-lines.ts";
import { openPart, type Part } from "./open-part.ts";

/** The golden vectors of frames through every module that has to do with frames. */
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));
const text = (bytes: Iterable<number>): string => Buffer.from([...bytes]).toString("hex");

type Account = { frames: Omit<Frame, "payload">[]; payloads: string[]; bad: number };

/** What the receiver in Verilog makes of a line. */
function received(receiver: Part, line: Uint8Array): Account {
  const account: Account = { frames: [], payloads: [], bad: 0 };
  let payload: number[] = [];
  const look = (): void => {
    if (receiver.get("payload_valid") === 1) payload.push(receiver.get("payload_data"));
    if (receiver.get("ended") === 0) return;
    if (receiver.get("good") === 1) {
      account.frames.push({
        ...{ kind: receiver.get("kind"), epoch: receiver.get("epoch") },
        ...{ seq: 0xffff - receiver.get("not_seq"), ack: 0xffff - receiver.get("not_ack") },
        window: 0xff - receiver.get("not_window"),
      });
      account.payloads.push(text(payload));
    } else account.bad++;
    payload = [];
  };
  for (const data of line) {
    receiver.step({ valid: 1, data });
    look();
  }
  // What a frame's end was is said two cycles later.
  for (let cycle = 0; cycle < 3; cycle++) {
    receiver.step({ valid: 0 });
    look();
  }
  return account;
}

/** What the decoder makes of a line, and for each frame whether it was cut. */
function unstuffed(decoder: Part, line: Uint8Array): { raw: string; cuts: number[] } {
  const [raw, cuts]: [number[], number[]] = [[], []];
  for (const data of [...line, undefined]) {
    decoder.step(data === undefined ? { valid: 0 } : { valid: 1, data });
    if (decoder.get("out_valid") === 1) raw.push(decoder.get("out_data"));
    if (decoder.get("end_valid") === 1) cuts.push(decoder.get("cut"));
  }
  return { raw: text(raw), cuts };
}

/** Runs a sender until it has nothing left; the bytes that it has put on the line. */
function line(sender: Part, isDone: () => boolean, drive: () => void): string {
  const bytes: number[] = [];
  // A delimiter shows in `empty` a cycle after it was written.
  for (let cycle = 0, done = 0; done < 2; cycle++) {
    done = isDone() ? done + 1 : 0;
    if (cycle > 10_000) throw new Error(`still sending after ${cycle} cycles`);
    drive();
    // A line is ready in one cycle of two.
    sender.settle({ out_ready: cycle & 1 });
    if (sender.get("out_valid") === 1 && (cycle & 1) === 1) bytes.push(sender.get("out_data"));
    sender.step();
  }
  return text(bytes);
}

/** What the encoder puts on the line for a frame, with a delimiter before it. */
function stuffed(encoder: Part, raw: Uint8Array, isDelimited: boolean): string {
  encoder.reset();
  // The first delimiter is not a frame's.
  line(
    encoder,
    () => encoder.get("closed") === 1 && encoder.get("empty") === 1,
    () => {},
  );
  let at = 0;
  encoder.step({ delimit: isDelimited ? 1 : 0 });
  const isDone = (): boolean =>
    at === raw.length && encoder.get("closed") === 1 && encoder.get("empty") === 1;
  return line(encoder, isDone, () => {
    const isOpen = at < raw.length ? 1 : 0;
    const last = at === raw.length - 1 ? 1 : 0;
    encoder.settle({ delimit: 0, active: isOpen, valid: isOpen, data: raw[at] ?? 0, last });
    at += isOpen & encoder.get("ready");
  });
}

/** And the transmitter. */
function sent(
  transmitter: Part,
  header: Omit<Frame, "payload">,
  payload: Uint8Array,
  isDelimited: boolean,
): string {
  transmitter.reset();
  line(
    transmitter,
    () => transmitter.get("quiet") === 1,
    () => {},
  );
  transmitter.step({ ...header, start: 1, delimit: isDelimited ? 1 : 0 });
  transmitter.set({ start: 0, delimit: 0 });
  let at = 0;
  return line(
    transmitter,
    () => transmitter.get("quiet") === 1,
    () => {
      transmitter.settle({ payload_end: at === payload.length ? 1 : 0, payload_data: payload[at] ?? 0 });
      if (at < payload.length) at += transmitter.get("payload_next");
    },
  );
}

/** The register of the CRC after these bytes. */
function remainder(checksum: Part, bytes: Uint8Array): number {
  checksum.step({ clear: 1, valid: 0 });
  checksum.set({ clear: 0 });
  for (const data of bytes) checksum.step({ valid: 1, data });
  return checksum.get("value");
}

/** And the decoder in TypeScript. */
function decoded(line: Uint8Array): Account {
  const account: Account = { frames: [], payloads: [], bad: 0 };
  const decoder = new FrameDecoder(GREATEST_MTU, ({ payload, ...header }) => {
    account.frames.push(header);
    account.payloads.push(text(payload));
  });
  decoder.receive(line);
  return { ...account, bad: decoder.badFrames };
}

describe("golden vectors of frames in Verilog", async () => {
  const tops = ["frame_receiver", "cobs_decoder", "cobs_encoder", "frame_transmitter"];
  const [receiver, decoder, encoder, transmitter] = (await Promise.all(tops.map((top) => openPart(top)))) as [
    Part,
    Part,
    Part,
    Part,
  ];
  const checksum = await openPart("crc32");
  for (const part of [receiver, decoder]) part.reset();

  test.each(vectors.frames)("$name", ({ name: _name, line, payload, ...header }) => {
    const raw = rawOf(hex(line));
    expect(received(receiver, hex(line))).toEqual({ frames: [header], payloads: [payload], bad: 0 });
    expect(unstuffed(decoder, hex(line))).toEqual({ raw: text(raw), cuts: [0] });
    expect(stuffed(encoder, raw, line.startsWith("00"))).toBe(line);
    expect(sent(transmitter, header, hex(payload), line.startsWith("00"))).toBe(line);
    expect(remainder(checksum, raw)).toBe(0xdebb20e3);
    expect(0xffffffff - remainder(checksum, raw.subarray(0, -4))).toBe(
      Buffer.from(raw).readUInt32LE(raw.length - 4),
    );
  });

  test.each(vectors.bad)("no frame: $name", ({ line }) => {
    expect(received(receiver, hex(line))).toEqual({ frames: [], payloads: [], bad: 1 });
  });

  test.each(vectors.frames)("no frame, damaged in any way: $name", ({ line }) => {
    for (const bad of damaged(hex(line))) {
      const account = received(receiver, bad);
      // What the account is exactly is up to where the damage has put delimiters.
      expect(account).toEqual(decoded(bad));
      expect(account).toMatchObject({ frames: [], payloads: [] });
      expect(account.bad).toBeGreaterThan(0);
    }
    for (const bad of badChecksums(rawOf(hex(line))))
      expect(received(receiver, bad)).toEqual({ frames: [], payloads: [], bad: 1 });
  });

  /** Stuffing knows bytes as zero or not: every frame of so many bytes is one of these. */
  const patterns = (length: number): Uint8Array[] =>
    Array.from({ length: 2 ** length }, (_, bits) =>
      Uint8Array.from({ length }, (_byte, at) => (((bits >> at) & 1) === 1 ? 0x81 + at : 0)),
    );
  const short = Array.from({ length: 11 }, (_, index) => patterns(index + 1)).flat();
  // And what follows a block of 254 bytes, and two.
  const long = [254, 508].flatMap((full) =>
    [-2, -1, 0, 1].flatMap((more) =>
      [0, 1, 2, 3].flatMap((rest) =>
        patterns(rest).map((end) => Buffer.concat([new Uint8Array(full + more).fill(0x5a), end])),
      ),
    ),
  );

  test.each([
    ["of up to 11 bytes", short],
    ["round one and two full blocks", long],
  ])("every frame %s comes back from its stuffing, which has no zero inside", (_which, frames) => {
    for (const raw of frames) {
      const stuffing = stuffed(encoder, raw, false);
      expect([...hex(stuffing)].indexOf(0)).toBe(stuffing.length / 2 - 1);
      expect(unstuffed(decoder, hex(stuffing))).toEqual({ raw: text(raw), cuts: [0] });
    }
  });
});
