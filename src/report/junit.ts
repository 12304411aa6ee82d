import { lineWords } from "../bus/line-counts.ts";
import type { BenchResult, Problem, RunResult, TargetNotRun } from "./run-result.ts";
import { totalsOf } from "./totals.ts";
import { visible } from "./visible.ts";

/** The command that runs a test again as it ran. */
type Repeat = (result: RunResult, bench: BenchResult) => string;

/**
 * Runs as JUnit XML: a suite for each file, with target, seed, profile and device as properties. Readers take tests of
 * one class and name for one test: where there are several targets, suites and classes have the target in their names.
 */
export function junit(
  results: readonly RunResult[],
  repeat: Repeat,
  notRun: readonly TargetNotRun[] = [],
): string {
  const on = (target: string): string => (results.length + notRun.length > 1 ? ` [${target}]` : "");
  const suites = [
    ...results.flatMap((result) => suitesOf(result, on(result.target), repeat)),
    ...notRun.map(({ target, reason }) => notRunSuite(`run${on(target)}`, reason)),
  ];
  const wallMs = results.reduce((total, result) => total + result.wallMs, 0);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="hilt" time="${seconds(wallMs)}">\n${suites.join("")}</testsuites>\n`;
}

function suitesOf(result: RunResult, on: string, repeat: Repeat): string[] {
  const files = [...new Set([...result.benches, ...result.output].map(({ file }) => file))];
  const suites = files.map((file) => suite(result, file, on, repeat));
  return result.problems.length > 0 ? [...suites, problemSuite(result, `run${on}`)] : suites;
}

function suite(result: RunResult, file: string, on: string, repeat: Repeat): string {
  const { target, seed, profile, output, notChecked, freshBy } = result;
  const benches = result.benches.filter((bench) => bench.file === file);
  const names = namesOf(benches);
  const printed = output.filter((one) => one.file === file).map(({ text }) => text);
  const number = (verdict: BenchResult["verdict"]): number =>
    benches.filter((bench) => bench.verdict === verdict).length;
  const device = benches.find(({ facts }) => facts?.device !== undefined)?.facts?.device;
  const { line } = totalsOf(benches);
  const properties = {
    ...{ target, seed, profile },
    ...(device === undefined ? {} : { device }),
    ...(line === undefined ? {} : { line: lineWords(line) }),
    ...(freshBy === undefined ? {} : { "fresh by": freshBy }),
    ...(notChecked.length === 0 ? {} : { "not checked": notChecked.join(", ") }),
  };
  const wallMs = benches.reduce((total, bench) => total + bench.wallMs, 0);
  const name = escaped(file + on);
  return [
    `  <testsuite name="${name}" tests="${benches.length}" failures="${number("failed")}" errors="${number("not run")}" skipped="${number("skipped")}" time="${seconds(wallMs)}">`,
    "    <properties>",
    ...Object.entries(properties).map(
      ([key, value]) => `      <property name="${key}" value="${escaped(value)}"/>`,
    ),
    "    </properties>",
    ...benches.map((bench) =>
      testcase(bench, name, names.get(bench) ?? bench.name, () => repeat(result, bench)),
    ),
    ...systemOut("    ", printed.join("\n")),
    "  </testsuite>\n",
  ].join("\n");
}

/** Those of several rounds, and of one title, need names of their own. */
function namesOf(benches: readonly BenchResult[]): Map<BenchResult, string> {
  const rounds = new Set(benches.map(({ seed }) => seed)).size;
  const taken = new Set<string>();
  return new Map(
    benches.map((bench) => {
      const name = rounds > 1 ? `${bench.name} [seed ${bench.seed}]` : bench.name;
      let own = name;
      for (let count = 2; taken.has(own); count++) own = `${name} [${count}]`;
      taken.add(own);
      return [bench, own];
    }),
  );
}

function testcase(bench: BenchResult, className: string, name: string, repeat: () => string): string {
  const { seed, verdict, reason = "", problems, wallMs } = bench;
  const why = bench.facts?.reconnected;
  const reconnected = why === undefined ? "" : `<property name="reconnected" value="${escaped(why)}"/>`;
  const message = reason === "" ? "" : ` message="${escaped(reason)}"`;
  return [
    `    <testcase classname="${className}" name="${escaped(name)}" time="${seconds(wallMs)}">`,
    `      <properties><property name="seed" value="${seed}"/>${reconnected}</properties>`,
    ...(verdict === "skipped" ? [`      <skipped${message}/>`] : []),
    ...(verdict === "not run" ? [`      <error type="not run" message="not run: ${escaped(reason)}"/>`] : []),
    ...problems.map((problem) => `      ${failure("failure", problem)}`),
    ...systemOut("      ", textOf(bench, repeat)),
    "    </testcase>",
  ].join("\n");
}

/** What the test printed, and after a failure what crossed the link last and how to repeat it. */
function textOf(bench: BenchResult, repeat: () => string): string {
  const { verdict, facts, output } = bench;
  const printed = output === undefined ? [] : [output];
  if (verdict !== "failed") return printed.join("\n");
  const events = facts?.lastEvents ?? [];
  const last =
    events.length === 0 ? [] : ["the last that crossed the link:", ...events.map((one) => `  ${one}`)];
  return [...printed, ...last, `repeat: ${repeat()}`].join("\n");
}

function systemOut(indent: string, text: string): string[] {
  return text === "" ? [] : [`${indent}<system-out>${escaped(visible(text))}</system-out>`];
}

/** What went wrong outside a test. */
function problemSuite({ problems }: RunResult, run: string): string {
  const name = escaped(run);
  return [
    `  <testsuite name="${name}" tests="${problems.length}" failures="0" errors="${problems.length}" skipped="0">`,
    ...problems.map(
      (problem) =>
        `    <testcase classname="${name}" name="${escaped(problem.code)}">${failure("error", problem)}</testcase>`,
    ),
    "  </testsuite>\n",
  ].join("\n");
}

/** Of a target that was never begun. */
function notRunSuite(run: string, reason: string): string {
  const name = escaped(run);
  return [
    `  <testsuite name="${name}" tests="1" failures="0" errors="1" skipped="0">`,
    `    <testcase classname="${name}" name="not run"><error type="not run" message="not run: ${escaped(reason)}"/></testcase>`,
    "  </testsuite>\n",
  ].join("\n");
}

function failure(element: "failure" | "error", { code, message, place, places }: Problem): string {
  const [first = ""] = message.split("\n");
  const where = (places ?? (place === undefined ? [] : [place])).map((one) => `\nat ${one}`).join("");
  return `<${element} type="${code}" message="${escaped(first)}">${escaped(message + where)}</${element}>`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return (
    text
      .replace(/[&<>"]/g, (character) => entities[character] as string)
      // XML 1.0 has no place for the others (section 2.2).
      .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "?")
  );
}
