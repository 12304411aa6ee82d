import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cobsBound, cobsDecode, cobsEncode } from "../../../src/wire/cobs.ts";
import { encodeFrame, type Frame, FrameKind, GREATEST_MTU } from "../../../src/wire/frame.ts";
import { FrameDecoder } from "../../../src/wire/frame-decoder.ts";
import { encodeIdentity, parseIdentity } from "../../../src/wire/identity.ts";
import vectors from "../../vectors/wire-frames.json" with { type: "json" };

function framesIn(bytes: Uint8Array, pieces: readonly number[] = []): { frames: Frame[]; bad: number } {
  const frames: Frame[] = [];
  const decoder = new FrameDecoder(GREATEST_MTU, (frame) =>
    frames.push({ ...frame, payload: Uint8Array.from(frame.payload) }),
  );
  let at = 0;
  for (const piece of pieces) {
    decoder.receive(bytes.subarray(at, at + piece));
    at += piece;
  }
  decoder.receive(bytes.subarray(at));
  return { frames, bad: decoder.badFrames };
}

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));

const anyFrame = fc.record({
  kind: fc.constantFrom(...Object.values(FrameKind)),
  epoch: fc.nat(15),
  seq: fc.nat(0xffff),
  ack: fc.nat(0xffff),
  window: fc.nat(255),
  // Zeros, and long runs without one, are what stuffing is about.
  payload: fc.oneof(
    fc.uint8Array({ maxLength: 600 }),
    fc.uint8Array({ maxLength: 600, min: 1 }),
    fc.uint8Array({ maxLength: 600, max: 1 }),
  ),
});

describe("golden vectors of frames", () => {
  test.each(vectors.frames)("$name", ({ line, payload, name, ...header }) => {
    const frame = { ...header, payload: hex(payload) };
    expect(Buffer.from(encodeFrame(frame)).toString("hex")).toBe(line);
    expect(framesIn(hex(line))).toEqual({ frames: [frame], bad: 0 });
  });

  test.each(vectors.bad)("no frame: $name", ({ line }) => {
    expect(framesIn(hex(line))).toEqual({ frames: [], bad: 1 });
  });

  test("the identity of a board", () => {
    const boot = vectors.frames.find(({ name }) => name === "a boot");
    const identity = parseIdentity(hex(boot?.payload ?? ""));
    expect(identity).toEqual({
      ...{ version: 1, registerBits: 32, memoryBits: 64, memoryAddressBits: 64, registerAddressBits: 16 },
      ...{ interruptLines: 1, mtu: 1024, receiveRing: 4096, transmitRing: 2048, clockHz: 25_000_000 },
      ...{ buildHash: 0xdeadbeef, readAhead: 2048, reason: 2 },
    });
    expect(Buffer.from(encodeIdentity(identity as NonNullable<typeof identity>)).toString("hex")).toBe(
      boot?.payload,
    );
    expect(parseIdentity(hex("48494c54"))).toBeUndefined();
    expect(parseIdentity(new Uint8Array(28))).toBeUndefined();
  });
});

describe("stuffing", () => {
  test("any bytes come back, without a zero on the way, and within the bound", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 1100 }),
      fc.uint8Array({ maxLength: 1100, min: 1 }),
      fc.uint8Array({ maxLength: 1100, max: 1 }),
    );
    fc.assert(
      fc.property(bytes, fc.nat(3), (plain, at) => {
        const stuffed = new Uint8Array(at + cobsBound(plain.length));
        const end = cobsEncode(plain, stuffed, at);
        expect(stuffed.subarray(at, end).includes(0)).toBe(false);
        const back = new Uint8Array(plain.length);
        expect(cobsDecode(stuffed.subarray(at, end), back)).toBe(plain.length);
        expect(back).toEqual(plain);
      }),
    );
  });

  test("an empty block after a full one is taken, and what is too long is not", () => {
    const full = Uint8Array.from([255, ...new Array(254).fill(7)]);
    expect(cobsDecode(Uint8Array.from([...full, 1]), new Uint8Array(254))).toBe(254);
    expect(cobsDecode(full, new Uint8Array(253))).toBe(-1);
    expect(cobsDecode(Uint8Array.from([1, 1]), new Uint8Array(0))).toBe(-1);
  });
});

describe("frames", () => {
  test("any frames, however the line cuts them", () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 6 }), fc.array(fc.nat(400)), (frames, pieces) => {
        const line = Buffer.concat(frames.map(encodeFrame));
        expect(framesIn(line, pieces)).toEqual({ frames, bad: 0 });
      }),
    );
  });

  test("a frame of other bytes than those that were sent is never taken", () => {
    const fault = fc.record({ at: fc.nat(), flip: fc.integer({ min: 0, max: 255 }), drop: fc.boolean() });
    fc.assert(
      fc.property(anyFrame, fault, (frame, { at, flip, drop }) => {
        const line = [...encodeFrame(frame)];
        const place = at % line.length;
        if (drop) line.splice(place, 1);
        else line[place] = (line[place] as number) ^ flip;
        for (const taken of framesIn(Uint8Array.from([...line, 0])).frames) expect(taken).toEqual(frame);
      }),
      { numRuns: 2000 },
    );
  });

  test("whatever comes, a frame after a delimiter is taken", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 9000 }),
        anyFrame,
        fc.array(fc.nat(3000)),
        (noise, frame, pieces) => {
          const line = Buffer.concat([noise, Uint8Array.of(0), encodeFrame(frame)]);
          expect(framesIn(line, pieces).frames.at(-1)).toEqual(frame);
        },
      ),
    );
  });

  test("a frame that is longer than the most that a receiver takes is bad, and the next is taken", () => {
    const frames: number[] = [];
    const decoder = new FrameDecoder(64, ({ payload }) => frames.push(payload.length));
    const frame = (length: number): Uint8Array =>
      encodeFrame({ kind: 2, epoch: 1, seq: 0, ack: 0, window: 0, payload: new Uint8Array(length).fill(9) });
    for (const length of [65, 64, 10_000, 1]) decoder.receive(frame(length));
    expect(frames).toEqual([64, 1]);
    expect(decoder.badFrames).toBe(2);
  });

  test("the beginning of a frame is forgotten when the line was away", () => {
    const line = encodeFrame({ kind: 2, epoch: 1, seq: 0, ack: 0, window: 0 });
    const frames: Frame[] = [];
    const decoder = new FrameDecoder(64, (frame) => frames.push(frame));
    decoder.receive(line.subarray(0, 5));
    decoder.clear();
    decoder.receive(line);
    expect(frames).toHaveLength(1);
  });
});
