import type { LinkEvent } from "../../src/bus/event.ts";
import { silentLog } from "../../src/core/log.ts";
import { Random } from "../../src/core/random.ts";
import { field, RegisterFile } from "../../src/driver/register-file.ts";
import { openSimulator } from "../../src/links/simulator/open-simulator.ts";
import type { SimulatorLink } from "../../src/links/simulator/simulator-link.ts";
import type { SimulationSettings } from "../../src/links/simulator/simulator-model.ts";
import { CardMemory } from "./card.ts";
import { kinds, type Outcome, stages } from "./expectation.ts";
import {
  type ChannelId,
  type ChannelPlan,
  channelIds,
  type Disturbance,
  HALF_CARD_BYTES,
  type Plan,
} from "./plan.ts";
import { check, type Geometry, RingRun, SoakFailure } from "./ring-run.ts";

/** A build of the device that the soak runs on. */
export interface Variant {
  readonly name: string;
  readonly device?: SimulationSettings["device"];
  readonly geometry: Geometry;
  /** Where each channel finds host memory. */
  readonly memoryBases: Readonly<Record<ChannelId, bigint>>;
  /** It has neither compact descriptors, nor completion records, nor coalescing. */
  readonly isPlain?: boolean;
}

/** What is left of a channel's plan on a plain build. */
function plainly(channel: ChannelPlan): ChannelPlan {
  return { ...channel, compact: false, completions: false, coalesceCount: 0, coalesceTime: 0 };
}

export interface Tally {
  cycles: number;
  descriptors: number;
}

const ENABLED_CAUSES = 0xffff_ffff;
/** A run in which nothing is settled for so long goes nowhere. */
const STUCK_CYCLES = 500_000;
const WAIT_CYCLES = 200_000;

const BUS_MASTER = field("CONTROL", "BUS_MASTER").mask;
const RESET = field("CONTROL", "RESET").mask;
const ABORT = field("COMMAND", "ABORT").mask;
const RESUME = field("COMMAND", "RESUME").mask;
const BUSY = field("STATUS", "BUSY").mask;
const HALTED = field("STATUS", "HALTED").mask;
const causes = {
  h2c: { done: field("IRQ_STATUS", "H2C_DONE").mask, error: field("IRQ_STATUS", "H2C_ERROR").mask },
  c2h: { done: field("IRQ_STATUS", "C2H_DONE").mask, error: field("IRQ_STATUS", "C2H_ERROR").mask },
} as const;

/** What a plan is run on; by default the built-in engine. */
export type EngineChoice = Pick<SimulationSettings, "engine" | "verilator" | "verilatorOptions">;

/** Runs a plan on a device fresh out of reset. Throws `SoakFailure` with what is wrong. */
export async function runPlan(plan: Plan, variant: Variant, cacheDirectory: string): Promise<Tally> {
  const link = await openForPlan(plan, variant, cacheDirectory, { engine: "wasm" });
  try {
    return await runPlanOn(link, plan, variant);
  } finally {
    await link[Symbol.asyncDispose]();
  }
}

export async function openForPlan(
  plan: Plan,
  { device }: Variant,
  cacheDirectory: string,
  engine: EngineChoice,
): Promise<SimulatorLink> {
  return await openSimulator(
    "soak",
    { ...engine, harness: plan.harness, ...(device === undefined ? {} : { device }) },
    { seed: BigInt(plan.seed), cacheDirectory, log: silentLog },
  );
}

/** Runs a plan on a link that has just been opened for it. */
export async function runPlanOn(link: SimulatorLink, plan: Plan, variant: Variant): Promise<Tally> {
  return await placePlan(link, plan, variant).run();
}

/** What a plan needs is in the memories of host and card; nothing has happened yet. */
export function placePlan(link: SimulatorLink, plan: Plan, variant: Variant): PlanRun {
  const fitting =
    variant.isPlain === true ? { ...plan, h2c: plainly(plan.h2c), c2h: plainly(plan.c2h) } : plan;
  return new PlanRun(fitting, variant, link);
}

class PlanRun {
  readonly #plan: Plan;
  readonly #link: SimulatorLink;
  readonly #registers: RegisterFile;
  readonly #card: CardMemory;
  readonly #model: Uint8Array;
  readonly #rings: readonly RingRun[];
  readonly #disturbances: Disturbance[];
  readonly #bad: LinkEvent[] = [];
  #fetchedBytes = 0;
  #look = 0;

