import type { Engine } from "../../../src/engine/engine.ts";
import { engineRows, type Rows, type Steps, writeCircuit } from "../icarus.ts";
import { batchOf, batchSteps } from "../module-batch.ts";
import type { Experiment } from "./compare-design.ts";
import type { Answer } from "./outcome.ts";

const BATCH = 40;

/** What an engine whose builds are dear makes of many designs: side by side, unless one of them is refused. */
export async function answersOf(
  engine: Engine,
  experiments: readonly Experiment[],
  folder: string,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let start = 0; start < experiments.length; start += BATCH)
    answers.push(...(await together(engine, experiments.slice(start, start + BATCH), folder)));
  return answers;
}

async function together(
  engine: Engine,
  experiments: readonly Experiment[],
  folder: string,
): Promise<Answer[]> {
  const circuit = batchOf(experiments.map((each) => each.circuit));
  const cycles = Math.max(...experiments.map(({ steps }) => steps.length));
  // One that is done goes on with its last inputs.
  const steps = experiments.map((each): Steps => {
    const last = each.steps.at(-1) as Steps[number];
    return [...each.steps, ...Array.from({ length: cycles - each.steps.length }, () => last)];
  });
  try {
    const rows = await engineRows(engine, writeCircuit("batch", circuit, folder), batchSteps(steps));
    return columnsOf(rows, experiments);
  } catch (error) {
    if (experiments.length === 1) return [error as Error];
    const half = Math.ceil(experiments.length / 2);
    return [
      ...(await together(engine, experiments.slice(0, half), folder)),
      ...(await together(engine, experiments.slice(half), folder)),
    ];
  }
}

function columnsOf(rows: Rows, experiments: readonly Experiment[]): Rows[] {
  let start = 0;
  return experiments.map(({ circuit, steps }) => {
    const end = start + circuit.outputs.length;
    const own = rows.slice(0, steps.length).map((row) => row.slice(start, end));
    start = end;
    return own;
  });
}
