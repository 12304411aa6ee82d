import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Random } from "../../src/core/random.ts";
import type { Port, Simulation } from "../../src/engine/engine.ts";
import { parseFileList } from "../../src/engine/file-list.ts";
import { WasmEngine } from "../../src/engine/wasm-engine.ts";
import { encodeFrame, type Frame, FrameKind, GREATEST_MTU } from "../../src/wire/frame.ts";
import { FrameDecoder } from "../../src/wire/frame-decoder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Longer than a block of stuffing. */
export const LINK_MTU = 320;
/** Small, so that it is full at times. */
const UP_LOG2 = 9;
const DOWN_LOG2 = 9;
const TICK_CYCLES = 1500;
/** One more byte than the ring holds is on its way to the device. */
const ROOM_BYTES = (1 << UP_LOG2) + 1;
const IDENTITY_BYTES = 28;
/** From one sign of life to the next. */
const PROBE_CYCLES = 500;

export interface Traffic {
  /** The device takes what the host sends; otherwise nothing of it. */
  readonly takesUp: boolean;
  /** The line takes a byte every so many cycles. */
  readonly lineEvery: number;
  /** The device sends a byte every so many cycles; 0: none. */
  readonly downEvery: number;
  readonly random: Random;
}

async function open(
  top: string,
  parameters: Readonly<Record<string, number>>,
  cacheDirectory: string,
): Promise<Simulation> {
  const { files, includeDirectories } = parseFileList(join(root, "rtl/bridge/bridge.f"), root);
  const source = { top, files, includeDirectories, parameters, clock: "clk" };
  return (await new WasmEngine({ cacheDirectory }).build(source)).open();
}

function ports<Name extends string>(simulation: Simulation, names: readonly Name[]): Record<Name, Port> {
  return Object.fromEntries(names.map((name) => [name, simulation.port(name)])) as Record<Name, Port>;
}

const receiverPorts = (simulation: Simulation) =>
  ports(simulation, [
    ...(["rst", "valid", "data", "payload_valid", "payload_data", "ended", "good"] as const),
    ...(["kind", "epoch", "not_seq", "not_ack", "not_window"] as const),
  ]);
const linkPorts = (simulation: Simulation) =>
  ports(simulation, [
    ...([
      "rst",
      "rx_valid",
      "rx_data",
      "tx_valid",
      "tx_ready",
      "tx_data",
      "open",
      "up_valid",
      "up_ready",
    ] as const),
    ...(["up_data", "down_valid", "down_ready", "down_data", "identity_index", "identity_data"] as const),
  ]);

const header = (frame: Frame | undefined): object | undefined =>
  frame === undefined ? frame : { ...frame, payload: `${frame.payload.length} bytes` };

/**
 * The link in Verilog, and its receiver once more by itself, in step; beside them what they have to do, checked in each cycle. Throws
 * when they do anything else.
 */
export class LinkUnderFuzz {
  cycle = 0;
  /** Of the model: sound frames until now, bytes of the host's stream that were taken, and of the board's that came. */
  frames = 0;
  expected = 0;
  heard = 0;
  epoch = 0;
  #traffic: Traffic | undefined;
  #begun = 0;
  readonly #receiver: Simulation;
  readonly #link: Simulation;
  readonly #in: ReturnType<typeof receiverPorts>;
  readonly #pins: ReturnType<typeof linkPorts>;
  #sound: Frame[] = [];
  #badAtReceiver = 0;
  #decoder = new FrameDecoder(GREATEST_MTU, () => {});
  #host = this.#decoder;
  /** By the board, since the last delimiter. */
  #sent: number[] = [];
  #payload: number[] = [];
  /** It has come in part while there was no session. */
  #isEarly = false;
  /** Of the host's stream: what the device must see. */
  #up: number[] = [];
  #upSeen = 0;
  /** Of the board's stream. */
  #down: number[] = [];
  #answers: Frame[] = [];

  private constructor(receiver: Simulation, link: Simulation) {
    this.#receiver = receiver;
    this.#link = link;
    this.#in = receiverPorts(receiver);
    this.#pins = linkPorts(link);
  }

