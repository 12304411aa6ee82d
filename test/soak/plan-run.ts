import type { LinkEvent } from "../../src/bus/event.ts";
import { Random } from "../../src/core/random.ts";
import { field, RegisterFile } from "../../src/driver/register-file.ts";
import type { SimulatorLink } from "../../src/links/simulator/simulator-link.ts";
import { BusMasterWatch, quickness } from "./bus-master-watch.ts";
import { CardMemory } from "./card.ts";
import type { Checks } from "./checks.ts";
import { kinds, type Outcome, stages } from "./expectation.ts";
import { channelIds, type Disturbance, HALF_CARD_BYTES, type Plan } from "./plan.ts";
import { RingRun } from "./ring-run.ts";
import type { Tally } from "./run-plan.ts";
import { TransferWatch } from "./transfer-watch.ts";
import { placementOf, type Variant } from "./variant.ts";

const ENABLED_CAUSES = 0xffff_ffff;
/** A run in which nothing is settled for so long goes nowhere. */
const STUCK_CYCLES = 500_000;
const WAIT_CYCLES = 200_000;

const BUS_MASTER = field("CONTROL", "BUS_MASTER").mask;
const RESET = field("CONTROL", "RESET").mask;
const ABORT = field("COMMAND", "ABORT").mask;
const RESUME = field("COMMAND", "RESUME").mask;
const BUSY = field("STATUS", "BUSY").mask;
const DONE = field("STATUS", "DONE").mask;
const HALTED = field("STATUS", "HALTED").mask;
const causes = {
  h2c: { done: field("IRQ_STATUS", "H2C_DONE").mask, error: field("IRQ_STATUS", "H2C_ERROR").mask },
  c2h: { done: field("IRQ_STATUS", "C2H_DONE").mask, error: field("IRQ_STATUS", "C2H_ERROR").mask },
} as const;

/** What STATUS and RESIDUE of an idle ring say; one that was switched on again may keep what they said before. */
function hasEnded(well: boolean | undefined, status: number, residue: number): boolean {
  if (well === undefined) return status === (status & DONE);
  return well ? status === DONE && residue === 0 : status === 0;
}

interface LookOptions {
  /** IRQ_STATUS, and when it was read. */
  readonly seen: number;
  readonly statusCycle: number;
  /** BUS_MASTER is 0. */
  readonly barred: boolean;
  readonly resume: boolean;
}

/** A plan on a build with rings. */
export class PlanRun {
  readonly #plan: Plan;
  readonly #link: SimulatorLink;
  readonly #registers: RegisterFile;
  readonly #card: CardMemory;
  readonly #model: Uint8Array;
  readonly #rings: readonly RingRun[];
  readonly #disturbances: Disturbance[];
  readonly #bad: LinkEvent[] = [];
  readonly #checks: Checks;
  readonly #busMaster: BusMasterWatch;
  readonly #transfers: TransferWatch;
  #fetchedBytes = 0;
  #look = 0;

