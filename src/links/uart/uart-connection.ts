import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { LinkLostError } from "../../bus/errors.ts";
import type { Link } from "../../bus/link.ts";
import type { Pace, Traits } from "../../bus/traits.ts";
import { type Log, silentLog } from "../../core/log.ts";
import { layOutBanks, PhysicalMemory } from "../../memory/physical-memory.ts";
import { standardProfile } from "../../memory/platform-profile.ts";
import { ControlChannel } from "../../wire/control-channel.ts";
import { downDecoder } from "../../wire/down-decoder.ts";
import { encodeUp } from "../../wire/encode-message.ts";
import { NoBoardError, type SessionLost } from "../../wire/errors.ts";
import { HostSession } from "../../wire/host-session.ts";
import type { Identity } from "../../wire/identity.ts";
import type { DownMessage } from "../../wire/message.ts";
import type { MessageDecoder } from "../../wire/message-decoder.ts";
import type { WireClock } from "../../wire/wire-clock.ts";
import type { Connection, FreshOptions } from "../link-kind.ts";
import { BoardWaves } from "./board-waves.ts";
import { checkIdentity } from "./check-identity.ts";
import { CycleMap } from "./cycle-map.ts";
import { errorRate } from "./errors.ts";
import { latencyTimerMs } from "./latency-timer.ts";
import { SelfTest } from "./self-test.ts";
import { SerialLine } from "./serial-line.ts";
import type { PortSettings } from "./settings.ts";
import { UartLink } from "./uart-link.ts";

const BAUD_RATE = 3_000_000;
/** Of a byte on the line: start, 8 bits, stop. */
const BITS_PER_BYTE = 10;
/** A board that is reset, or simulated on a busy machine, takes a while. */
const BEGIN_MS = 10_000;
const REPLUG_MS = 3000;
const REPLUG_AGAIN_MS = 50;
/** An adapter that holds bytes back for longer is worth a warning. */
const SLOW_LATENCY_MS = 2;

