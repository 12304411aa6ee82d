import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Random } from "../../../src/core/random.ts";
import type { Port, Simulation } from "../../../src/engine/engine.ts";
import { parseFileList } from "../../../src/engine/file-list.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

export const ROOT: string = fileURLToPath(new URL("../../..", import.meta.url));

/** An address that the controller has offered and the host has taken. */
export interface Taken {
  readonly way: "read" | "write";
  readonly cycle: number;
  readonly id: number;
  readonly address: bigint;
  readonly beats: number;
  readonly cache: number;
  readonly prot: number;
}

interface Beat {
  readonly cycle: number;
  readonly data: bigint;
  readonly strobe: number;
  readonly last: boolean;
}

/** What the host does in a cycle; all may change while it runs. */
export interface HostManners {
  /** Whether a channel is ready, or may be answered, in a cycle. */
  ready: (channel: "ar" | "aw" | "w" | "r" | "b", cycle: number) => boolean;
  /** Of the bursts that wait, one for each ID, the one whose beat or answer comes now. */
  choose: (bursts: readonly Taken[]) => number;
  /** Beats of a read burst before RLAST. */
  beatsOf: (burst: Taken) => number;
  /** RRESP of a beat, counted from 0. */
  responseOf: (burst: Taken, beat: number) => number;
  /** BRESP. */
  answerOf: (burst: Taken) => number;
  /** What idle lines carry. */
  junk: bigint;
}

export interface Build {
  /** Of the Verilog; by default this project. */
  readonly root?: string;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly cacheDirectory?: string;
}

/** The controller alone, driven at its pins, cycle by cycle: a host that may do what the harness does not. */
export class ControllerAtPins {
  readonly host: HostManners = {
    ready: () => true,
    choose: () => 0,
    beatsOf: ({ beats }) => beats,
    responseOf: () => 0,
    answerOf: () => 0,
    junk: 0n,
  };
  /** Bytes of host memory that are not 0. */
  readonly memory = new Map<bigint, number>();
  readonly taken: Taken[] = [];
  readonly beats: Beat[] = [];
  cycle = 0;
  readonly #simulation: Simulation;
  readonly #ports = new Map<string, Port>();
  readonly #wordBytes: number;
  readonly #reads: { burst: Taken; at: number }[] = [];
  readonly #writes: { burst: Taken; at: number }[] = [];
  readonly #answers: Taken[] = [];
  /** W that came before its AW. */
  readonly #early: Beat[] = [];
  #isReset = true;

  static async open({
    root = ROOT,
    parameters = {},
    cacheDirectory = ".hilt/cache",
  }: Build = {}): Promise<ControllerAtPins> {
    const source = {
      top: "dma",
      ...parseFileList(join(root, "rtl/dma/dma.f"), root),
      parameters: { DATA_W: 64, ADDR_W: 64, CARD_BYTES_LOG2: 12, ...parameters },
      clock: "clk",
    };
    const model = await new WasmEngine({ cacheDirectory }).build(source);
    const device = new ControllerAtPins(model.open(), source.parameters.DATA_W / 8);
    device.reset();
    return device;
  }

  private constructor(simulation: Simulation, wordBytes: number) {
    this.#simulation = simulation;
    this.#wordBytes = wordBytes;
  }

