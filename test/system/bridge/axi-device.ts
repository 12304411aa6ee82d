import type { Random } from "../../../src/core/random.ts";
import type { Port, Simulation } from "../../../src/engine/engine.ts";

export interface WriteBurst {
  readonly id: number;
  readonly address: bigint;
  /** Of each beat; bytes from the address's place in the first word on. */
  readonly beats: readonly { readonly data: bigint; readonly strobes: number }[];
}

export interface ReadBurst {
  readonly id: number;
  readonly address: bigint;
  readonly beats: number;
}

export interface ReadBeat {
  readonly id: number;
  readonly data: bigint;
  readonly response: number;
  readonly isLast: boolean;
}

/** A device on the bridge's ports, cycle by cycle: a master of memory, registers, interrupt lines. */
export class AxiDevice {
  readonly writes: WriteBurst[] = [];
  readonly reads: ReadBurst[] = [];
  /** What came on R and B, in order. */
  readonly readBeats: ReadBeat[] = [];
  readonly responses: { readonly id: number; readonly response: number }[] = [];
  /** Called when a beat of a write is taken, with the number of the burst and of the beat. */
  onBeat: ((burst: number, beat: number) => void) | undefined;
  irq = 0;
  /** Chance, of 256, that a channel stands still in a cycle. */
  stalls = 0;
  /** Registers that were written, and those that do not answer, or with an error. */
  readonly registers = new Map<number, number>();
  readonly silent = new Set<number>();
  readonly failing = new Map<number, number>();
  /** Register accesses in the order in which the device saw them. */
  readonly accesses: string[] = [];
  readonly #random: Random;
  readonly #simulation: Simulation;
  readonly #ports = new Map<string, Port>();
  #writeBeat = 0;
  #writeBurst = 0;
  #addressBurst = 0;
  #readBurst = 0;
  #finishedReads = 0;
  #lite: { address?: number | undefined; data?: number | undefined; read?: number | undefined } = {};
  /** A signal that is valid keeps its value until it is taken. */
  readonly #held = { aw: false, w: false, ar: false, b: false, r: false };

  constructor(simulation: Simulation, random: Random) {
    this.#simulation = simulation;
    this.#random = random;
  }

  get isDone(): boolean {
    const beats = this.reads.reduce((sum, burst) => sum + burst.beats, 0);
    return this.responses.length === this.writes.length && this.readBeats.length === beats;
  }

  /** Before an edge: drives the inputs, and takes what is taken at the edge. */
  cycle(): void {
    if (this.#get("device_rst") === 1) {
      this.#reset();
      return;
    }
    this.#set("irq", this.irq);
    this.#driveWrites();
    this.#driveReads();
    const takesR = this.#goes();
    const takesB = this.#goes();
    this.#set("s_axi_rready", takesR ? 1 : 0);
    this.#set("s_axi_bready", takesB ? 1 : 0);
    this.#driveRegisters(this.#goes());
    this.#simulation.run(0);
    this.#take(takesR, takesB);
    this.#takeRegisters();
  }

