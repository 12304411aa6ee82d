import { isCleanLine, lineWords, UNCLEAN_LINE } from "../bus/line-counts.ts";
import { countedWithCommas, withCommas } from "../core/counted.ts";
import {
  type BenchCounts,
  type BenchResult,
  type CoverageResult,
  isProof,
  type Problem,
  type RunListener,
  type RunResult,
} from "./run-result.ts";
import { type Totals, totalsOf } from "./totals.ts";
import { visible } from "./visible.ts";

export interface TerminalOptions {
  /** Advice by error code. */
  readonly advice: (code: string) => string | undefined;
  /** A line that shows what is running is kept at the end, and overwritten. */
  readonly isTerminal: boolean;
  /** Stack traces too, and what all tests have printed. */
  readonly isVerbose: boolean;
  /** There are several rounds: each test is named with its seed. */
  readonly hasRounds: boolean;
  /** The command that runs a test again as it ran. */
  readonly repeat: (bench: BenchResult) => string;
}

/** Events that the message of a failure tells; its file has more. */
const LAST_EVENTS = 12;
const ERASE_LINE = "\r\u001b[K";

/** Prints a run as text: a line for each bench as it ends, and what happened at the end. */
export class TerminalReport implements RunListener {
  readonly #out: { write(text: string): unknown };
  readonly #options: TerminalOptions;
  #ended = 0;
  #hasProgress = false;

  constructor(out: { write(text: string): unknown }, options: TerminalOptions) {
    this.#out = out;
    this.#options = options;
  }

  modelBuilt(target: string, fromCache: boolean, buildMs: number, hasWaves: boolean): void {
    const how = `${hasWaves ? "with waves " : ""}${fromCache ? "from the cache" : "built"}`;
    this.#line(`target ${target}: device model ${how} in ${(buildMs / 1000).toFixed(2)} s`);
  }

  benchStarted(file: string, name: string): void {
    if (!this.#options.isTerminal) return;
    const text = visible(`${this.#ended} ended; running ${file} > ${name}`).replaceAll("\n", " ");
    this.#out.write(`${ERASE_LINE}${text.slice(0, 120)}`);
    this.#hasProgress = true;
  }

  benchEnded(bench: BenchResult): void {
    this.#ended++;
    const { verdict, facts, reason } = bench;
    const cycles = facts === undefined ? "" : ` (${countedWithCommas(facts.cycles, "cycle")})`;
    const why = reason === undefined ? "" : `: ${reason}`;
    this.#line(`${verdict.padEnd(7)} ${this.#nameOf(bench)}${cycles}${why}`);
    this.#details(bench);
  }

  benchAmended(bench: BenchResult): void {
    const { problems, output } = bench;
    this.#line(`failed  ${this.#nameOf(bench)}, after its end`);
    for (const problem of problems.slice(-1)) this.#problem(problem);
    if (output !== undefined && problems.length === 1 && !this.#options.isVerbose)
      this.#printed("printed", output);
    this.#line(`    repeat: ${this.#options.repeat(bench)}`);
  }

  #nameOf({ file, name, seed }: BenchResult): string {
    return (
      visible(`${file} > ${name}`).replaceAll("\n", "\\n") +
      (this.#options.hasRounds ? ` [seed ${seed}]` : "")
    );
  }

  #details(bench: BenchResult): void {
    const { verdict, problems, facts, output } = bench;
    const isFailed = verdict === "failed";
    for (const problem of problems) this.#problem(problem);
    // Tests that ran beside one that took their process with it are not run.
    if ((isFailed || verdict === "not run") && facts !== undefined) this.#circumstances(facts);
    if (output !== undefined && (isFailed || this.#options.isVerbose)) this.#printed("printed", output);
    else if (facts?.warnings !== undefined) this.#printed("the device warns", facts.warnings.join("\n"));
    if (facts?.reconnected !== undefined) this.#printed("the link was connected again", facts.reconnected);
    if (isFailed) this.#line(`    repeat: ${this.#options.repeat(bench)}`);
  }

  #printed(what: string, text: string): void {
    this.#line(`    ${what}:`);
    for (const line of visible(text).split("\n")) this.#line(`      ${line}`.trimEnd());
  }

  warn(message: string): void {
    this.#line(`warning: ${visible(message)}`);
  }

  recordingStarted(count: number, leftOut: number): void {
    const tests = (many: number): string => countedWithCommas(many, "test");
    const others =
      leftOut === 0
        ? ""
        : `; ${tests(leftOut)} more that failed ${leftOut === 1 ? "is" : "are"} not recorded`;
    this.#line(
      count === 0
        ? `no waves: of ${tests(leftOut)} that failed it is not known in which cycle`
        : `waves of ${tests(count)} that failed, run again with the same seed${others}`,
    );
  }

  benchRecorded(bench: BenchResult): void {
    const { recording } = bench;
    if (recording === undefined) return;
    const { from, to, waves, problem } = recording;
    this.#line(
      `recorded ${this.#nameOf(bench)}, from ${placeOf(from)}${to === undefined ? "" : ` to ${placeOf(to)}`}`,
    );
    if (waves !== undefined) this.#line(`    waves: ${waves}`);
    if (problem !== undefined)
      this.#line(`    ${waves === undefined ? "no waves" : "ATTENTION"}: ${problem}`);
  }

