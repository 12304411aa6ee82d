import { join } from "node:path";
import { Random } from "../../../src/core/random.ts";
import {
  icarusRows,
  type KnownRows,
  known,
  type Steps,
  type WrittenCircuit,
  writeCircuit,
} from "../icarus.ts";
import type { Design } from "./library.ts";
import { type DesignPort, portsOf } from "./ports.ts";
import { rolesOf, stimuliOf } from "./stimuli.ts";
import { wrapped } from "./wrapped.ts";

const SEED = 20_271n;
const CYCLES = 300;
/** A processor that runs one of the project's programs needs longer. */
const PROGRAM_CYCLES = 4000;

/** A design with its inputs and what Icarus Verilog makes of them. */
export interface Experiment {
  readonly name: string;
  readonly circuit: WrittenCircuit;
  readonly steps: Steps;
  readonly reference: KnownRows;
}

/** What can be compared with Icarus Verilog, or why it cannot. */
export function prepare(design: Design, folder: string): Experiment | string {
  try {
    const ports = portsOf(design, join(folder, `${design.name}.vvp`));
    if (ports.some(({ direction }) => direction === "inout")) return "an inout port";
    const inputs = ports.filter(({ direction }) => direction === "input");
    if (inputs.length === ports.length) return "no output";
    const experiment = experimentOf(design, ports, inputs, folder);
    return known(experiment.reference) === 0 ? "Icarus Verilog knows no value" : experiment;
  } catch (error) {
    return `Icarus Verilog: ${(error as Error).message.split("\n")[0]}`;
  }
}

function experimentOf(
  design: Design,
  ports: readonly DesignPort[],
  inputs: readonly DesignPort[],
  folder: string,
): Experiment {
  const { name } = design;
  const roles = rolesOf(design, inputs);
  const circuit = writeCircuit(name, wrapped(design, ports, inputs, roles), folder);
  const cycles = name.endsWith("_program") ? PROGRAM_CYCLES : CYCLES;
  const rows = stimuliOf(inputs, roles, new Random(SEED).fork(name), cycles);
  const driven = roles.flatMap((role, index) => (role === "clock" ? [] : [index]));
  const steps = rows.map((row) => (driven.length === 0 ? [0n] : driven.map((index) => row[index] as bigint)));
  return { name, circuit, steps, reference: icarusRows(circuit, steps, { isZeroed: true }) };
}