  constructor(plan: Plan, variant: Variant, link: SimulatorLink) {
    this.#plan = plan;
    this.#link = link;
    this.#registers = new RegisterFile(link);
    this.#card = new CardMemory(link.simulation);
    this.#model = new Random(BigInt(plan.seed)).bytes(2 * HALF_CARD_BYTES);
    this.#card.write(0, this.#model);
    this.#disturbances = [...plan.disturbances].sort((a, b) => a.cycle - b.cycle);
    this.#rings = channelIds.map(
      (id) =>
        new RingRun({
          id,
          plan: plan[id],
          link,
          registers: this.#registers[id],
          geometry: variant.geometry,
          injections: plan.injections,
          memoryBase: variant.memoryBases[id],
          card: this.#model,
          seed: plan.seed,
        }),
    );
    link.onEvent((event) => {
      if (event.kind === "fault" || event.kind === "violation") this.#bad.push(event);
      else if (event.kind === "access" && event.direction === "read" && event.master !== 0) {
        this.#fetchedBytes += event.lengthBytes;
      }
    });
  }

  async run(): Promise<Tally> {
    this.#start();
    let lastProgress = 0;
    while (this.#rings.some((ring) => !ring.isFinished)) {
      for (const ring of this.#rings) ring.submit();
      await this.#pass();
      const { cycle } = this.#link.clock;
      if (await this.#lookAround()) lastProgress = cycle;
      const states = this.#rings.map((ring) => ring.describe());
      check(cycle - lastProgress < STUCK_CYCLES, `nothing moves any more: ${states.join("; ")}`);
    }
    await this.#finish();
    return {
      cycles: this.#link.clock.cycle,
      descriptors: this.#plan.h2c.pieces.length + this.#plan.c2h.pieces.length,
    };
  }

  #start(): void {
    this.#registers.global.write("CONTROL", BUS_MASTER);
    this.#registers.global.write("IRQ_ENABLE", ENABLED_CAUSES);
    for (const ring of this.#rings) ring.switchOn();
  }

  /** Lets time pass, and disturbs when it is time for that. */
  async #pass(): Promise<void> {
    const { polls } = this.#plan;
    const cycles = polls[this.#look++ % polls.length] as number;
    const next = this.#disturbances[0];
    const now = this.#link.clock.cycle;
    if (next === undefined || next.cycle > now + cycles) {
      await this.#link.idle(cycles);
      return;
    }
    this.#disturbances.shift();
    if (next.cycle > now) await this.#link.idle(next.cycle - now);
    await this.#disturb(next);
  }

  async #disturb({ kind, channel }: Disturbance): Promise<void> {
    const ring = this.#rings.find(({ id }) => id === channel) as RingRun;
    ring.fetchesAreExact = false;
    if (kind === "abort") {
      ring.registers.write("COMMAND", ABORT);
      ring.noteAbort();
    } else if (kind === "bus-master-off") {
      await this.#takeBus();
    } else if (this.#plan.h2c.completions && this.#plan.c2h.completions && !this.#losesRecords()) {
      // Without records nobody could tell afterwards how far a ring came.
      await (kind === "reset" ? this.#reset() : this.#switchOff(ring));
    }
  }

  #losesRecords(): boolean {
    return this.#plan.injections.some(({ stage }) => stage === "completion");
  }

  async #takeBus(): Promise<void> {
    for (const ring of this.#rings) ring.fetchesAreExact = false;
    this.#registers.global.write("CONTROL", 0);
    for (const ring of this.#rings) await this.#untilIdle(ring);
    await this.#lookAround({ barred: true, resume: false });
    this.#registers.global.write("CONTROL", BUS_MASTER);
    for (const ring of this.#rings) ring.registers.write("COMMAND", RESUME);
  }

  async #switchOff(ring: RingRun): Promise<void> {
    ring.registers.write("RING_CONTROL", 0);
    ring.noteAbort();
    await this.#untilIdle(ring);
    this.#settleFromRecords(ring);
    ring.flushInterrupts();
    // Its error, if it had one, is no surprise any more.
    this.#registers.global.write("IRQ_STATUS", causes[ring.id].error);
    ring.switchOn();
  }

  async #reset(): Promise<void> {
    for (const ring of this.#rings) ring.fetchesAreExact = false;
    this.#registers.global.write("CONTROL", BUS_MASTER | RESET);
    for (const ring of this.#rings) ring.noteAbort();
    const end = this.#link.clock.cycle + WAIT_CYCLES;
    while (((await this.#registers.global.read("CONTROL")) & RESET) !== 0) {
      check(this.#link.clock.cycle < end, `CONTROL.RESET is still 1 after ${WAIT_CYCLES} cycles`);
    }
    for (const ring of this.#rings) {
      this.#settleFromRecords(ring);
      ring.noteReset();
    }
    check((await this.#registers.global.read("IRQ_STATUS")) === 0, "IRQ_STATUS is not 0 after the reset");
    this.#start();
  }

  #settleFromRecords(ring: RingRun): void {
    const count = ring.recordsBehindSettled();
    ring.settleUpTo(count, ring.outcomeFromRecord(count), { barred: false });
  }

  async #untilIdle(ring: RingRun): Promise<void> {
    const end = this.#link.clock.cycle + WAIT_CYCLES;
    while (((await ring.registers.read("STATUS")) & BUSY) !== 0) {
      check(this.#link.clock.cycle < end, `${ring.id}: still busy after ${WAIT_CYCLES} cycles`);
    }
  }

  /** One service of the interrupt: clear, then see what is new. Returns whether anything is. */
  async #lookAround({ barred = false, resume = true } = {}): Promise<boolean> {
    const seen = await this.#registers.global.read("IRQ_STATUS");
    if (seen !== 0) this.#registers.global.write("IRQ_STATUS", seen);
    let isNew = false;
    for (const ring of this.#rings) {
      if (await this.#lookAt(ring, seen, { barred, resume })) isNew = true;
    }
    this.#checkBus();
    return isNew;
  }

  async #lookAt(
    ring: RingRun,
    seen: number,
    { barred, resume }: { barred: boolean; resume: boolean },
  ): Promise<boolean> {
    const { registers } = ring;
    const status = await registers.read("STATUS");
    const head = await registers.read("RING_HEAD");
    const count = ring.countAt(head);
    const before = ring.countAt(ring.headIndex);
    ring.checkEarlyRecord();
    const hasHalted = (status & HALTED) !== 0 && (status & BUSY) === 0;
    if (!hasHalted) {
      // A descriptor that fails is behind the head some cycles before the channel halts.
      const error = await registers.read("ERROR");
      const isFailing =
        field("ERROR", "KIND").of(error) !== kinds.NONE &&
        field("ERROR", "INDEX").of(error) === ring.slotOf(count - 1);
      ring.settleUpTo(isFailing ? Math.max(before, count - 1) : count, undefined, { barred });
      ring.checkInterrupts((seen & causes[ring.id].done) !== 0);
      if ((status & BUSY) === 0 && !isFailing) ring.noteIdle();
      return count !== before;
    }
    const { outcome, index } = await this.#readOutcome(ring);
    const stays = outcome.kind === kinds.BUS_MASTER_OFF && outcome.stage === stages.DESCRIPTOR;
    ring.settleUpTo(count, stays ? undefined : outcome, { barred });
    const expectedIndex = stays ? head : ring.lastSlot;
    check(index === expectedIndex, `${ring.id}: ERROR.INDEX is ${index}, expected ${expectedIndex}`);
    if (stays) ring.flushInterrupts();
    const now = seen | (await this.#registers.global.read("IRQ_STATUS"));
    check((now & causes[ring.id].error) !== 0, `${ring.id}: halted without an error interrupt`);
    this.#registers.global.write("IRQ_STATUS", causes[ring.id].error);
    ring.checkInterrupts((now & causes[ring.id].done) !== 0);
    ring.noteIdle();
    ring.fetchesAreExact = false;
    if (resume) registers.write("COMMAND", RESUME);
    return true;
  }

  async #readOutcome(ring: RingRun): Promise<{ outcome: Outcome; index: number }> {
    const { registers } = ring;
    const error = await registers.read("ERROR");
    const low = await registers.read("ERROR_ADDRESS_LOW");
    const high = await registers.read("ERROR_ADDRESS_HIGH");
    return {
      outcome: {
        kind: field("ERROR", "KIND").of(error),
        stage: field("ERROR", "STAGE").of(error),
        write: field("ERROR", "WRITE").of(error) === 1,
        residueBytes: await registers.read("RESIDUE"),
        address: (BigInt(high) << 32n) | BigInt(low),
      },
      index: field("ERROR", "INDEX").of(error),
    };
  }

  #checkBus(): void {
    const [event] = this.#bad;
    if (event === undefined) return;
    throw new SoakFailure(
      JSON.stringify(event, (_key, value) => (typeof value === "bigint" ? `0x${value.toString(16)}` : value)),
    );
  }

  async #finish(): Promise<void> {
    const longest = Math.max(...this.#rings.map((ring) => ring.plan.coalesceTime));
    for (const ring of this.#rings) await this.#untilIdle(ring);
    await this.#link.idle(longest * 16 + 64);
    const seen = await this.#registers.global.read("IRQ_STATUS");
    const isHigh = this.#link.simulation.port("irq").read() === 1;
    check(isHigh === (seen !== 0), `the interrupt line is ${isHigh ? "high" : "low"}, IRQ_STATUS ${seen}`);
    for (const ring of this.#rings) {
      const done = (seen & causes[ring.id].done) !== 0;
      check(!ring.waitsForTime || done, `${ring.id}: the time limit of coalescing did not raise DONE`);
      ring.checkInterrupts(done);
    }
    this.#registers.global.write("IRQ_STATUS", 0xffff_ffff);
    for (const ring of this.#rings) await ring.checkEnd();
    check((await this.#registers.global.read("IRQ_STATUS")) === 0, "IRQ_STATUS does not stay clear");
    check(this.#link.simulation.port("irq").read() === 0, "the interrupt line is high with no cause");
    this.#checkCard();
    this.#checkBus();
    if (this.#rings.every((ring) => ring.fetchesAreExact)) {
      const used = this.#rings.reduce((sum, ring) => sum + ring.descriptorBytesUsed, 0);
      check(
        this.#fetchedBytes === used,
        `${this.#fetchedBytes} bytes of descriptors were read, ${used} were needed`,
      );
    }
  }

  #checkCard(): void {
    const found = this.#card.read(0, this.#model.length);
    if (Buffer.compare(found, this.#model) === 0) return;
    const at = found.findIndex((byte, place) => byte !== this.#model[place]);
    throw new SoakFailure(`card byte 0x${at.toString(16)} is ${found[at]}, expected ${this.#model[at]}`);
  }
}
