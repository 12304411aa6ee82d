import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { downDecoder } from "../../../src/wire/down-decoder.ts";
import { DownEncoder, encodeUp } from "../../../src/wire/encode-message.ts";
import { WireMessageError } from "../../../src/wire/errors.ts";
import type { DownMessage, StatusCode, UpMessage } from "../../../src/wire/message.ts";
import type { MessageDecoder } from "../../../src/wire/message-decoder.ts";
import { upDecoder } from "../../../src/wire/up-decoder.ts";
import vectors from "../../vectors/wire-messages.json" with { type: "json" };

const bytesIn = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));

/** A message of the vectors: numbers that may have 64 bits are text there, bytes hexadecimal. */
function revive(message: Record<string, unknown>): Record<string, unknown> {
  const isWide = message["width"] === 64;
  return Object.fromEntries(
    Object.entries(message).map(([key, value]) => {
      if (key === "value") return [key, isWide ? BigInt(value as string) : Number(value)];
      if (key === "address" && typeof value === "string") return [key, BigInt(value)];
      if (["data", "bytes", "payload"].includes(key)) return [key, bytesIn(value as string)];
      return [key, value];
    }),
  );
}

/** With bytes as plain arrays, whatever holds them. */
function plain<M extends object>(message: M): object {
  return Object.fromEntries(
    Object.entries(message).map(([key, value]) => [
      key,
      value instanceof Uint8Array ? Uint8Array.from(value) : value,
    ]),
  );
}

function decoded<M extends object>(
  decoder: (onMessage: (message: M) => void) => MessageDecoder<M>,
  bytes: Uint8Array,
  pieces: readonly number[] = [],
): object[] {
  const messages: object[] = [];
  const each = decoder((message) => messages.push(plain(message)));
  let at = 0;
  for (const piece of pieces) {
    each.receive(bytes.subarray(at, at + piece));
    at += piece;
  }
  each.receive(bytes.subarray(at));
  return messages;
}

const status = fc.constantFrom<StatusCode>(0, 1, 2, 3);
const refusal = fc.constantFrom<StatusCode>(2, 3);
const address = fc.oneof(fc.bigInt(0n, 0xffff_ffffn), fc.bigInt(0n, 2n ** 64n - 257n));
const u32 = fc.nat(0xffff_ffff);
const u64 = fc.bigInt(0n, 2n ** 64n - 1n);
const byte = fc.nat(255);
const data = fc.uint8Array({ minLength: 1, maxLength: 256 });
const lengthBytes = fc.integer({ min: 1, max: 256 });
const width = fc.constantFrom<32 | 64>(32, 64);
const control = fc.record({
  kind: fc.constant("control" as const),
  ...{ code: byte, isAnswer: fc.boolean(), isFailed: fc.boolean() },
  payload: fc.uint8Array({ maxLength: 500 }),
});
const kind = <K extends string>(name: K) => fc.constant(name);

const down: fc.Arbitrary<DownMessage> = fc.oneof(
  fc.record({ kind: kind("memory-write"), address, data, isEnd: fc.boolean() }),
  fc.record({ kind: kind("memory-read"), address, lengthBytes }),
  fc.record({ kind: kind("register-value"), status, width: fc.constant(32 as const), value: u32 }),
  fc.record({ kind: kind("register-value"), status, width: fc.constant(64 as const), value: u64 }),
  fc.record({ kind: kind("register-written"), status }),
  fc.record({ kind: kind("interrupts"), levels: fc.oneof(byte, u32) }),
  fc.record({ kind: kind("trace"), bytes: fc.uint8Array({ maxLength: 255 }) }),
  fc.record({ kind: kind("fence-passed"), mark: byte }),
  control,
);
const up: fc.Arbitrary<UpMessage> = fc.oneof(
  fc.record({ kind: kind("register-read"), address: u32, width }),
  fc.record({ kind: kind("register-write"), address: u32, width: fc.constant(32 as const), value: u32 }),
  fc.record({ kind: kind("register-write"), address: u32, width: fc.constant(64 as const), value: u64 }),
  data.map((bytes) => ({
    ...{ kind: "memory-data" as const, status: 0 as const, lengthBytes: bytes.length },
    data: bytes,
  })),
  fc.record({ kind: kind("memory-data"), status: refusal, lengthBytes, data: fc.constant(new Uint8Array()) }),
  fc.record({ kind: kind("memory-written"), status, bursts: lengthBytes }),
  fc.record({ kind: kind("fence"), mark: byte }),
  control,
);
const pieces = fc.array(fc.nat(40));

