import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Engine } from "../../src/engine/engine.ts";
import { VerilatorEngine } from "../../src/engine/verilator-engine.ts";
import { WasmEngine } from "../../src/engine/wasm-engine.ts";
import { newVerilator } from "../new-verilator.ts";
import { type Circuit, differenceOf, engineRows, icarusRows, type Steps, writeCircuit } from "./icarus.ts";

export type EngineName = "wasm" | "verilator";
export type JudgeName = EngineName | "icarus";

const RUNTIME = resolve(".hilt/cache/verilator/runtime");

/** An engine whose models are thrown away with `folder`; Verilator's runtime is not. */
export function engineIn(folder: string, name: EngineName, verilator?: string): Engine {
  const cacheDirectory = join(folder, `${name}-cache`);
  if (name === "wasm") return new WasmEngine({ cacheDirectory });
  const own = join(cacheDirectory, "verilator");
  mkdirSync(own, { recursive: true });
  mkdirSync(RUNTIME, { recursive: true });
  if (!existsSync(join(own, "runtime"))) symlinkSync(RUNTIME, join(own, "runtime"));
  return new VerilatorEngine({ cacheDirectory, ...(verilator === undefined ? {} : { verilator }) });
}

/** Who of three stands alone with a value that two others agree on; nobody if each has its own. */
export interface Verdict {
  readonly alone: JudgeName | undefined;
  readonly text: string;
}

/** What only Verilator obeys: its assertions end the run at a case that is said to be full and is not. */
const PROMISE = /\/\/ synopsys (?:full_case|parallel_case)[^\n]*/g;

/**
 * Where an engine and Icarus Verilog differ a third judge is asked: Verilator, the newest that is tested, about the
 * built-in engine, and the built-in engine about Verilator. Undefined if there is no difference.
 */
export async function verdictOn(
  made: Circuit,
  steps: Steps,
  folder: string,
  asked: Engine,
): Promise<Verdict | undefined> {
  const other: EngineName = asked.name === "wasm" ? "verilator" : "wasm";
  const written = writeCircuit("asked", made, folder);
  const reference = icarusRows(written, steps);
  const difference = differenceOf(made, reference, await engineRows(asked, written, steps));
  if (difference === undefined) return undefined;
  const { output, cycle, expected, own } = difference;
  const said = `${output} in cycle ${cycle} is ${own} in ${asked.name}, ${expected} in icarus`;
  try {
    const third = engineIn(folder, other, other === "verilator" ? newVerilator() : undefined);
    const text = made.text.replace(PROMISE, "");
    const rows = await engineRows(third, writeCircuit("plain", { ...made, text }, folder), steps);
    const at = made.outputs.findIndex(({ name }) => name === output);
    const value = (rows[cycle]?.[at] as bigint) & (reference[cycle]?.[at]?.known as bigint);
    const isOwn = value === (BigInt(`0x${own}`) & (reference[cycle]?.[at]?.known as bigint));
    const alone = isOwn ? "icarus" : value === reference[cycle]?.[at]?.value ? asked.name : undefined;
    const words = alone === undefined ? "each has its own" : `${alone} stands alone`;
    return {
      alone: alone as JudgeName | undefined,
      text: `${said}, ${value.toString(16)} in ${other}: ${words}`,
    };
  } catch (error) {
    return { alone: undefined, text: `${said}; ${other} has no answer: ${(error as Error).message}` };
  }
}
