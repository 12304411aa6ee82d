import { rmSync } from "node:fs";
import { relative } from "node:path";
import type { Link } from "../bus/link.ts";
import type { Traits } from "../bus/traits.ts";
import type { WaveRecord } from "../bus/wave-record.ts";
import { hex } from "../core/hex.ts";
import { type PendingCall, PendingCalls } from "../core/pending-calls.ts";
import { Random } from "../core/random.ts";
import { DmaDevice } from "../driver/dma-device.ts";
import { describeAccess } from "../driver/register-file.ts";
import { describeJournal } from "../journal/describe-journal.ts";
import type { JournalEntry } from "../journal/journal-entry.ts";
import { UNKNOWN_DEVICE } from "../journal/journal-header.ts";
import { RecordingLink } from "../journal/recording-link.ts";
import { deviceOf } from "../links/registry.ts";
import { HostMemory } from "../memory/host-memory.ts";
import type { PlatformProfile } from "../memory/platform-profile.ts";
import type { FailurePlace } from "../report/run-result.ts";
import { DEVICE_DESCRIPTION_VERSION3, PCIBus } from "../wdm/constants.ts";
import type { DmaAdapter, Out } from "../wdm/dma-adapter.ts";
import { DmaSystem } from "../wdm/dma-system.ts";
import { FindingError } from "../wdm/finding.ts";
import { describeLeftovers } from "../wdm/leftovers.ts";
import type { BenchConnection } from "./bench-connection.ts";
import { BenchLink } from "./bench-link.ts";
import { DeviceMessages } from "./device-messages.ts";
import { ForeignDeviceError, HoldingsError, UnawaitedError, UsageError } from "./errors.ts";
import { lackOfDevice, type StatedNeed } from "./needs.ts";
import type { BenchFacts, RunContext } from "./run-context.ts";
import { TestJournal } from "./test-journal.ts";
import { Watch } from "./watch.ts";
import { writeViewerFiles } from "./write-viewer-files.ts";

/** Milliseconds after a test in which whatever the device does after its last completion still shows. */
const QUIET_MS: Readonly<Record<Traits["time"], number>> = { stepped: 0.00256, wall: 10 };
/** Most bytes of one operation: the card's memory is smaller. */
const MAXIMUM_LENGTH = 1 << 20;

interface Parts {
  readonly run: RunContext;
  readonly link: RecordingLink;
  readonly journal: TestJournal;
  /** The bench's face of the link; the driver and the session have the other. */
  readonly benchLink: BenchLink;
  readonly calls: PendingCalls;
  readonly messages: DeviceMessages;
  readonly host: HostMemory;
  readonly system: DmaSystem;
  readonly adapter: DmaAdapter;
  /** The most map registers of one transfer. */
  readonly mapRegisters: number | undefined;
  readonly rng: Random;
  readonly watch: Watch;
}

/** Everything that one test has: a device fresh out of reset, host memory, the DMA system, and the watch over them. */
export class BenchSession {
  readonly #parts: Parts;
  /** Absent before it is opened, and where the target's device is another. */
  #device: DmaDevice | undefined;
  /** Device time when the test failed. */
  #failure: FailurePlace | undefined;
  /** Asked when the test ends: afterwards the driver has given everything back. */
  #holdings: readonly string[] = [];
  #refusals: readonly string[] = [];
  #lastEvents: readonly string[] = [];
  #unawaited: readonly PendingCall[] = [];

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * `name` is the test's file and full name: a test alone draws what it draws in a full run. `onFailure` gets what is known
   * of a test whose device cannot be opened.
   */
  static async open(
    run: RunContext,
    connection: BenchConnection,
    name: string,
    onFailure: (facts: BenchFacts) => void,
  ): Promise<BenchSession> {
    const session = await BenchSession.#connect(run, connection, name);
    try {
      await session.#openDevice();
      return session;
    } catch (error) {
      session.noteFailure();
      onFailure(session.facts);
      await session.close();
      throw error;
    }
  }

