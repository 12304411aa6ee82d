import { readFileSync } from "node:fs";
import type { Random } from "../../../src/core/random.ts";
import { type Steps, stimulus } from "../icarus.ts";
import type { Design } from "./library.ts";
import type { DesignPort } from "./ports.ts";

/** What an input is for, by its name and by how the source uses it. */
export type Role = "clock" | "other clock" | "reset" | "data";

const CLOCK = /cl(?:oc)?k(?!_?(?:en|div|sel|ratio|cnt))|(?:^|_)ck(?:_|$)/i;
const RESET = /rst|n?re?set|^n?set$|clr_n$/i;
const ACTIVE_LOW = /nre?se?t|(?:^|_)n_?(?:re?)?se?t|re?se?t_?[a-z]?n(?:_i|_\d+)?$|_n$|_ni$|re?se?tn/i;

export function rolesOf(design: Design, inputs: readonly DesignPort[]): Role[] {
  const text = readFileSync(design.file, "latin1");
  const edges = new Set([...text.matchAll(/\b(?:pos|neg)edge\s+\(?\s*(\w+)/g)].map(([, name]) => name));
  const isClock = ({ name, width }: DesignPort): boolean =>
    width === 1 && !RESET.test(name) && (CLOCK.test(name) || edges.has(name));
  const main = inputs.find((port) => isClock(port) && edges.has(port.name)) ?? inputs.find(isClock);
  return inputs.map((port) => {
    if (port === main) return "clock";
    if (isClock(port)) return "other clock";
    return port.width === 1 && (RESET.test(port.name) || edges.has(port.name)) ? "reset" : "data";
  });
}

/**
 * Random inputs. Edges of other clocks and of resets come in cycles of their own: whether logic sees the values before or
 * after an edge at the same time is left open (IEEE 1364-2005, section 11.4.2). All resets are
 * active from the second cycle on: whether one that is active at the start is an edge differs too.
 */
export function stimuliOf(
  inputs: readonly DesignPort[],
  roles: readonly Role[],
  random: Random,
  cycles: number,
): Steps {
  const special = roles.flatMap((role, index) => (role === "data" ? [] : [index]));
  const clocks = special.filter((index) => roles[index] === "other clock");
  const resets = special.filter((index) => roles[index] === "reset");
  const start = 4 + resets.length;
  const active = inputs.map(({ name }) => (ACTIVE_LOW.test(name) ? 0n : 1n));
  let values = inputs.map((_, index) => (resets.includes(index) ? 1n - (active[index] as bigint) : 0n));
  return Array.from({ length: cycles }, (_, cycle) => {
    if (cycle === 0) return values;
    if (cycle <= resets.length) {
      const index = resets[cycle - 1] as number;
      values = values.with(index, active[index] as bigint);
      return values;
    }
    const released = resets.find((index) => values[index] === active[index]);
    const turn = random.integer(0, 99);
    if (cycle > start && released !== undefined && turn < 50) {
      values = values.with(released, 1n - (active[released] as bigint));
    } else if (resets.length > 0 && cycle > start && random.integer(0, cycles) < 3) {
      const index = resets[random.integer(0, resets.length - 1)] as number;
      values = values.with(index, active[index] as bigint);
    } else if (clocks.length > 0 && turn > 60) {
      const index = clocks[random.integer(0, clocks.length - 1)] as number;
      values = values.with(index, 1n - (values[index] as bigint));
    } else {
      values = values.map((value, index) =>
        roles[index] === "data" ? dataOf(inputs[index] as DesignPort, value, random) : value,
      );
    }
    return values;
  });
}

/** Inputs stay for a while now and then, so that handshakes get through. */
function dataOf({ width }: DesignPort, before: bigint, random: Random): bigint {
  return random.integer(0, 3) === 0 ? before : stimulus(random, width);
}
