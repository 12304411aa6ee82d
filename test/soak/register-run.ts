import type { LinkEvent } from "../../src/bus/event.ts";
import { Random } from "../../src/core/random.ts";
import { field, RegisterFile } from "../../src/driver/register-file.ts";
import type { SimulatorLink } from "../../src/links/simulator/simulator-link.ts";
import { BusMasterWatch, quickness } from "./bus-master-watch.ts";
import { CardMemory } from "./card.ts";
import type { Checks } from "./checks.ts";
import { isBusError, kinds, type Outcome } from "./expectation.ts";
import { lengthOf, PlacedPieces } from "./placed-pieces.ts";
import { type ChannelId, channelIds, type Disturbance, HALF_CARD_BYTES, type Plan } from "./plan.ts";
import type { Tally } from "./run-plan.ts";
import { TransferWatch } from "./transfer-watch.ts";
import { placementOf, type Variant } from "./variant.ts";

const [BUSY, DONE, HALTED] = (["BUSY", "DONE", "HALTED"] as const).map(
  (name) => field("STATUS", name).mask,
) as [number, number, number];
const BUS_MASTER = field("CONTROL", "BUS_MASTER").mask;
const WAIT_CYCLES = 500_000;
const causes = {
  h2c: { done: field("IRQ_STATUS", "H2C_DONE").mask, error: field("IRQ_STATUS", "H2C_ERROR").mask },
  c2h: { done: field("IRQ_STATUS", "C2H_DONE").mask, error: field("IRQ_STATUS", "C2H_ERROR").mask },
} as const;

/** One channel: its transfers, one after the other. */
interface Channel {
  readonly id: ChannelId;
  readonly pieces: PlacedPieces;
  /** Ended. */
  count: number;
  isRunning: boolean;
  /** Since the transfer was started. */
  isAborted: boolean;
}

/** A plan's transfers by the registers of a build without rings, both channels at once, against the same model. */
export class RegisterRun {
  readonly #plan: Plan;
  readonly #link: SimulatorLink;
  readonly #checks: Checks;
  readonly #registers: RegisterFile;
  readonly #busMaster: BusMasterWatch;
  readonly #transfers: TransferWatch;
  readonly #card: CardMemory;
  readonly #model: Uint8Array;
  readonly #channels: readonly Channel[];
  readonly #bad: LinkEvent[] = [];

  constructor(plan: Plan, variant: Variant, link: SimulatorLink, checks: Checks) {
    this.#plan = plan;
    this.#link = link;
    this.#checks = checks;
    this.#registers = new RegisterFile(link);
    this.#card = new CardMemory(link.simulation);
    this.#model = new Random(BigInt(plan.seed)).bytes(2 * HALF_CARD_BYTES);
    this.#card.write(0, this.#model);
    const { geometry } = variant;
    this.#channels = channelIds.map((id) => {
      const pieces = new PlacedPieces({ id, link, geometry, checks, card: this.#model, seed: plan.seed });
      const { pieces: places } = placementOf(id, plan, variant);
      for (const [index, piece] of plan[id].pieces.entries()) pieces.place(piece, places[index] as bigint);
      for (const each of plan.injections)
        if (each.channel === id && each.stage === "data") pieces.inject(each);
      return { id, pieces, count: 0, isRunning: false, isAborted: false };
    });
    this.#busMaster = new BusMasterWatch(link, quickness(plan.harness));
    this.#transfers = new TransferWatch(link, plan, variant);
    link.onEvent((event) => {
      if (event.kind === "fault" || event.kind === "violation") this.#bad.push(event);
    });
  }

