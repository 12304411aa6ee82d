import { beforeEach, describe, expect, test } from "vitest";
import { encodeFrame, type Frame, FrameKind, GREATEST_MTU } from "../../../src/wire/frame.ts";
import { FrameDecoder } from "../../../src/wire/frame-decoder.ts";
import vectors from "../../vectors/wire-frames.json" with { type: "json" };
import { badChecksums, damaged, rawOf } from "./damaged-lines.ts";
import { openPart, type Part } from "./open-part.ts";

/** The golden vectors of frames through the whole link in Verilog, and what a board sends in the bridge's own words. */
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));
const text = (bytes: Iterable<number>): string => Buffer.from([...bytes]).toString("hex");

class LinkBench {
  readonly #link: Part;
  /** What has come out of the stream from the host. */
  up: number[] = [];
  /** Frames that the board has sent. */
  frames: Frame[] = [];
  readonly #decoder = new FrameDecoder(GREATEST_MTU, (frame) =>
    this.frames.push({ ...frame, payload: Uint8Array.from(frame.payload) }),
  );

  constructor(link: Part) {
    this.#link = link;
  }

  reset(): void {
    this.#link.set({ rx_valid: 0, up_ready: 1, tx_ready: 1, down_valid: 0 });
    this.#link.reset();
    this.idle(400);
    this.forget();
  }

  forget(): void {
    this.up = [];
    this.frames = [];
  }

  get isOpen(): boolean {
    return this.#link.get("open") === 1;
  }

  /** A cycle; the byte of the line, if one comes. */
  #step(data?: number): void {
    const link = this.#link;
    link.settle(data === undefined ? { rx_valid: 0 } : { rx_valid: 1, rx_data: data });
    link.settle({ identity_data: link.get("identity_index") });
    if (link.get("up_valid") === 1) this.up.push(link.get("up_data"));
    if (link.get("tx_valid") === 1) this.#decoder.receive(Uint8Array.of(link.get("tx_data")));
    link.step();
  }

  idle(cycles: number): void {
    for (let cycle = 0; cycle < cycles; cycle++) this.#step();
  }

  line(bytes: Uint8Array): void {
    for (const byte of bytes) this.#step(byte);
    this.idle(4);
  }

  /** Sessions up to this epoch, and so much of the host's stream; whatever the board said is forgotten. */
  begin(epoch: number, offset: number): void {
    const header = { seq: 1, ack: 0, window: 255 };
    for (let count = 0; count < epoch; count++) {
      this.line(encodeFrame({ ...header, kind: FrameKind.syncNew, epoch: 0 }));
      this.idle(150);
    }
    for (let seq = 0; seq < offset; ) {
      const payload = new Uint8Array(Math.min(1000, offset - seq)).fill(0x77);
      this.line(encodeFrame({ ...header, kind: FrameKind.data, epoch, seq, payload }));
      seq += payload.length;
    }
    this.idle(1200);
    expect(this.up).toHaveLength(offset);
    this.forget();
  }

  send(bytes: Uint8Array): void {
    for (const data of bytes) {
      this.#link.set({ down_valid: 1, down_data: data });
      this.#step();
    }
    this.#link.set({ down_valid: 0 });
    this.idle(2 * bytes.length + 200);
  }
}

