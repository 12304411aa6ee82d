import type { LinkEvent } from "../../../src/bus/event.ts";
import type { SimulatorLink } from "../../../src/links/simulator/simulator-link.ts";
import type { Plan } from "../../soak/plan.ts";
import { type EngineChoice, openForPlan, runPlanOn } from "../../soak/run-plan.ts";
import type { Variant } from "../../soak/variant.ts";

const CACHE = ".hilt/cache";
/** The card's memory, which a completion record or a residue may be wrong about. */
const CARD = ["device.card.even", "device.card.odd"];

/** One run, seen from the host: what crossed the link, in order. What it left in memory is the link's. */
interface Run {
  readonly link: SimulatorLink;
  readonly events: LinkEvent[];
  /** Register reads and writes with their cycles. */
  readonly accesses: string[];
  end: string;
}

export interface Sameness {
  readonly cycles: number;
  readonly events: number;
  readonly difference: string | undefined;
}

/** Runs a plan on each engine and compares all of them with the first, cycle for cycle and byte for byte. */
export async function compareRuns(
  plan: Plan,
  variant: Variant,
  engines: readonly EngineChoice[],
): Promise<Sameness> {
  const runs: Run[] = [];
  try {
    for (const engine of engines) {
      const run = watch(await openForPlan(plan, variant, CACHE, engine));
      runs.push(run);
      // What the soak's model finds wrong must at least be wrong in the same way.
      run.end = await runPlanOn(run.link, plan, variant).then(
        ({ cycles }) => `after ${cycles} cycles`,
        (error: unknown) => String(error),
      );
    }
    const [first, ...others] = runs as [Run, ...Run[]];
    const difference = others.map((other) => firstDifference(first, other)).find((one) => one !== undefined);
    return { cycles: first.link.clock.cycle, events: first.events.length, difference };
  } finally {
    for (const { link } of runs) await link[Symbol.asyncDispose]();
  }
}

function watch(link: SimulatorLink): Run {
  const run: Run = { link, events: [], accesses: [], end: "" };
  link.onEvent((event) => run.events.push(event), { bytes: true });
  const { readRegister, writeRegister } = link;
  const note = (what: string, address: number, value: number): void => {
    run.accesses.push(`${link.clock.cycle}: ${what} 0x${address.toString(16)} 0x${value.toString(16)}`);
  };
  link.readRegister = async (address) => {
    const value = await readRegister.call(link, address);
    note("read", address, value);
    return value;
  };
  link.writeRegister = (address, value) => {
    note("write", address, value);
    writeRegister.call(link, address, value);
  };
  return run;
}

function firstDifference(one: Run, other: Run): string | undefined {
  return (
    differenceOf("register access", one.accesses, other.accesses) ??
    differenceOf("event", one.events.map(textOf), other.events.map(textOf)) ??
    differenceOf("end", [one.end], [other.end]) ??
    differenceOf("cycle", [String(one.link.simulation.cycle)], [String(other.link.simulation.cycle)]) ??
    differentByte("host memory", one.link.memory.bytes, other.link.memory.bytes) ??
    CARD.map((name) =>
      differentByte(name, one.link.simulation.array(name).bytes, other.link.simulation.array(name).bytes),
    ).find((difference) => difference !== undefined)
  );
}

function differenceOf(what: string, some: readonly string[], others: readonly string[]): string | undefined {
  const at = some.findIndex((text, index) => text !== others[index]);
  if (at < 0 && some.length === others.length) return undefined;
  const index = at < 0 ? some.length : at;
  return `${what} ${index} is ${some[index] ?? "none"}, on the other engine ${others[index] ?? "none"}`;
}

function differentByte(what: string, some: Uint8Array, others: Uint8Array): string | undefined {
  if (Buffer.compare(some, others) === 0) return undefined;
  const at = some.findIndex((byte, index) => byte !== others[index]);
  return `${what}: byte ${at} is ${some[at]}, on the other engine ${others[at]}`;
}

function textOf(event: LinkEvent): string {
  return JSON.stringify(event, (_key, value) => (typeof value === "bigint" ? value.toString(16) : value));
}