  async run(): Promise<Tally> {
    const { global } = this.#registers;
    global.write("CONTROL", BUS_MASTER);
    global.write("IRQ_ENABLE", 0xffff_ffff);
    const disturbances = [...this.#plan.disturbances].sort((a, b) => a.cycle - b.cycle);
    let ended = 0;
    let lastProgress = 0;
    for (let look = 0; this.#channels.some(({ pieces, count }) => count < pieces.length); look++) {
      for (const channel of this.#channels) this.#start(channel);
      const { polls } = this.#plan;
      const cycles = polls[look % polls.length] as number;
      const next = disturbances[0];
      if (next?.kind !== "abort-transfer") await this.#link.idle(cycles);
      if (next !== undefined && (await this.#isTime(next, cycles))) {
        disturbances.shift();
        await this.#disturb(next.kind, this.#channels.find(({ id }) => id === next.channel) as Channel);
      }
      for (const channel of this.#channels) await this.#look(channel, false);
      const { cycle } = this.#link.clock;
      if (this.#ended > ended) lastProgress = cycle;
      ended = this.#ended;
      const isMoving = cycle - lastProgress < WAIT_CYCLES;
      this.#checks.that("progress", isMoving, `nothing moves any more: ${ended} transfers have ended`);
      if (!isMoving) break;
    }
    await this.#finish();
    return { cycles: this.#link.clock.cycle, descriptors: this.#ended };
  }

  get #ended(): number {
    return this.#channels.reduce((sum, { count }) => sum + count, 0);
  }

  #start(channel: Channel): void {
    if (channel.isRunning || channel.count === channel.pieces.length) return;
    const piece = channel.pieces.at(channel.count);
    const registers = this.#registers[channel.id];
    const address = channel.pieces.hostAddressOf(piece);
    registers.write("HOST_ADDRESS_LOW", Number(address & 0xffff_ffffn));
    registers.write("HOST_ADDRESS_HIGH", Number(address >> 32n));
    registers.write("CARD_ADDRESS", channel.pieces.cardAddressOf(piece));
    registers.write("LENGTH", lengthOf(piece));
    registers.write("COMMAND", field("COMMAND", "START").mask);
    channel.isRunning = true;
    channel.isAborted = false;
  }

  async #isTime({ kind, channel, cycle }: Disturbance, cycles: number): Promise<boolean> {
    if (kind === "abort-transfer" && !(await this.#transfers.isMoving(channel, cycles))) return false;
    return cycle <= this.#link.clock.cycle;
  }

  async #disturb(kind: Plan["disturbances"][number]["kind"], channel: Channel): Promise<void> {
    if (kind === "abort" || kind === "abort-transfer") {
      this.#registers[channel.id].write("COMMAND", field("COMMAND", "ABORT").mask);
      channel.isAborted = true;
    }
    if (kind !== "bus-master-off") return;
    this.#busMaster.clear();
    for (const each of this.#channels) await this.#look(each, true);
    const late = this.#busMaster.set();
    this.#checks.that("address-after-off", late === undefined, `BUS_MASTER is 0, but ${late}`);
  }

  /** Settles a transfer that has ended; with BUS_MASTER off, waits for that. */
  async #look(channel: Channel, isOff: boolean): Promise<void> {
    if (!channel.isRunning) return;
    const { id } = channel;
    const registers = this.#registers[id];
    const end = this.#link.clock.cycle + WAIT_CYCLES;
    let status = await registers.read("STATUS");
    while (isOff && (status & BUSY) !== 0) {
      this.#checks.that("progress", this.#link.clock.cycle < end, `${id}: still busy`);
      status = await registers.read("STATUS");
    }
    if ((status & BUSY) !== 0) return;
    const outcome = await this.#outcomeOf(id);
    const isGood = outcome.kind === kinds.NONE;
    const where = `${id}: transfer ${channel.count}`;
    this.#checks.that("status", status === (isGood ? DONE : HALTED), `${where}: STATUS is ${status}`);
    const cause = isGood ? causes[id].done : causes[id].error;
    const seen = await this.#registers.global.read("IRQ_STATUS");
    const both = causes[id].done | causes[id].error;
    this.#checks.that("done-lost", (seen & both) === cause, `${where}: IRQ_STATUS is ${seen}`);
    this.#registers.global.write("IRQ_STATUS", both);
    this.#checkOutcome(channel, outcome, { isOff, where });
    channel.pieces.apply(channel.count, outcome, where);
    channel.count++;
    channel.isRunning = false;
    const [event] = this.#bad;
    this.#checks.that("bus", event === undefined, () =>
      JSON.stringify(event, (_key, value) => (typeof value === "bigint" ? value.toString(16) : value)),
    );
  }

  async #outcomeOf(id: ChannelId): Promise<Outcome> {
    const registers = this.#registers[id];
    const error = await registers.read("ERROR");
    const [low, high] = [
      await registers.read("ERROR_ADDRESS_LOW"),
      await registers.read("ERROR_ADDRESS_HIGH"),
    ];
    return {
      kind: field("ERROR", "KIND").of(error),
      stage: field("ERROR", "STAGE").of(error),
      write: field("ERROR", "WRITE").of(error) === 1,
      residueBytes: await registers.read("RESIDUE"),
      address: (BigInt(high) << 32n) | BigInt(low),
    };
  }

  #checkOutcome(
    { pieces, count, isAborted }: Channel,
    outcome: Outcome,
    { isOff, where }: { readonly isOff: boolean; readonly where: string },
  ): void {
    const expected = pieces.expect(count);
    const [isAbort, isBarred] = [outcome.kind === kinds.ABORTED, outcome.kind === kinds.BUS_MASTER_OFF];
    this.#checks.that("abort-cause", !isAbort || isAborted, `${where}: ABORTED without an abort`);
    this.#checks.that("bus-master-cause", !isBarred || isOff, `${where}: BUS_MASTER_OFF, but it is 1`);
    if (isAbort || isBarred) {
      const isAllowed = expected.kind === kinds.NONE || isBusError(expected.kind);
      this.#checks.that("outcome", isAllowed, `${where}: cut short instead of ${expected.kind}`);
      pieces.checkCut(count, outcome, expected, where);
      return;
    }
    const text = (one: Outcome): string =>
      JSON.stringify(one, (_key, value) => (typeof value === "bigint" ? value.toString(16) : value));
    const found = text({ ...outcome, address: outcome.address });
    this.#checks.that(
      "outcome",
      found === text(expected),
      `${where}: expected ${text(expected)}, found ${found}`,
    );
  }

  async #finish(): Promise<void> {
    for (const { id, pieces, count } of this.#channels) {
      const completed = await this.#registers[id].read("COMPLETED");
      this.#checks.that("completed", completed === count, `${id}: COMPLETED is ${completed}, not ${count}`);
      pieces.checkEnd();
    }
    const isHigh = this.#link.simulation.port("irq").read() === 1;
    this.#checks.that("interrupt-line", !isHigh, "the interrupt line is high with no cause");
    const isSame = Buffer.compare(this.#card.read(0, this.#model.length), this.#model) === 0;
    this.#checks.that("card-bytes", isSame, "the card's memory is not what was moved there");
  }
}