  static async open(cacheDirectory: string): Promise<LinkUnderFuzz> {
    const parameters = { MTU: LINK_MTU, UP_LOG2, DOWN_LOG2, TICK_CYCLES };
    const [receiver, link] = await Promise.all([
      open("frame_receiver", {}, cacheDirectory),
      open("link", parameters, cacheDirectory),
    ]);
    return new LinkUnderFuzz(receiver, link);
  }

  get isOpen(): boolean {
    return this.#pins.open.read() === 1;
  }

  reset(traffic: Traffic): void {
    this.#traffic = traffic;
    this.#begun = this.cycle;
    this.#pins.up_ready.write(traffic.takesUp ? 1 : 0);
    for (const port of [this.#in.valid, this.#pins.rx_valid, this.#pins.down_valid]) port.write(0);
    this.#rst(1);
    this.#receiver.run(3);
    this.#link.run(3);
    this.#rst(0);
    this.frames = this.epoch = this.#badAtReceiver = 0;
    this.#sound = [];
    this.#payload = [];
    this.#isEarly = false;
    this.#sent = [];
    this.#decoder = new FrameDecoder(GREATEST_MTU, (frame) =>
      this.#sound.push({ ...frame, payload: Uint8Array.from(frame.payload) }),
    );
    this.#host = new FrameDecoder(LINK_MTU, (frame) => this.#heed(frame));
    this.#forget();
  }

  line(bytes: Uint8Array): void {
    // Which frames are sound is known before they have come.
    this.#decoder.receive(bytes);
    for (const byte of bytes) this.#step(byte);
  }

  idle(cycles: number): void {
    for (let count = 0; count < cycles; count++) this.#step();
  }

  /** A sign of life is answered with what was taken, and all that the device has sent comes. Throws when it is not so within the limit. */
  finish(limitCycles: number): void {
    this.idle(4);
    if (this.#decoder.badFrames !== this.#badAtReceiver)
      throw new Error(`${this.#badAtReceiver} bad frames, of which the line had ${this.#decoder.badFrames}`);
    this.#traffic = { ...(this.#traffic as Traffic), downEvery: 0 };
    this.#answers = [];
    const wanted = (frame: Frame): boolean =>
      frame.epoch === this.epoch && frame.ack === this.expected % 0x1_0000;
    const isDone = (): boolean => this.heard === this.#down.length && this.#answers.some(wanted);
    for (const end = this.cycle + limitCycles; !isDone(); ) {
      if (this.cycle >= end)
        throw new Error(
          `${this.heard} of ${this.#down.length} bytes and ${this.#answers.length} frames came`,
        );
      const header = { kind: FrameKind.probe, epoch: this.epoch, seq: 0, window: 255 };
      this.line(encodeFrame({ ...header, ack: this.heard & 0xffff }));
      for (let count = 0; count < PROBE_CYCLES && !isDone(); count++) this.#step();
    }
    const seen = this.#traffic.takesUp ? this.#up.length : 0;
    for (let count = 0; count < ROOM_BYTES && this.#upSeen < seen; count++) this.#step();
    this.idle(4);
    if (this.#upSeen !== seen) throw new Error(`the device saw ${this.#upSeen} of ${seen} bytes`);
  }

  #rst(level: number): void {
    this.#in.rst.write(level);
    this.#pins.rst.write(level);
  }

  /** A session begins, or ends. */
  #forget(): void {
    this.expected = this.heard = this.#upSeen = 0;
    this.#up = [];
    this.#down = [];
    this.#answers = [];
  }

  #step(byte?: number): void {
    this.#drive(byte);
    this.#lookAtLink();
    this.#lookAtReceiver();
    this.#receiver.run(1);
    this.#link.run(1);
    this.cycle++;
  }

  #drive(byte: number | undefined): void {
    const { lineEvery, downEvery, random } = this.#traffic as Traffic;
    const cycle = this.cycle - this.#begun;
    const pins = this.#pins;
    const valid = byte === undefined ? 0 : 1;
    this.#in.valid.write(valid);
    pins.rx_valid.write(valid);
    if (byte !== undefined) {
      this.#in.data.write(byte);
      pins.rx_data.write(byte);
    }
    pins.tx_ready.write(cycle % lineEvery === 0 ? 1 : 0);
    const sends = downEvery !== 0 && cycle % downEvery === 0 ? 1 : 0;
    pins.down_valid.write(sends);
    if (sends === 1) pins.down_data.write(random.integer(0, 255));
    pins.identity_data.write(pins.identity_index.read());
  }