/** Time of this machine. */
const hostClock: WireClock = {
  now: () => performance.now(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
  soon: (callback) => setImmediate(callback),
};

interface Taker {
  /** Register accesses that the board has not answered. */
  readonly unanswered?: number;
  take(message: DownMessage): void;
  flush(): void;
  lose(error: Error): void;
}

/** A serial port of this process, and the board behind it. */
export class UartConnection implements Connection {
  readonly #name: string;
  readonly #settings: PortSettings;
  readonly #traits: Traits;
  readonly #session: HostSession;
  #line: SerialLine | undefined;
  /** Of a virtual board. */
  #control: ControlChannel | undefined;
  #link: UartLink | undefined;
  #log: Log = silentLog;
  #decoder: MessageDecoder<DownMessage> | undefined;
  #pace: Pace | undefined;
  /** Who hears what the board says. */
  #taker: Taker | undefined;
  #isClosed = false;
  /** The port went away before a session had begun. */
  #gone: LinkLostError | undefined;

  constructor(name: string, settings: PortSettings, traits: Traits) {
    this.#name = name;
    this.#settings = settings;
    this.#traits = traits;
    this.#session = new HostSession({
      clock: hostClock,
      token: () => randomInt(0x1_0000),
      bytesPerSecond: this.#baudRate / BITS_PER_BYTE,
      write: (bytes) => this.#line?.write(bytes),
      onBytes: (bytes) => this.#decoder?.receive(bytes),
      onReceived: () => this.#taker?.flush(),
      onLost: (error) => this.#lose(error),
    });
  }

  async fresh({ log, banks, waves: window }: FreshOptions): Promise<Link> {
    this.#log = log;
    this.#line ??= await this.#open();
    await this.#watchRules();
    const cycles = new CycleMap();
    const waves = window === undefined ? undefined : await this.#record(window.path, cycles);
    const identity = await this.#begin();
    checkIdentity(this.#name, identity, this.#settings, this.#traits);
    this.#pace ??= await this.#measure(identity);
    const layout = layOutBanks(banks ?? standardProfile.banks);
    const bytes = layout.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
    const link = new UartLink({
      ...{ name: this.#name, identity, pace: this.#pace, traits: this.#traits },
      memory: new PhysicalMemory(new Uint8Array(bytes), layout),
      statistics: this.#session.statistics,
      send: (message) => this.#session.send(encodeUp(message)),
      ...{ waves, cycles },
      settle: async () => await this.#control?.cycle(),
      onTrace: (text) => log.info(`${this.#name}: ${text}`),
      close: async () => {
        if (this.#taker === link) this.#taker = undefined;
        await waves?.end();
      },
    });
    await link.settle();
    this.#link = link;
    this.#taker = link;
    return link;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#session.end();
    await this.#line?.close();
    this.#line = undefined;
    this.#control?.[Symbol.dispose]();
  }

  /** From before the reset on. */
  async #record(path: string, cycles: CycleMap): Promise<BoardWaves | undefined> {
    const { waves } = this.#settings;
    if (this.#control === undefined || waves === undefined) return undefined;
    return await BoardWaves.begin(this.#control, path, waves, cycles);
  }

  get #where(): string {
    return `${this.#name}: ${this.#settings.port} at ${this.#baudRate} baud`;
  }

  get #baudRate(): number {
    return this.#settings.baudRate ?? BAUD_RATE;
  }

  async #begin(): Promise<Identity> {
    this.#taker = undefined;
    this.#gone = undefined;
    this.#decoder = downDecoder((message) => this.#taker?.take(message));
    try {
      return await this.#session.begin(BEGIN_MS);
    } catch (error) {
      if (!(error instanceof NoBoardError)) throw error;
      throw this.#gone ?? new NoBoardError(`${this.#where}: ${error.message}`);
    }
  }

  async #open(): Promise<SerialLine> {
    const { port: path } = this.#settings;
    const line = await SerialLine.open({
      ...{ path, baudRate: this.#baudRate },
      onBytes: (bytes) => this.#session.receive(bytes),
      onGone: (why) => void this.#replug(why),
    });
    await this.#hurry(line);
    return line;
  }

  async #hurry(line: SerialLine): Promise<void> {
    const { port: path } = this.#settings;
    const before = latencyTimerMs(path);
    if (before === undefined || before <= SLOW_LATENCY_MS) return;
    await line.hurry();
    const after = latencyTimerMs(path) ?? 0;
    if (after > SLOW_LATENCY_MS)
      this.#log.warn(
        `${this.#name}: the adapter of ${path} holds bytes back for ${after} ms (latency_timer): reads of the device are slow; docs/wire.md has the rule of udev that sets 1 ms`,
      );
  }

  async #watchRules(): Promise<void> {
    const { control } = this.#settings;
    if (control === undefined || this.#control !== undefined) return;
    this.#control = await ControlChannel.connect(control, {
      onViolation: (violation) => this.#link?.violated(violation),
    });
    await this.#control.watchRules();
  }

  async #measure(identity: Identity): Promise<Pace> {
    const { statistics } = this.#session;
    const where = this.#where;
    const test = new SelfTest({
      ...{ where, statistics, send: (message) => this.#session.send(encodeUp(message)) },
    });
    this.#taker = test;
    const { pace, roundTripMs, damaged, bytes } = await test.measure(identity);
    this.#taker = undefined;
    const found = `a round trip takes ${roundTripMs.toFixed(1)} ms, ${Math.round(pace.bytesPerSecond)} bytes a second; ${errorRate(damaged, bytes)}`;
    if (damaged > 0) this.#log.warn(`${where}: the line damages what it carries: ${found}`);
    else this.#log.debug(`${where}: ${found}`);
    return pace;
  }

  /** The port is gone. A cable that is plugged in again soon has lost nothing. */
  async #replug(why: string): Promise<void> {
    const { port: path, replugMs = REPLUG_MS } = this.#settings;
    this.#line = undefined;
    if (this.#isClosed) return;
    if (!this.#session.isUp) {
      // There is no session that could go on, and nothing to wait for.
      this.#gone = new LinkLostError(this.#name, `${path} is gone: ${why}`);
      this.#session.end();
      this.#lose(this.#gone);
      return;
    }
    this.#session.suspend();
    for (
      const start = performance.now();
      performance.now() - start < replugMs;
      await sleep(REPLUG_AGAIN_MS)
    ) {
      if (this.#isClosed) return;
      if (!existsSync(path)) continue;
      try {
        this.#line = await this.#open();
        await this.#session.resume(replugMs);
        this.#log.warn(`${this.#name}: ${path} was gone (${why}) and is back; the session goes on`);
        return;
      } catch (error) {
        this.#log.debug(`${this.#name}: ${(error as Error).message}`);
        await this.#line?.close();
        this.#line = undefined;
      }
    }
    this.#session.lose(`${path} is gone: ${why}`);
  }

  #lose(cause: SessionLost | LinkLostError): void {
    const unanswered = this.#taker?.unanswered ?? 0;
    const accesses = unanswered === 1 ? "1 register access has" : `${unanswered} register accesses have`;
    const error =
      cause instanceof LinkLostError
        ? cause
        : new LinkLostError(this.#name, `${cause.message}; ${accesses} no answer`, { cause });
    this.#taker?.lose(error);
    this.#taker = undefined;
  }
}