describe("golden vectors of messages", () => {
  test.each([
    ["made", ["make_wire.py", "--check"]],
    ["read", ["read_wire.py"]],
  ])("they are %s in Python as the page has it", (_what, [script = "", ...options]) => {
    const file = fileURLToPath(new URL(`../../vectors/${script}`, import.meta.url));
    const made = spawnSync("python3", [file, ...options], { encoding: "utf8" });
    expect({ exitCode: made.status, stdout: made.stdout, stderr: made.stderr }).toEqual({
      ...{ exitCode: 0, stdout: "", stderr: "" },
    });
  });

  test("down, each after the one before", () => {
    const encoder = new DownEncoder();
    const messages = vectors.down.map(({ message }) => revive(message));
    const encoded = messages.map((message) =>
      Buffer.from(encoder.encode(message as DownMessage)).toString("hex"),
    );
    expect(encoded).toEqual(vectors.down.map(({ bytes }) => bytes));
    expect(decoded(downDecoder, bytesIn(encoded.join("")))).toEqual(messages);
  });

  test("up", () => {
    const messages = vectors.up.map(({ message }) => revive(message));
    const encoded = messages.map((message) => Buffer.from(encodeUp(message as UpMessage)).toString("hex"));
    expect(encoded).toEqual(vectors.up.map(({ bytes }) => bytes));
    expect(decoded(upDecoder, bytesIn(encoded.join("")))).toEqual(messages);
  });

  test.each(vectors.noMessages.down)("no message of a board: %s", (text) => {
    expect(() => decoded(downDecoder, bytesIn(text))).toThrow(WireMessageError);
  });

  test.each(vectors.noMessages.up)("no message of a host: %s", (text) => {
    expect(() => decoded(upDecoder, bytesIn(text))).toThrow(WireMessageError);
  });
});

describe("messages", () => {
  test("any of a board come back, however the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(down, { maxLength: 12 }), pieces, (messages, cuts) => {
        const encoder = new DownEncoder();
        const stream = Buffer.concat(messages.map((message) => encoder.encode(message)));
        expect(decoded(downDecoder, stream, cuts)).toEqual(messages);
      }),
    );
  });

  test("any of a host come back, however the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(up, { maxLength: 12 }), pieces, (messages, cuts) => {
        const stream = Buffer.concat(messages.map(encodeUp));
        expect(decoded(upDecoder, stream, cuts)).toEqual(messages);
      }),
    );
  });

  test("accesses that follow one another need no address, reads and writes apart", () => {
    const encoder = new DownEncoder();
    const write = { kind: "memory-write", data: new Uint8Array(64), isEnd: true } as const;
    const sizes = [
      encoder.encode({ ...write, address: 0x1000n }),
      encoder.encode({ kind: "memory-read", address: 0x1040n, lengthBytes: 64 }),
      encoder.encode({ ...write, address: 0x1040n }),
      encoder.encode({ kind: "memory-read", address: 0x1080n, lengthBytes: 64 }),
    ].map(({ length }) => length);
    expect(sizes).toEqual([70, 6, 66, 2]);
  });

  test("a stream that cannot be understood stays so", () => {
    const decoder = downDecoder(() => {});
    expect(() => decoder.receive(Uint8Array.of(0xff))).toThrow(WireMessageError);
    expect(() => decoder.receive(Uint8Array.of(0x40))).toThrow(WireMessageError);
  });

  test("random bytes are messages or an error, never anything else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), pieces, (stream, cuts) => {
        const attempts = [() => decoded(downDecoder, stream, cuts), () => decoded(upDecoder, stream, cuts)];
        for (const attempt of attempts) {
          try {
            attempt();
          } catch (error) {
            expect(error).toBeInstanceOf(WireMessageError);
          }
        }
      }),
    );
  });

  test.each([0, 257])("%i bytes are in no message of memory", (count) => {
    const message = { kind: "memory-read", address: 0n, lengthBytes: count } as const;
    expect(() => new DownEncoder().encode(message)).toThrow(RangeError);
  });
});