  /** `rst`, on both sides. */
  reset(cycles = 2): void {
    for (const list of [this.#reads, this.#writes, this.#answers, this.#early]) list.length = 0;
    this.#isReset = true;
    this.run(cycles);
    this.#isReset = false;
  }

  get irq(): boolean {
    return this.get("irq") === 1;
  }

  get(name: string): number {
    return this.#port(name).read();
  }

  run(cycles: number): void {
    for (let count = 0; count < cycles; count++) this.step({});
  }

  /** A register write; returns the cycle in which it was answered. */
  write(address: number, value: number, strobe = 15): number {
    let pins: Readonly<Record<string, number | bigint>> = {
      ...{ s_axil_awvalid: 1, s_axil_awaddr: address },
      ...{ s_axil_wvalid: 1, s_axil_wdata: value, s_axil_wstrb: strobe, s_axil_bready: 1 },
    };
    for (let limit = 0; limit < 50; limit++) {
      if (this.step(pins).answered) return this.cycle - 1;
      // Both are taken in the first cycle.
      pins = { s_axil_bready: 1 };
    }
    throw new Error(`no answer to a write of register 0x${address.toString(16)}`);
  }

  /** Register writes of which each comes in the cycle after the one before. */
  writeInTurn(writes: readonly (readonly [address: number, value: number])[]): void {
    for (const [address, value] of writes)
      this.step({
        ...{ s_axil_awvalid: 1, s_axil_awaddr: address, s_axil_bready: 1 },
        ...{ s_axil_wvalid: 1, s_axil_wdata: value, s_axil_wstrb: 15 },
      });
    if (!this.step({ s_axil_bready: 1 }).answered) throw new Error("no answer to the last register write");
  }

  /** A register write whose address and data come in cycles of their own, counted from now, and whose answer is taken late. */
  writeApart(
    address: number,
    value: number,
    { addressAt, dataAt, readyAt }: Record<"addressAt" | "dataAt" | "readyAt", number>,
  ): void {
    for (let cycle = 0; cycle < 50; cycle++) {
      const isAnswered = this.step({
        ...(cycle === addressAt ? { s_axil_awvalid: 1, s_axil_awaddr: address } : {}),
        ...(cycle === dataAt ? { s_axil_wvalid: 1, s_axil_wdata: value, s_axil_wstrb: 15 } : {}),
        s_axil_bready: cycle >= readyAt ? 1 : 0,
      }).answered;
      if (isAnswered) return;
    }
    throw new Error(`no answer to a write of register 0x${address.toString(16)}`);
  }

  read(address: number): number {
    let pins: Readonly<Record<string, number | bigint>> = {
      ...{ s_axil_arvalid: 1, s_axil_araddr: address, s_axil_rready: 1 },
    };
    for (let limit = 0; limit < 50; limit++) {
      const { value } = this.step(pins);
      if (value !== undefined) return value;
      pins = { s_axil_rready: 1 };
    }
    throw new Error(`no answer to a read of register 0x${address.toString(16)}`);
  }

  put(address: bigint, bytes: Uint8Array): void {
    for (const [index, byte] of bytes.entries()) this.memory.set(address + BigInt(index), byte);
  }

  bytesAt(address: bigint, lengthBytes: number): Uint8Array {
    return Uint8Array.from(
      { length: lengthBytes },
      (_, index) => this.memory.get(address + BigInt(index)) ?? 0,
    );
  }

  #port(name: string): Port {
    let port = this.#ports.get(name);
    if (port === undefined) {
      port = this.#simulation.port(name);
      this.#ports.set(name, port);
    }
    return port;
  }

  #set(pins: Readonly<Record<string, number | bigint>>): void {
    for (const [name, value] of Object.entries(pins)) this.#port(name).write(value);
  }