  /** What the receiver in Verilog takes for a frame is the next one that is sound. */
  #lookAtReceiver(): void {
    const pins = this.#in;
    if (pins.payload_valid.read() === 1) {
      this.#payload.push(pins.payload_data.read());
      this.#isEarly ||= !this.isOpen;
    }
    if (pins.ended.read() === 0) return;
    const payload = Uint8Array.from(this.#payload);
    const isEarly = this.#isEarly;
    this.#isEarly = false;
    this.#payload = [];
    if (pins.good.read() === 0) {
      this.#badAtReceiver++;
      return;
    }
    const frame = this.#sound.shift();
    const isSame =
      frame !== undefined &&
      frame.kind === pins.kind.read() &&
      frame.epoch === pins.epoch.read() &&
      frame.seq === 0xffff - pins.not_seq.read() &&
      frame.ack === 0xffff - pins.not_ack.read() &&
      frame.window === 0xff - pins.not_window.read() &&
      Buffer.compare(frame.payload, payload) === 0;
    if (!isSame)
      throw new Error(`a frame was taken that nobody sent, instead of ${JSON.stringify(header(frame))}`);
    this.frames++;
    this.#model(frame, isEarly);
  }

  /** What a sound frame does to the host's stream. */
  #model(frame: Frame, isEarly: boolean): void {
    const { kind, epoch, seq, payload } = frame;
    if (kind === FrameKind.syncNew) {
      this.epoch = (this.epoch % 15) + 1;
      this.#forget();
      return;
    }
    if (!this.isOpen || epoch !== this.epoch || kind > FrameKind.syncResume) return;
    this.#acknowledge(frame.ack);
    if (kind === FrameKind.syncResume || isEarly || seq !== this.expected % 0x1_0000) return;
    const held = (this.#traffic as Traffic).takesUp ? 0 : this.expected;
    if (payload.length > (held === 0 ? ROOM_BYTES - 1 : ROOM_BYTES - held)) return;
    this.#up.push(...payload);
    this.expected += payload.length;
  }

  /** What has been acknowledged need not come any more. */
  #acknowledge(ack: number): void {
    const more = ((ack - this.heard) << 16) >> 16;
    if (more > 0 && this.heard + more <= this.#down.length) this.heard += more;
  }

  #lookAtLink(): void {
    const pins = this.#pins;
    if (pins.up_valid.read() === 1 && this.#traffic?.takesUp === true && this.isOpen) {
      const [byte, wanted] = [pins.up_data.read(), this.#up[this.#upSeen++]];
      if (byte !== wanted)
        throw new Error(`byte ${this.#upSeen - 1} of the host's stream is ${byte}, not ${wanted}`);
    }
    if (pins.down_valid.read() === 1 && pins.down_ready.read() === 1 && this.isOpen)
      this.#down.push(pins.down_data.read());
    if (pins.tx_valid.read() === 1 && pins.tx_ready.read() === 1) {
      const byte = pins.tx_data.read();
      this.#sent.push(byte);
      if (byte === 0) this.#endOfFrame();
    }
  }

  #endOfFrame(): void {
    this.#host.receive(Uint8Array.from(this.#sent));
    this.#sent = [];
    if (this.#host.badFrames > 0) throw new Error("the board has sent a bad frame");
  }

  /** What the board sends. */
  #heed(frame: Frame): void {
    const { kind, epoch, seq, payload } = frame;
    if (kind === FrameKind.syncReply || kind === FrameKind.boot) {
      if (payload.length !== IDENTITY_BYTES || payload.some((byte, at) => byte !== at))
        throw new Error("a wrong identity");
      return;
    }
    if (epoch !== this.epoch) return;
    this.#answers.push(frame);
    const at = this.heard + (((seq - this.heard) << 16) >> 16);
    for (const [index, byte] of payload.entries())
      if (byte !== this.#down[at + index])
        throw new Error(`byte ${at + index} of the board's stream is ${byte}, not ${this.#down[at + index]}`);
    if (at <= this.heard) this.heard = Math.max(this.heard, at + payload.length);
  }
}