describe("golden vectors of frames through the link in Verilog", async () => {
  const bench = new LinkBench(await openPart("link", { TICK_CYCLES: 1_000_000 }));
  beforeEach(() => bench.reset());

  const stream = vectors.frames.filter(({ kind }) => kind === FrameKind.data || kind === FrameKind.nak);
  test.each(stream)("$name", ({ line, epoch, seq, payload }) => {
    bench.begin(epoch, seq);
    const good = hex(line);
    for (const bad of [
      ...damaged(good),
      ...badChecksums(rawOf(good)),
      ...vectors.bad.map((row) => hex(row.line)),
    ])
      bench.line(bad);
    bench.idle(400);
    expect({ up: bench.up, frames: bench.frames, isOpen: bench.isOpen }).toEqual({
      up: [],
      frames: [],
      isOpen: true,
    });
    bench.line(good);
    bench.idle(2000);
    expect(text(bench.up)).toBe(payload);
    const ack = (seq + payload.length / 2) % 0x1_0000;
    const answers = bench.frames.map((frame) => ({ kind: frame.kind, epoch: frame.epoch, ack: frame.ack }));
    expect(answers).toEqual(payload === "" ? [] : [{ kind: FrameKind.data, epoch, ack }]);
  });

  const row = (wanted: string) =>
    vectors.frames.find(({ name }) => name === wanted) as (typeof vectors.frames)[0];

  test("a sign of life is answered at once, a frame of no payload never", () => {
    const { line, epoch } = row("a sign of life");
    bench.begin(epoch, 0);
    bench.line(encodeFrame({ kind: FrameKind.data, epoch, seq: 0, ack: 0, window: 255 }));
    bench.idle(400);
    expect(bench.frames).toEqual([]);
    bench.line(hex(line));
    bench.idle(40);
    expect(bench.frames).toMatchObject([{ kind: FrameKind.data, epoch, ack: 0, payload: new Uint8Array() }]);
  });

  test("a new session is begun, and answered with its token", () => {
    const { line, seq } = row("a new session");
    expect(bench.isOpen).toBe(false);
    bench.line(hex(line));
    bench.idle(150);
    expect(bench.isOpen).toBe(true);
    const payload = Uint8Array.from({ length: 28 }, (_, index) => index);
    expect(bench.frames).toEqual([
      { ...{ kind: FrameKind.syncReply, epoch: 1, seq, ack: 0, window: 64 }, payload },
    ]);
  });

  test("the same session is gone on with where the host is", () => {
    const { line, epoch, seq, ack } = row("the same session");
    bench.begin(epoch, 0);
    bench.send(Uint8Array.from({ length: ack + 40 }, (_, at) => at % 256));
    bench.forget();
    bench.line(hex(line));
    bench.idle(400);
    expect(bench.frames[0]).toMatchObject({ kind: FrameKind.syncReply, epoch, seq });
    const payload = Uint8Array.from({ length: 40 }, (_, at) => (ack + at) % 256);
    expect(bench.frames.slice(1)).toEqual([
      { ...{ kind: FrameKind.data, epoch, seq: ack, ack: 0, window: 64 }, payload },
    ]);
  });

  test.each(["a reply", "a boot"])("what boards send moves a board to nothing: %s", (name) => {
    bench.begin(row(name).epoch, 0);
    bench.line(hex(row(name).line));
    bench.idle(400);
    expect({ up: bench.up, frames: bench.frames }).toEqual({ up: [], frames: [] });
  });
});

test("the bridge's own reply and boot are the golden ones to the byte", async () => {
  const parameters = { LINE_W: 9, CLOCK_HZ: 25_000_000, DOWN_LOG2: 11, BUILD_HASH: 0xdeadbeef };
  const bridge = await openPart("bridge", parameters);
  bridge.reset();
  const heard: number[] = [];
  const put = (line: Uint8Array): string => {
    heard.length = 0;
    for (let cycle = 0; cycle < line.length + 200; cycle++) {
      bridge.step({ rxd: cycle < line.length ? 0x100 | (line[cycle] as number) : 0 });
      if (bridge.get("txd") >= 0x100) heard.push(bridge.get("txd") & 0xff);
    }
    return text(heard);
  };
  const lineOf = (wanted: string): string => vectors.frames.find(({ name }) => name === wanted)?.line ?? "";
  // The golden reply is of the fourth session.
  for (let epoch = 1; epoch < 4; epoch++) put(hex(lineOf("a new session")));
  expect(put(hex(lineOf("a new session")))).toBe(lineOf("a reply"));
  // At most ten boots a second: the one after the reset was the first.
  bridge.run(2_500_000);
  // And the boot that of a board that was sent what it does not know.
  const unknown = { kind: FrameKind.data, epoch: 4, seq: 0, ack: 0, window: 255, payload: Uint8Array.of(0) };
  expect(put(encodeFrame(unknown))).toBe(lineOf("a boot"));
});