  /** `repeat` is the command line that does the same again. */
  summary(result: RunResult, repeat: string): void {
    for (const problem of result.problems) this.#problem(problem);
    this.#printedOutside(result);
    const total = totalsOf(result.benches);
    const device =
      result.benches.find(({ facts }) => facts?.device !== undefined)?.facts?.device ??
      "no device was opened";
    const verdicts = (["passed", "failed", "skipped", "not run"] as const)
      .map((verdict) => ({
        verdict,
        many: result.benches.filter((bench) => bench.verdict === verdict).length,
      }))
      .filter(({ verdict, many }) => verdict !== "not run" || many > 0)
      .map(({ verdict, many }) => `${many} ${verdict}`);
    const interrupted = result.isInterrupted ? " (interrupted: not everything ran)" : "";
    this.#line(
      `
device:      ${device}
host memory: ${hostMemoryWords(total)}
device time: ${countedWithCommas(total.cycles, "cycle")}, ${countedWithCommas(total.interrupts, "interrupt")}
benches:     ${verdicts.join(", ")} in ${(result.wallMs / 1000).toFixed(1)} s${interrupted}
${lineLines(total)}${problemsLine(result)}${notCheckedLine(result)}${freshLine(result)}${coverageLines(result)}seed:        ${result.seed}, profile ${result.profile}
run:         ${result.id}
${journalLines(result)}repeat:      ${repeat}
${isProof(result) ? "PASSED" : result.isInterrupted ? "INTERRUPTED" : "FAILED"}`,
    );
  }

  /** With `--verbose`, and of a file in which something has failed. */
  #printedOutside({ output, benches, problems }: RunResult): void {
    const failed = new Set(benches.filter(({ verdict }) => verdict === "failed").map(({ file }) => file));
    for (const { file, text } of output) {
      const isOfProblem = problems.some(({ message }) => message.startsWith(`${file}: `));
      if (this.#options.isVerbose || failed.has(file) || isOfProblem)
        this.#printed(`printed by ${visible(file)} outside of its tests`, text);
    }
  }

  #problem({ message, code, place, places, stack }: Problem): void {
    const [first = "", ...rest] = visible(message).split("\n");
    const at = (places ?? (place === undefined ? [] : [place])).map((one) => `at ${visible(one)}`);
    const advice = this.#options.advice(code);
    const hint = advice === undefined ? [] : [`hint: ${advice}`];
    const trace = this.#options.isVerbose && stack !== undefined ? visible(stack).split("\n") : [];
    for (const line of [`${first} [${code}]`, ...rest, ...at, ...hint, ...trace])
      this.#line(`    ${line}`.trimEnd());
  }

  #circumstances({
    lastEvents,
    holdings,
    refusals = [],
    journal,
    journalIncomplete,
    waves,
    wavesMissing,
  }: BenchCounts): void {
    const events = lastEvents.slice(-LAST_EVENTS);
    const lines = [
      ...holdings.flatMap((held) => `the driver held ${held}`.split("\n")),
      ...refusals.map((refused) => `refused: ${refused}`),
      ...(events.length === 0
        ? []
        : ["the last that crossed the link:", ...events.map((event) => `  ${event}`)]),
      ...(journal === undefined
        ? []
        : [`journal: ${journal}${journalIncomplete === undefined ? "" : ", not complete"}`]),
      ...(waves === undefined ? [] : [`waves: ${waves}`]),
      ...(wavesMissing === undefined ? [] : [`no waves: ${wavesMissing}`]),
    ];
    for (const line of lines) this.#line(`    ${line}`);
  }

  #line(text: string): void {
    this.#out.write(`${this.#hasProgress ? ERASE_LINE : ""}${text}\n`);
    this.#hasProgress = false;
  }
}