  /** One cycle with these pins of the register port; those that are not named are idle. */
  step(registers: Readonly<Record<string, number | bigint>>): {
    answered: boolean;
    value: number | undefined;
  } {
    const { host, cycle } = this;
    const narrow = Number(host.junk & 0xffff_ffffn);
    this.#set({
      rst: this.#isReset ? 1 : 0,
      ...{ s_axil_awvalid: 0, s_axil_wvalid: 0, s_axil_bready: 0, s_axil_arvalid: 0, s_axil_rready: 0 },
      // A register of the map, so that what is taken by mistake does something.
      ...{ s_axil_awaddr: 0x20, s_axil_wdata: narrow, s_axil_wstrb: narrow & 15, s_axil_araddr: narrow },
      ...registers,
      m_axi_arready: host.ready("ar", cycle) ? 1 : 0,
      m_axi_awready: host.ready("aw", cycle) ? 1 : 0,
      m_axi_wready: host.ready("w", cycle) ? 1 : 0,
    });
    const read = this.#offerRead();
    const answer = this.#offerAnswer();
    this.#simulation.run(0);
    if (!this.#isReset) this.#take();
    if (read !== undefined && this.get("m_axi_rready") === 1) read();
    if (answer !== undefined && this.get("m_axi_bready") === 1) answer();
    const answered = this.get("s_axil_bvalid") === 1 && registers["s_axil_bready"] === 1;
    const value =
      this.get("s_axil_rvalid") === 1 && registers["s_axil_rready"] === 1
        ? this.get("s_axil_rdata")
        : undefined;
    this.#simulation.run(1);
    this.cycle++;
    return { answered, value };
  }

  /** The oldest of each ID. */
  #oldest<T extends { readonly burst: Taken }>(queue: readonly T[]): T[] {
    return queue.filter((one, index) => queue.findIndex(({ burst }) => burst.id === one.burst.id) === index);
  }

  #offerRead(): (() => void) | undefined {
    const { host, cycle } = this;
    const waiting = this.#oldest(this.#reads);
    const chosen =
      waiting.length > 0 && host.ready("r", cycle)
        ? waiting[host.choose(waiting.map(({ burst }) => burst))]
        : undefined;
    if (chosen === undefined) {
      const junk = Number(host.junk & 3n);
      this.#set({
        m_axi_rvalid: 0,
        m_axi_rid: junk,
        m_axi_rdata: host.junk,
        m_axi_rresp: junk,
        m_axi_rlast: junk & 1,
      });
      return undefined;
    }
    const word = this.#wordAt(chosen.burst, chosen.at);
    const isLast = chosen.at + 1 === host.beatsOf(chosen.burst);
    const bytes = this.bytesAt(word, this.#wordBytes);
    const data = BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
    this.#set({
      m_axi_rvalid: 1,
      m_axi_rid: chosen.burst.id,
      m_axi_rdata: data,
      m_axi_rresp: host.responseOf(chosen.burst, chosen.at),
      m_axi_rlast: isLast ? 1 : 0,
    });
    return () => {
      chosen.at++;
      if (isLast) this.#reads.splice(this.#reads.indexOf(chosen), 1);
    };
  }

  #offerAnswer(): (() => void) | undefined {
    const { host, cycle } = this;
    const waiting = this.#oldest(this.#answers.map((burst) => ({ burst }))).map(({ burst }) => burst);
    const chosen = waiting.length > 0 && host.ready("b", cycle) ? waiting[host.choose(waiting)] : undefined;
    const junk = Number(host.junk & 3n);
    this.#set({
      m_axi_bvalid: chosen === undefined ? 0 : 1,
      m_axi_bid: chosen?.id ?? junk,
      m_axi_bresp: chosen === undefined ? junk : host.answerOf(chosen),
    });
    if (chosen === undefined) return undefined;
    return () => {
      this.#answers.splice(this.#answers.indexOf(chosen), 1);
    };
  }

  #wordAt({ address, beats: _ }: Taken, at: number): bigint {
    const word = BigInt(this.#wordBytes);
    return address - (address % word) + BigInt(at) * word;
  }

  #take(): void {
    const { cycle } = this;
    for (const [prefix, way, queue] of [
      ["m_axi_ar", "read", this.#reads],
      ["m_axi_aw", "write", this.#writes],
    ] as const) {
      if (this.get(`${prefix}valid`) === 0 || !this.host.ready(prefix === "m_axi_ar" ? "ar" : "aw", cycle))
        continue;
      const burst: Taken = {
        ...{ way, cycle, id: this.get(`${prefix}id`), address: this.#port(`${prefix}addr`).readBig() },
        ...{
          beats: this.get(`${prefix}len`) + 1,
          cache: this.get(`${prefix}cache`),
          prot: this.get(`${prefix}prot`),
        },
      };
      this.taken.push(burst);
      queue.push({ burst, at: 0 });
    }
    if (this.get("m_axi_wvalid") === 1 && this.host.ready("w", cycle)) {
      const beat = {
        ...{ cycle, data: this.#port("m_axi_wdata").readBig(), strobe: this.get("m_axi_wstrb") },
        last: this.get("m_axi_wlast") === 1,
      };
      this.beats.push(beat);
      this.#early.push(beat);
    }
    for (
      let burst = this.#writes[0];
      burst !== undefined && this.#early.length > 0;
      burst = this.#writes[0]
    ) {
      this.#store(burst.burst, burst.at++, this.#early.shift() as Beat);
      if (burst.at < burst.burst.beats) continue;
      this.#writes.shift();
      this.#answers.push(burst.burst);
    }
  }

  #store(burst: Taken, at: number, { data, strobe }: Beat): void {
    const word = this.#wordAt(burst, at);
    for (let lane = 0; lane < this.#wordBytes; lane++)
      if ((strobe >> lane) & 1)
        this.memory.set(word + BigInt(lane), Number((data >> BigInt(8 * lane)) & 0xffn));
  }
}

/** A host that takes and answers when it likes, out of order across IDs, with junk wherever nothing means anything. */
export function roughManners(device: ControllerAtPins, seed: number): void {
  const random = new Random(BigInt(seed));
  const shares = { ar: 50, aw: 30, w: 80, r: 70, b: 40 };
  const drawn = new Map<string, boolean>();
  let now = -1;
  Object.assign(device.host, {
    ready: (channel: keyof typeof shares, cycle: number) => {
      if (cycle !== now) {
        now = cycle;
        drawn.clear();
        device.host.junk = random.uint64();
      }
      const known = drawn.get(channel) ?? random.integer(1, 100) <= shares[channel];
      drawn.set(channel, known);
      return known;
    },
    choose: (bursts: readonly Taken[]) => random.integer(0, bursts.length - 1),
  });
}
