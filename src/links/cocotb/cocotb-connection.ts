import { randomUUID } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { LinkLostError } from "../../bus/errors.ts";
import type { Link } from "../../bus/link.ts";
import type { Bank } from "../../memory/physical-memory.ts";
import { standardProfile } from "../../memory/platform-profile.ts";
import { ControlCode } from "../../wire/control-message.ts";
import { vectorsOf } from "../device-binding.ts";
import type { Connection, FreshOptions } from "../link-kind.ts";
import { LinkState } from "../link-state.ts";
import { SimulationEndedError } from "../simulator/errors.ts";
import { placeBanks } from "../simulator/open-simulator.ts";
import { CocotbLink } from "./cocotb-link.ts";
import { cocotbPace, cocotbTraits } from "./cocotb-traits.ts";
import { FarArray, FarEnd } from "./far-end.ts";
import { FarMemory } from "./far-memory.ts";
import type { LinkMemory } from "./link-memory.ts";
import { MappedMemory } from "./mapped-memory.ts";
import type { SimulatorStart } from "./prepare-simulation.ts";
import type { CocotbTarget } from "./settings.ts";
import { settingsWords } from "./settings-words.ts";
import { type SimulatorProcess, startSimulator } from "./simulator-process.ts";

export interface ConnectionParts {
  readonly name: string;
  readonly settings: CocotbTarget;
  readonly start: SimulatorStart;
  readonly stallMs: number;
}

/** A simulator that runs, and its end of the channel. */
interface Running {
  readonly process: SimulatorProcess;
  readonly far: FarEnd;
  /** Pages of the tables that tests before have used. */
  readonly stalePages: Set<number>;
}

/** A simulator in a process of its own, for the tests of a worker: one for all of them, or one for each. */
export class CocotbConnection implements Connection {
  readonly #parts: ConnectionParts;
  #running: Running | undefined;
  #link: CocotbLink | undefined;
  #memoryBefore: LinkMemory | undefined;
  #onLine: (line: string) => void = () => {};

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  async fresh(options: FreshOptions): Promise<Link> {
    const { name, settings } = this.#parts;
    const { seed, onMessage } = options;
    const banks = placeBanks(options.banks ?? standardProfile.banks);
    const words = settingsWords(settings.harness ?? {}, seed, banks);
    let cycle = (): number => 0;
    this.#onLine = (text) => onMessage?.({ kind: "display", text: `${text}\n`, place: "", cycle: cycle() });
    if (settings.fresh === "restart") await this.#stop();
    this.#running ??= await this.#start();
    const { far, stalePages } = this.#running;
    far.write(FarArray.settings, 0, words);
    // Views of it are the memory until another test has the device.
    this.#memoryBefore?.close();
    const memory = this.#memory(far, banks, stalePages);
    this.#memoryBefore = memory;
    const file = memory instanceof MappedMemory ? memory.file : "";
    const reset = far.ask(ControlCode.reset, Buffer.from(file));
    far.send();
    await reset;
    if (memory instanceof MappedMemory) memory.removeFile();
    const link = new CocotbLink({
      ...{ name, far, memory, traits: cocotbTraits(settings), pace: cocotbPace(settings) },
      state: new LinkState(name),
      close: async () => {
        this.#link = undefined;
        for (const page of memory.usedPages) stalePages.add(page);
        if (settings.fresh === "restart") await this.#stop();
        // What it has printed before its last answer is here after a turn.
        await turn();
        await turn();
      },
    });
    cycle = () => link.clock.cycle;
    far.listener = link;
    this.#link = link;
    return link;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    this.#memoryBefore?.close();
  }

  #memory(far: FarEnd, banks: readonly Bank[], stalePages: ReadonlySet<number>): LinkMemory {
    const { host, harness } = this.#parts.settings;
    if (host === "cocotbext-axi")
      return new MappedMemory(banks, `hilt-${randomUUID()}`, harness?.maximumWindows);
    return new FarMemory(far, banks, stalePages, harness?.maximumWindows);
  }

  async #start(): Promise<Running> {
    const { name, settings, start, stallMs } = this.#parts;
    const process = await startSimulator(name, start, { limitMs: stallMs, modules: settings.modules });
    process.onLine((line) => this.#onLine(line));
    const far = new FarEnd(process.channel, { stallMs, lines: vectorsOf(settings.device) }, (what, cause) => {
      this.#lose(far, new LinkLostError(name, `the simulator ${what}`, { cause }));
      void process.kill();
    });
    void process.ended.then((how) =>
      this.#lose(far, endError(name, how, process.lastLines(), this.#link?.clock.cycle ?? 0)),
    );
    return { process, far, stalePages: new Set() };
  }

  #lose(far: FarEnd, error: Error): void {
    if (this.#running?.far === far) this.#running = undefined;
    far.fail(error);
    this.#link?.lose(error);
  }

  async #stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    // Code of the user's may have something to write at its end.
    running.far.ask(ControlCode.end).catch(() => {});
    running.far.send();
    await running.process.end();
  }
}

/** Newer simulators print where `$finish` stands; cocotb says that it did not ask for the end itself. */
const FINISH = /(\S+:\d+): (?:Verilog )?\$(finish|stop)\b/;
const PREMATURE = /simulation ended prematurely|shut down prematurely/;

function endError(name: string, how: string, lines: readonly string[], cycle: number): Error {
  const found = lines.map((line) => FINISH.exec(line)).findLast((match) => match !== null);
  if (found !== undefined || lines.some((line) => PREMATURE.test(line))) {
    const [, place = "the design", call = "finish"] = found ?? [];
    const kind = call === "stop" ? "stop" : "finish";
    return new SimulationEndedError(name, { kind, text: "", place, cycle });
  }
  return new LinkLostError(name, [`the simulator ${how}`, ...lines.map((line) => `    ${line}`)].join("\n"));
}