  static async #connect(run: RunContext, connection: BenchConnection, name: string): Promise<BenchSession> {
    const random = new Random(BigInt(run.seed)).fork(name);
    const stem = fileName(name);
    const messages = new DeviceMessages(run.root);
    const opened = await connection.fresh({
      seed: random.fork("link").seed,
      onMessage: (message) => messages.take(message),
      banks: run.profile.banks,
      ...(run.waves === undefined ? {} : { waves: { ...run.waves, path: `${run.waves.directory}/${stem}` } }),
    });
    const testJournal = new TestJournal(run, name, stem);
    try {
      const { journal } = testJournal;
      const link = new RecordingLink(opened, journal);
      testJournal.listen(opened);
      const calls = new PendingCalls();
      const benchLink = new BenchLink(opened, journal, calls);
      const watch = new Watch(link);
      const { memory, windows } = link;
      const host = new HostMemory(memory, random.fork("pages"), run.profile);
      const system = new DmaSystem({
        ...{ host, windows, mapRegisters: run.profile.mapRegisters },
        log: (text) => messages.print(text),
        limits: run.profile,
        bouncesAll: run.profile.bounces === "everything",
        ...(run.profile.logicalAddresses === "shuffled"
          ? { logicalOrder: random.fork("logical pages") }
          : {}),
      });
      calls.onBegin = (what) => system.checkWait(what);
      watch.explain = (address, access) => system.explain(address, access);
      const most: Out<number> = { value: undefined };
      const adapter = adapterOf(system, run.profile, most);
      const rng = random.fork("bench");
      return new BenchSession({
        ...{ run, link, journal: testJournal, benchLink, calls, messages, host, system, adapter, rng, watch },
        mapRegisters: most.value,
      });
    } catch (error) {
      await opened[Symbol.asyncDispose]();
      testJournal.close();
      throw error;
    }
  }

  async #openDevice(): Promise<void> {
    const { run, link, benchLink, adapter, calls, mapRegisters, journal } = this.#parts;
    if (deviceOf(run.settings) === undefined)
      this.#device = await DmaDevice.open({
        ...{ link, outside: benchLink, adapter, calls },
        ...(mapRegisters === undefined ? {} : { mapRegisters }),
      });
    journal.begin(link, this.#identity ?? UNKNOWN_DEVICE);
  }

  get link(): BenchLink {
    return this.#parts.benchLink;
  }

  get host(): HostMemory {
    return this.#parts.host;
  }

  get system(): DmaSystem {
    return this.#parts.system;
  }

  get adapter(): DmaAdapter {
    return this.#parts.adapter;
  }

  get rng(): Random {
    return this.#parts.rng;
  }

  /** Our controller's driver. Throws `ForeignDeviceError` when the target's device is another. */
  get device(): DmaDevice {
    if (this.#device === undefined) throw new ForeignDeviceError(this.#parts.run.target);
    return this.#device;
  }

  /** Why the device does not meet some of these needs. */
  lackOf(needs: readonly StatedNeed[]): string | undefined {
    const { target } = this.#parts.run;
    return this.#device === undefined ? undefined : lackOfDevice(needs, target, this.#device.identity);
  }

  get facts(): BenchFacts {
    const { link, watch, run, messages, journal } = this.#parts;
    const device = this.#identity;
    const warnings = [...messages.warnings, ...watch.openBursts];
    return {
      ...(device === undefined ? {} : { device }),
      cycles: link.clock.cycle,
      ...(link.line === undefined ? {} : { line: link.line }),
      ...watch.counts,
      lastEvents: this.#lastEvents,
      holdings: this.#holdings,
      ...(this.#refusals.length === 0 ? {} : { refusals: this.#refusals }),
      ...(warnings.length === 0 ? {} : { warnings }),
      ...(this.#failure === undefined
        ? {}
        : { failure: { ...this.#failure, cycle: watch.firstBreach ?? this.#failure.cycle } }),
      ...journal.facts,
      ...(this.#keepsWaves ? wavesFacts(link.waves, run.root) : {}),
    };
  }

  get #keepsWaves(): boolean {
    return this.#parts.run.waves?.isOfFailures !== true || this.#failure !== undefined;
  }

  get #identity(): string | undefined {
    const { target, settings } = this.#parts.run;
    const foreign = deviceOf(settings);
    if (foreign !== undefined) return `${foreign.binding.top}, bound by the table of target ${target}`;
    if (this.#device === undefined) return undefined;
    const { version, buildHash } = this.#device.identity;
    return `hilt DMA ${version}, build ${hex(buildHash, 8).slice(2)}`;
  }

  /** Keeps what a message about the failure tells, as it is now. */
  noteFailure(): void {
    const { link, system, journal, watch } = this.#parts;
    const { cycle } = link.clock;
    const { entries } = link.journal;
    this.#failure = { cycle, lastCrossing: entries.findLast(isCrossing)?.cycle ?? cycle };
    this.#holdings = system.holdings().map(describeLeftovers);
    this.#refusals = system.refusals;
    this.#lastEvents = describeJournal(entries, this.#nameOf);
    journal.keep(link, this.#identity ?? UNKNOWN_DEVICE, watch.untilBreach);
  }

  /** The test has ended; device time has not passed since. Takes note of what it has left running. */
  noteEnd(): void {
    this.#unawaited = this.#parts.calls.abandon();
  }

  /** What no test asks for: bus rules, windows, guard bytes, the use of the DMA interface. */
  async check(): Promise<void> {
    const { link, watch, host, system } = this.#parts;
    try {
      // After a failure calls that are cut off are its consequence.
      if (this.#unawaited.length > 0 && this.#failure === undefined)
        throw new UnawaitedError(this.#unawaited);
      if (this.#failure === undefined) system.checkEnd("the end of the test");
      await link.idle(quietCycles(link));
      await this.#device?.[Symbol.asyncDispose]();
      watch.check();
      host.checkGuards();
      const [finding, ...others] = system.findings;
      if (finding !== undefined) throw new FindingError(finding, others.length);
      const held = system.holdings({ isEnding: true });
      if (held.length > 0) throw new HoldingsError(held);
    } catch (error) {
      if (this.#failure === undefined) this.noteFailure();
      // The error has them.
      if (error instanceof HoldingsError) this.#holdings = [];
      throw error;
    }
  }

  async close(): Promise<void> {
    const { link, watch, run, journal } = this.#parts;
    const { cycle, lastCrossing } = this.facts.failure ?? { cycle: link.clock.cycle, lastCrossing: 0 };
    try {
      await link[Symbol.asyncDispose]();
    } finally {
      journal.close(link.line);
    }
    this.#parts.messages.close();
    if (link.waves?.hasBegun !== true) return;
    if (!this.#keepsWaves) {
      rmSync(link.waves.file, { force: true });
      return;
    }
    // A failure long after the last crossing is not in the window.
    const focus = cycle > (run.waves?.to ?? cycle) ? lastCrossing : cycle;
    const window = run.waves ?? {};
    writeViewerFiles(link.waves, { entries: watch.entries(), focus, window, nameOf: this.#nameOf });
  }

  get #nameOf(): (address: number, value: number) => string | undefined {
    return deviceOf(this.#parts.run.settings) === undefined ? describeAccess : () => undefined;
  }
}

function adapterOf(system: DmaSystem, profile: PlatformProfile, most: Out<number>): DmaAdapter {
  const adapter = system.ioGetDmaAdapter(
    { name: "hilt-dma", currentIrp: null },
    {
      version: DEVICE_DESCRIPTION_VERSION3,
      master: true,
      scatterGather: true,
      interfaceType: PCIBus,
      maximumLength: MAXIMUM_LENGTH,
      dmaAddressWidth: profile.deviceAddressBits,
    },
    most,
  );
  if (adapter === null) throw new UsageError("IoGetDmaAdapter gave no adapter");
  return adapter;
}

/** What is seen late, as on a link whose messages take a while, is seen by then. */
function quietCycles({ clock, traits, pace }: Link): number {
  const late = traits.time === "wall" ? pace.accessMs : 0;
  return Math.round(((QUIET_MS[traits.time] + late) * clock.frequencyHz) / 1000);
}

/** Reads of the host tell nothing of a device that does nothing. */
function isCrossing(entry: JournalEntry): boolean {
  return entry.kind === "register" ? entry.access === "write" : entry.kind !== "windows";
}

function wavesFacts(waves: WaveRecord | undefined, root: string): Pick<BenchFacts, "waves" | "wavesMissing"> {
  if (waves === undefined) return {};
  return waves.hasBegun
    ? { waves: relative(root, waves.file) }
    : { wavesMissing: "the test ended before the record began" };
}

/** Most file systems take 255 bytes. */
const MOST_CHARACTERS = 160;
const names = new Map<string, number>();

/** Of a test, without an ending; another one each time that it is asked for. */
function fileName(name: string): string {
  const plain = name.replace(/[^\w.-]+/g, "-").slice(0, MOST_CHARACTERS);
  const count = (names.get(plain) ?? 0) + 1;
  names.set(plain, count);
  return count === 1 ? plain : `${plain}-${count}`;
}