  #goes(): boolean {
    return this.stalls === 0 || this.#random.integer(0, 255) >= this.stalls;
  }

  #driveWrites(): void {
    const held = this.#held;
    const burst = this.writes[this.#addressBurst];
    held.aw ||= burst !== undefined && this.#goes();
    this.#set("s_axi_awvalid", held.aw ? 1 : 0);
    if (burst !== undefined) {
      this.#set("s_axi_awid", burst.id);
      this.#set("s_axi_awaddr", burst.address);
      this.#set("s_axi_awlen", burst.beats.length - 1);
    }
    const beats = this.writes[this.#writeBurst]?.beats ?? [];
    const beat = beats[this.#writeBeat];
    held.w ||= beat !== undefined && this.#goes();
    this.#set("s_axi_wvalid", held.w ? 1 : 0);
    if (beat === undefined) return;
    this.#set("s_axi_wdata", beat.data);
    this.#set("s_axi_wstrb", beat.strobes);
    this.#set("s_axi_wlast", this.#writeBeat === beats.length - 1 ? 1 : 0);
  }

  #driveReads(): void {
    const burst = this.reads[this.#readBurst];
    this.#held.ar ||= burst !== undefined && this.#goes();
    this.#set("s_axi_arvalid", this.#held.ar ? 1 : 0);
    if (burst === undefined) return;
    this.#set("s_axi_arid", burst.id);
    this.#set("s_axi_araddr", burst.address);
    this.#set("s_axi_arlen", burst.beats - 1);
  }

  #take(takesR: boolean, takesB: boolean): void {
    const held = this.#held;
    if (this.#get("s_axi_rvalid") === 1 && this.#finishedReads === this.#readBurst)
      throw new Error(`data of read ${this.#readBurst} came before its address was taken`);
    if (held.aw && this.#get("s_axi_awready")) {
      held.aw = false;
      this.#addressBurst++;
    }
    if (held.w && this.#get("s_axi_wready")) this.#beatTaken();
    if (held.ar && this.#get("s_axi_arready")) {
      held.ar = false;
      this.#readBurst++;
    }
    if (takesR && this.#get("s_axi_rvalid")) {
      const isLast = this.#get("s_axi_rlast") === 1;
      if (isLast) this.#finishedReads++;
      const [id, response] = [this.#get("s_axi_rid"), this.#get("s_axi_rresp")];
      this.readBeats.push({ id, data: this.#port("s_axi_rdata").readBig(), response, isLast });
    }
    if (takesB && this.#get("s_axi_bvalid")) {
      this.responses.push({ id: this.#get("s_axi_bid"), response: this.#get("s_axi_bresp") });
    }
  }

  #beatTaken(): void {
    this.#held.w = false;
    this.onBeat?.(this.#writeBurst, this.#writeBeat);
    this.#writeBeat++;
    if (this.#writeBeat < (this.writes[this.#writeBurst]?.beats.length ?? 0)) return;
    this.#writeBeat = 0;
    this.#writeBurst++;
  }

  #driveRegisters(answers: boolean): void {
    const { address, data, read } = this.#lite;
    const asked = address ?? read ?? 0;
    const mayAnswer = answers && !this.silent.has(asked);
    this.#held.b ||= mayAnswer && address !== undefined && data !== undefined;
    this.#held.r ||= mayAnswer && read !== undefined;
    const ready = (isFree: boolean): number => (isFree && answers ? 1 : 0);
    this.#set("m_axil_awready", ready(address === undefined));
    this.#set("m_axil_wready", ready(data === undefined && this.#random.integer(0, 1) === 1));
    this.#set("m_axil_arready", ready(read === undefined));
    this.#set("m_axil_bvalid", this.#held.b ? 1 : 0);
    this.#set("m_axil_rvalid", this.#held.r ? 1 : 0);
    const response = this.failing.get(asked) ?? 0;
    this.#set("m_axil_bresp", response);
    this.#set("m_axil_rresp", response);
    this.#set("m_axil_rdata", this.registers.get(asked) ?? 0);
  }

  #takeRegisters(): void {
    const lite = this.#lite;
    if (this.#held.b && this.#get("m_axil_bready")) {
      this.registers.set(lite.address as number, lite.data as number);
      this.accesses.push(`write ${lite.address}`);
      this.#held.b = false;
      this.#lite = {};
    }
    if (this.#held.r && this.#get("m_axil_rready")) {
      this.accesses.push(`read ${lite.read}`);
      this.#held.r = false;
      this.#lite = {};
    }
    const took = (channel: string): boolean =>
      this.#get(`m_axil_${channel}valid`) === 1 && this.#port(`m_axil_${channel}ready`).read() === 1;
    if (took("aw")) this.#lite.address = this.#get("m_axil_awaddr");
    if (took("w")) this.#lite.data = this.#get("m_axil_wdata");
    if (took("ar")) this.#lite.read = this.#get("m_axil_araddr");
  }

  #reset(): void {
    for (const name of ["s_axi_awvalid", "s_axi_wvalid", "s_axi_arvalid", "m_axil_bvalid", "m_axil_rvalid"])
      this.#set(name, 0);
    for (const queue of [this.writes, this.reads, this.readBeats, this.responses]) queue.length = 0;
    Object.assign(this.#held, { aw: false, w: false, ar: false, b: false, r: false });
    this.#lite = {};
    this.#writeBeat = this.#writeBurst = this.#addressBurst = this.#readBurst = this.#finishedReads = 0;
    this.irq = 0;
    this.#set("irq", 0);
  }

  #port(name: string): Port {
    let port = this.#ports.get(name);
    if (port === undefined) {
      port = this.#simulation.port(name);
      this.#ports.set(name, port);
    }
    return port;
  }

  #get(name: string): number {
    return this.#port(name).read();
  }

  #set(name: string, value: number | bigint): void {
    this.#port(name).write(value);
  }
}
