import type { BenchResult, Problem, RunResult } from "./run-result.ts";

/** A run as JUnit XML: a suite for each file, with target, seed, profile and device as properties. */
export function junit(result: RunResult): string {
  const files = [...new Set(result.benches.map(({ file }) => file))];
  const suites = files.map((file) =>
    suite(
      result,
      file,
      result.benches.filter((bench) => bench.file === file),
    ),
  );
  if (result.problems.length > 0) suites.push(problemSuite(result));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="hilt" time="${seconds(result.wallMs)}">\n${suites.join("")}</testsuites>\n`;
}

function suite({ target, seed, profile }: RunResult, file: string, benches: readonly BenchResult[]): string {
  const number = (verdict: BenchResult["verdict"]): number =>
    benches.filter((bench) => bench.verdict === verdict).length;
  const device = benches.find(({ facts }) => facts !== undefined)?.facts?.device;
  const wallMs = benches.reduce((total, bench) => total + bench.wallMs, 0);
  return [
    `  <testsuite name="${escaped(file)}" tests="${benches.length}" failures="${number("failed")}" errors="0" skipped="${number("skipped")}" time="${seconds(wallMs)}">`,
    "    <properties>",
    ...Object.entries({ target, seed, profile, ...(device === undefined ? {} : { device }) }).map(
      ([name, value]) => `      <property name="${name}" value="${escaped(value)}"/>`,
    ),
    "    </properties>",
    ...benches.map(testcase),
    "  </testsuite>\n",
  ].join("\n");
}

function testcase({ file, name, seed, verdict, problems, wallMs }: BenchResult): string {
  return [
    `    <testcase classname="${escaped(file)}" name="${escaped(name)}" time="${seconds(wallMs)}">`,
    `      <properties><property name="seed" value="${seed}"/></properties>`,
    ...(verdict === "skipped" ? ["      <skipped/>"] : []),
    ...problems.map((problem) => `      ${failure("failure", problem)}`),
    "    </testcase>",
  ].join("\n");
}

/** What went wrong outside a test. */
function problemSuite({ problems }: RunResult): string {
  return [
    `  <testsuite name="run" tests="${problems.length}" failures="0" errors="${problems.length}" skipped="0">`,
    ...problems.map(
      (problem) =>
        `    <testcase classname="run" name="${problem.code}">${failure("error", problem)}</testcase>`,
    ),
    "  </testsuite>\n",
  ].join("\n");
}

function failure(element: "failure" | "error", { code, message, place }: Problem): string {
  const [first = ""] = message.split("\n");
  const where = place === undefined ? "" : `\nat ${place}`;
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
