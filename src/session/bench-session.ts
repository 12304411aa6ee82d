import type { LinkEvent } from "../bus/event.ts";
import type { Link } from "../bus/link.ts";
import { silentLog } from "../core/log.ts";
import { Random } from "../core/random.ts";
import { DmaDevice } from "../driver/dma-device.ts";
import { openLink } from "../links/registry.ts";
import { HostMemory } from "../memory/host-memory.ts";
import { DEVICE_DESCRIPTION_VERSION3, PCIBus } from "../wdm/constants.ts";
import type { DmaAdapter } from "../wdm/dma-adapter.ts";
import { DmaSystem } from "../wdm/dma-system.ts";
import { FindingError } from "../wdm/finding.ts";
import { HoldingsError, ProtocolViolationError, UsageError, WindowFaultError } from "./errors.ts";
import type { BenchFacts, RunContext } from "./run-context.ts";

const BUS_BYTES = 8;
/** Device time after a test, in which whatever the device does behind its last completion still shows. */
const QUIET_CYCLES = 256;
/** Most bytes of one operation: the card's memory is smaller. */
const MAXIMUM_LENGTH = 1 << 20;

/** Everything that one test has: a device fresh out of reset, host memory, the DMA system, and the watch over them. */
export class BenchSession {
  readonly link: Link;
  readonly host: HostMemory;
  readonly system: DmaSystem;
  readonly adapter: DmaAdapter;
  readonly device: DmaDevice;
  readonly rng: Random;
  readonly #watch: Watch;

  private constructor(
    link: Link,
    random: Random,
    watch: Watch,
    parts: Pick<BenchSession, "host" | "system" | "adapter" | "device">,
  ) {
    this.link = link;
    this.host = parts.host;
    this.system = parts.system;
    this.adapter = parts.adapter;
    this.device = parts.device;
    this.rng = random.fork("bench");
    this.#watch = watch;
  }

  /** `name` is the test's file and full name: a test alone draws what it draws in a full run. */
  static async open(run: RunContext, name: string): Promise<BenchSession> {
    const random = new Random(BigInt(run.seed)).fork(name);
    const waves =
      run.waves === undefined
        ? {}
        : { waves: { ...run.waves, file: `${run.waves.directory}/${fileName(name)}.vcd` } };
    const link = await openLink(run.target, run.settings, {
      seed: random.fork("link").seed,
      cacheDirectory: run.cacheDirectory,
      log: silentLog,
      ...waves,
    });
    try {
      const watch = new Watch(link);
      const host = new HostMemory(link.memory, random.fork("pages"));
      const system = new DmaSystem({ memory: link.memory, pages: host.pages, windows: link.windows });
      const adapter = adapterOf(system);
      const device = await DmaDevice.open({ link, adapter });
      return new BenchSession(link, random, watch, { host, system, adapter, device });
    } catch (error) {
      await link[Symbol.asyncDispose]();
      throw error;
    }
  }

  get facts(): BenchFacts {
    const { version, buildHash } = this.device.identity;
    return {
      device: `hilt DMA ${version}, build ${buildHash.toString(16).padStart(8, "0")}`,
      cycles: this.link.clock.cycle,
      ...this.#watch.counts,
    };
  }

  /** What no test asks for: bus rules, windows, guard bytes, the use of the DMA interface. */
  async check(): Promise<void> {
    await this.link.idle(QUIET_CYCLES);
    await this.device[Symbol.asyncDispose]();
    this.#watch.check();
    this.host.checkGuards();
    const [finding, ...others] = this.system.findings;
    if (finding !== undefined) throw new FindingError(finding, others.length);
    const held = this.system.describeHoldings({ isEnding: true });
    if (held.length > 0) throw new HoldingsError(held);
  }

  async close(): Promise<void> {
    await this.link[Symbol.asyncDispose]();
  }
}

function adapterOf(system: DmaSystem): DmaAdapter {
  const adapter = system.ioGetDmaAdapter(
    { name: "hilt-dma", currentIrp: null },
    {
      version: DEVICE_DESCRIPTION_VERSION3,
      master: true,
      scatterGather: true,
      interfaceType: PCIBus,
      maximumLength: MAXIMUM_LENGTH,
      dmaAddressWidth: 64,
    },
    { value: undefined },
  );
  if (adapter === null) throw new UsageError("IoGetDmaAdapter gave no adapter");
  return adapter;
}

function fileName(name: string): string {
  return name.replace(/[^\w.-]+/g, "-");
}

type Counts = Omit<BenchFacts, "device" | "cycles">;

/** Counts what crosses the link and keeps what must not happen. */
class Watch {
  readonly counts: { -readonly [K in keyof Counts]: number } = {
    readBursts: 0,
    writeBursts: 0,
    readBytes: 0,
    writtenBytes: 0,
    interrupts: 0,
  };
  readonly #violations: Extract<LinkEvent, { kind: "violation" }>[] = [];
  readonly #faults: Extract<LinkEvent, { kind: "fault" }>[] = [];

  constructor(link: Link) {
    link.onEvent((event) => this.#see(event));
  }

  check(): void {
    const [violation] = this.#violations;
    if (violation !== undefined) {
      const { rule, address, cycle } = violation;
      throw new ProtocolViolationError(rule, address, cycle, this.#violations.length - 1);
    }
    const [fault] = this.#faults;
    if (fault !== undefined) {
      throw new WindowFaultError(fault.direction, fault.address, fault.cycle, this.#faults.length - 1);
    }
  }

  #see(event: LinkEvent): void {
    if (event.kind === "violation") this.#violations.push(event);
    else if (event.kind === "fault") this.#faults.push(event);
    else if (event.kind === "interrupt") this.counts.interrupts += event.asserted ? 1 : 0;
    else if (event.kind === "burst" && event.direction === "read") {
      this.counts.readBursts++;
      this.counts.readBytes += event.beats * BUS_BYTES;
    } else if (event.kind === "burst") {
      this.counts.writeBursts++;
      this.counts.writtenBytes += event.beats * BUS_BYTES;
    }
  }
}