function placeOf(moment: number | string): string {
  return typeof moment === "number" ? `cycle ${withCommas(moment)}` : `the first ${moment}`;
}

/** Of a run that keeps all of them. */
function journalLines({ journals, benches }: RunResult): string {
  if (journals === undefined) return "";
  const reasons = benches.flatMap(({ facts }) => facts?.journalIncomplete ?? []);
  const why = reasons.length === 0 ? "complete" : `${reasons.length} not complete: ${reasons[0]}`;
  return `journals:    ${journals}, ${why}\n`;
}

function hostMemoryWords({ hostMemory, hostMemoryMissing: [why, ...others] }: Totals): string {
  if (hostMemory === undefined) return why === undefined ? "not observed" : `not known: ${why}`;
  const { accesses, readBytes, reads, writtenBytes, writes } = hostMemory;
  const unit = accesses === "bursts" ? "burst" : "request";
  const read = `${countedWithCommas(readBytes, "byte")} read in ${countedWithCommas(reads, unit)}`;
  const missing = why === undefined ? "" : `; not of ${countedWithCommas(1 + others.length, "test")}: ${why}`;
  return `${read}, ${countedWithCommas(writtenBytes, "byte")} written in ${countedWithCommas(writes, unit)}${missing}`;
}

function lineLines({ line }: Totals): string {
  if (line === undefined) return "";
  return `line:        ${lineWords(line)}\n${isCleanLine(line) ? "" : `             ${UNCLEAN_LINE}\n`}`;
}

/** Where tests passed and none has failed, the verdict is that of something else, which may stand far above. */
function problemsLine({ problems: [first, ...others], benches }: RunResult): string {
  const has = (verdict: BenchResult["verdict"]): boolean =>
    benches.some((bench) => bench.verdict === verdict);
  if (first === undefined || has("failed") || !has("passed")) return "";
  const [what = ""] = visible(first.message).split("\n");
  const more = others.length === 0 ? "" : `, and ${others.length} more`;
  return `problem:     ${what} [${first.code}]${more}\n`;
}

function notCheckedLine({ notChecked, target }: RunResult): string {
  return notChecked.length === 0
    ? ""
    : `not checked: ${notChecked.join(", ")}: ${target} does not show them\n`;
}

function freshLine({ freshBy }: RunResult): string {
  return freshBy === undefined ? "" : `fresh by:    ${freshBy}\n`;
}

const coverageNames = { line: "lines", branch: "branches", toggle: "toggles", user: "cover statements" };

function coverageLines({ coverage, benches }: RunResult): string {
  if (coverage === undefined) return "";
  const ran = benches.filter(({ verdict }) => verdict !== "skipped").length;
  const pages = coverage.html ?? `no HTML (${coverage.missing})`;
  const { simulations } = coverage;
  const others = simulations === ran ? "" : `, but ${ran} ran`;
  return `coverage:    ${percentages(coverage).join(", ")}; counts of ${simulations} test${simulations === 1 ? "" : "s"}${others}
             ${coverage.info}, ${pages}
`;
}

/** A whole number of tenths, rounded down: 100.0 % is all of it. */
function percentages({ totals }: CoverageResult): string[] {
  return (["line", "branch", "toggle", "user"] as const).map((kind) => {
    const { hit, total } = totals[kind];
    if (total === 0) return `no ${coverageNames[kind]}`;
    const percent = (Math.floor((1000 * hit) / total) / 10).toFixed(1);
    return `${percent} % of ${withCommas(total)} ${coverageNames[kind]}`;
  });
}
