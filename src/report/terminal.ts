import {
  type BenchCounts,
  type BenchResult,
  isProof,
  type Problem,
  type RunListener,
  type RunResult,
} from "./run-result.ts";

/** Prints a run as text: a line for each bench as it ends, and what happened at the end. */
export class TerminalReport implements RunListener {
  readonly #out: { write(text: string): unknown };
  readonly #advice: (code: string) => string | undefined;

  constructor(out: { write(text: string): unknown }, advice: (code: string) => string | undefined) {
    this.#out = out;
    this.#advice = advice;
  }

  modelBuilt(target: string, fromCache: boolean, buildMs: number): void {
    const how = fromCache ? "from the cache" : "built";
    this.#line(`target ${target}: device model ${how} in ${(buildMs / 1000).toFixed(2)} s`);
  }

  benchEnded({ verdict, file, name, facts, problems }: BenchResult): void {
    const cycles = facts === undefined ? "" : ` (${count(facts.cycles)} cycles)`;
    this.#line(`${verdict.padEnd(7)} ${file} > ${name}${cycles}`);
    for (const problem of problems) this.#problem(problem);
  }

  /** `repeat` is the command line that does the same again. */
  summary(result: RunResult, repeat: string): void {
    for (const problem of result.problems) this.#problem(problem);
    const total = sum(result.benches.flatMap(({ facts }) => (facts === undefined ? [] : [facts])));
    const device =
      result.benches.find(({ facts }) => facts !== undefined)?.facts?.device ?? "no device was opened";
    const verdicts = (["passed", "failed", "skipped"] as const).map(
      (verdict) => `${result.benches.filter((bench) => bench.verdict === verdict).length} ${verdict}`,
    );
    const failed = result.benches.find(({ verdict }) => verdict === "failed");
    const only =
      failed === undefined ? "" : `\nonly it:     ${repeat} --filter ${JSON.stringify(failed.name)}`;
    this.#line(
      `
device:      ${device}
host memory: ${count(total.readBytes)} bytes read in ${count(total.readBursts)} bursts, ${count(total.writtenBytes)} bytes written in ${count(total.writeBursts)} bursts
device time: ${count(total.cycles)} cycles, ${count(total.interrupts)} interrupts
benches:     ${verdicts.join(", ")} in ${(result.wallMs / 1000).toFixed(1)} s${result.benches.length === 0 ? " (nothing ran: that is no success)" : ""}
seed:        ${result.seed}
repeat:      ${repeat}${only}
${isProof(result) ? "PASSED" : "FAILED"}`,
    );
  }

  #problem({ message, code, place }: Problem): void {
    const at = place === undefined ? "" : `\n    at ${place}`;
    const advice = this.#advice(code);
    const hint = advice === undefined ? "" : `\n    hint: ${advice}`;
    this.#line(`${indent(`${message} [${code}]`)}${at}${hint}`);
  }

  #line(text: string): void {
    this.#out.write(`${text}\n`);
  }
}

function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function sum(facts: readonly BenchCounts[]): Omit<BenchCounts, "device"> {
  const total = { cycles: 0, readBursts: 0, writeBursts: 0, readBytes: 0, writtenBytes: 0, interrupts: 0 };
  for (const each of facts) {
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += each[key];
  }
  return total;
}