  constructor(plan: Plan, variant: Variant, link: SimulatorLink, checks: Checks) {
    this.#plan = plan;
    this.#link = link;
    this.#checks = checks;
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
          placement: placementOf(id, plan, variant),
          checks,
          card: this.#model,
          seed: plan.seed,
        }),
    );
    this.#busMaster = new BusMasterWatch(link, quickness(plan.harness));
    this.#transfers = new TransferWatch(link, plan, variant);
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
      const isMoving = cycle - lastProgress < STUCK_CYCLES;
      this.#checks.that("progress", isMoving, `nothing moves any more: ${states.join("; ")}`);
      if (!isMoving) break;
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
    if (next.cycle > now) await this.#link.idle(next.cycle - now);
    if (next.kind === "abort-transfer" && !(await this.#transfers.isMoving(next.channel, cycles))) return;
    this.#disturbances.shift();
    await this.#disturb(next);
  }

  async #disturb({ kind, channel }: Disturbance): Promise<void> {
    const ring = this.#rings.find(({ id }) => id === channel) as RingRun;
    ring.fetchesAreExact = false;
    if (kind === "abort" || kind === "abort-transfer") {
      ring.registers.write("COMMAND", ABORT);
      ring.noteAbort(await ring.registers.read("RING_HEAD"));
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
    this.#busMaster.clear();
    for (const ring of this.#rings) await this.#untilIdle(ring);
    await this.#lookAround({ barred: true, resume: false });
    const late = this.#busMaster.set();
    this.#checks.that("address-after-off", late === undefined, `BUS_MASTER is 0, but ${late}`);
    for (const ring of this.#rings) ring.registers.write("COMMAND", RESUME);
  }

  async #switchOff(ring: RingRun): Promise<void> {
    ring.registers.write("RING_CONTROL", 0);
    ring.noteAbort();
    await this.#untilIdle(ring);
    this.#settleFromRecords(ring);
    ring.done.flush();
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
      const isInTime = this.#link.clock.cycle < end;
      this.#checks.that("progress", isInTime, `CONTROL.RESET is still 1 after ${WAIT_CYCLES} cycles`);
      if (!isInTime) break;
    }
    for (const ring of this.#rings) {
      this.#settleFromRecords(ring);
      ring.noteReset();
    }
    const causes = await this.#registers.global.read("IRQ_STATUS");
    this.#checks.that("reset", causes === 0, `IRQ_STATUS is ${causes} after the reset`);
    for (const ring of this.#rings) {
      for (const name of ["STATUS", "ERROR", "RESIDUE", "COMPLETED", "RING_CONTROL"] as const) {
        const value = await ring.registers.read(name);
        this.#checks.that("reset", value === 0, `${ring.id}: ${name} is ${value} after the reset`);
      }
    }
    this.#start();
  }

  #settleFromRecords(ring: RingRun): void {
    const count = ring.recordsAfterSettled();
    ring.settleUpTo(count, ring.outcomeFromRecord(count), { barred: false });
  }

  async #untilIdle(ring: RingRun): Promise<void> {
    const end = this.#link.clock.cycle + WAIT_CYCLES;
    while (((await ring.registers.read("STATUS")) & BUSY) !== 0) {
      const isInTime = this.#link.clock.cycle < end;
      this.#checks.that("progress", isInTime, `${ring.id}: still busy after ${WAIT_CYCLES} cycles`);
      if (!isInTime) break;
    }
  }

  /** One service of the interrupt: clear, then see what is new. Returns whether a descriptor has been settled. */
  async #lookAround({ barred = false, resume = true } = {}): Promise<boolean> {
    const seen = await this.#registers.global.read("IRQ_STATUS");
    const statusCycle = this.#link.clock.cycle;
    if (seen !== 0) this.#registers.global.write("IRQ_STATUS", seen);
    let isNew = false;
    for (const ring of this.#rings) {
      if (await this.#lookAt(ring, { seen, statusCycle, barred, resume })) isNew = true;
    }
    this.#checkBus();
    return isNew;
  }

  async #lookAt(ring: RingRun, { seen, statusCycle, barred, resume }: LookOptions): Promise<boolean> {
    const { registers } = ring;
    const status = await registers.read("STATUS");
    const head = await registers.read("RING_HEAD");
    const headCycle = this.#link.clock.cycle;
    const count = ring.countAt(head);
    const before = ring.countAt(ring.headIndex);
    ring.checkEarlyRecord();
    const hasHalted = (status & HALTED) !== 0 && (status & BUSY) === 0;
    if (!hasHalted) {
      // A descriptor that fails is counted by the head some cycles before the channel halts.
      const error = await registers.read("ERROR");
      const isFailing =
        field("ERROR", "KIND").of(error) !== kinds.NONE &&
        field("ERROR", "INDEX").of(error) === ring.slotOf(count - 1);
      ring.settleUpTo(isFailing ? Math.max(before, count - 1) : count, undefined, { barred });
      ring.done.look({ done: (seen & causes[ring.id].done) !== 0, statusCycle, headCycle });
      if ((status & BUSY) === 0) {
        const residue = await registers.read("RESIDUE");
        const isWell = error === 0 && hasEnded(ring.endedWell, status, residue);
        this.#checks.that(
          "status",
          isWell,
          `${ring.id}: idle with STATUS ${status}, ERROR 0x${error.toString(16)}, RESIDUE ${residue}`,
        );
        ring.noteIdle();
      }
      return ring.countAt(ring.headIndex) !== before;
    }
    this.#checks.that("status", status === HALTED, `${ring.id}: halted with STATUS ${status}`);
    const { outcome, index } = await this.#readOutcome(ring);
    const stays = outcome.kind === kinds.BUS_MASTER_OFF && outcome.stage === stages.DESCRIPTOR;
    if (stays) this.#checkBarred(ring, outcome, barred);
    ring.settleUpTo(count, stays ? undefined : outcome, { barred });
    const expectedIndex = stays ? head : ring.lastSlot;
    this.#checks.that(
      "error-index",
      index === expectedIndex,
      `${ring.id}: ERROR.INDEX is ${index}, expected ${expectedIndex}`,
    );
    if (stays) ring.done.flush();
    const causesNow = await this.#registers.global.read("IRQ_STATUS");
    this.#checkLine(causesNow, false);
    const now = seen | causesNow;
    const isRaised = (now & causes[ring.id].error) !== 0;
    this.#checks.that("error-interrupt", isRaised, `${ring.id}: halted without an error interrupt`);
    this.#registers.global.write("IRQ_STATUS", causes[ring.id].error);
    ring.done.look({ done: (now & causes[ring.id].done) !== 0, statusCycle, headCycle });
    ring.noteIdle();
    ring.fetchesAreExact = false;
    if (resume) registers.write("COMMAND", RESUME);
    return ring.countAt(ring.headIndex) !== before;
  }

  /** The ring's next descriptor was not read because BUS_MASTER is 0. */
  #checkBarred(ring: RingRun, { residueBytes, address, write }: Outcome, isBarred: boolean): void {
    const { id } = ring;
    this.#checks.that("bus-master-cause", isBarred, `${id}: BUS_MASTER_OFF, but BUS_MASTER is 1`);
    this.#checks.that("status", ring.hasQueued, `${id}: BUS_MASTER_OFF without a descriptor`);
    const isNothing = residueBytes === 0 && address === 0n && !write;
    this.#checks.that(
      "status",
      isNothing,
      `${id}: RESIDUE ${residueBytes} of a descriptor that was not read`,
    );
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

  /** Every cause is enabled. While something is at work a cause may have come after IRQ_STATUS was read. */
  #checkLine(causesRead: number, isQuiet: boolean): void {
    const isHigh = this.#link.simulation.port("irq").read() === 1;
    const line = `the interrupt line is ${isHigh ? "high" : "low"}, IRQ_STATUS ${causesRead}`;
    this.#checks.that("interrupt-line", isHigh === (causesRead !== 0) || (isHigh && !isQuiet), line);
  }

  #checkBus(): void {
    const [event] = this.#bad;
    this.#checks.that("bus", event === undefined, () =>
      JSON.stringify(event, (_key, value) => (typeof value === "bigint" ? `0x${value.toString(16)}` : value)),
    );
  }

  async #finish(): Promise<void> {
    const longest = Math.max(...this.#rings.map((ring) => ring.plan.coalesceTime));
    for (const ring of this.#rings) await this.#untilIdle(ring);
    await this.#link.idle(longest * 16 + 64);
    const seen = await this.#registers.global.read("IRQ_STATUS");
    const statusCycle = this.#link.clock.cycle;
    this.#checkLine(seen, true);
    for (const ring of this.#rings) {
      const done = (seen & causes[ring.id].done) !== 0;
      ring.done.look({ done, statusCycle, headCycle: statusCycle });
    }
    this.#registers.global.write("IRQ_STATUS", 0xffff_ffff);
    for (const ring of this.#rings) await ring.checkEnd();
    const rest = await this.#registers.global.read("IRQ_STATUS");
    const isLow = this.#link.simulation.port("irq").read() === 0;
    this.#checks.that("interrupt-line", rest === 0 && isLow, `IRQ_STATUS is ${rest} after it was cleared`);
    this.#checkCard();
    this.#checkBus();
    if (this.#rings.every((ring) => ring.fetchesAreExact)) {
      const used = this.#rings.reduce((sum, ring) => sum + ring.descriptorBytesUsed, 0);
      this.#checks.that(
        "descriptor-bytes",
        this.#fetchedBytes === used,
        `${this.#fetchedBytes} bytes of descriptors were read, ${used} were needed`,
      );
    }
  }

  #checkCard(): void {
    const found = this.#card.read(0, this.#model.length);
    if (Buffer.compare(found, this.#model) === 0) return;
    const at = found.findIndex((byte, place) => byte !== this.#model[place]);
    const message = `card byte 0x${at.toString(16)} is ${found[at]}, expected ${this.#model[at]}`;
    this.#checks.that("card-bytes", false, message);
  }
}
