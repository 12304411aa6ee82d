// Prints the plain count of all Vitest JSON reports in a folder, as the last line, and before it, what failed: a test, a file
// without tests, and the last lines of NAME.log, which a step of the gate leaves there when it fails. Fails on any of these,
// on an empty run, and on a skip that is not on the list.
//
//     node scripts/count.js FOLDER
import { readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { root } from "./install.js";

/** Full names of the tests that may be skipped, each with its reason. */
const allowedSkips = new Map();
const LINES_OF_A_STEP = 40;

const folder = process.argv[2];
const counts = { passed: 0, failed: 0, skipped: 0 };
let forbidden = 0;

function failed(place, message) {
  counts.failed++;
  console.log(`failed: ${place}\n${message.split("\n", 1)[0]}`);
}

function skipped(name) {
  counts.skipped++;
  const reason = allowedSkips.get(name);
  console.log(`skipped: ${name} (${reason ?? "not on the list of allowed skips"})`);
  if (reason === undefined) forbidden++;
}

function count(file, place) {
  for (const { status, fullName, failureMessages } of file.assertionResults) {
    if (status === "passed") counts.passed++;
    else if (status === "failed") failed(`${place} > ${fullName}`, failureMessages.join("\n"));
    else skipped(fullName);
  }
  // A file that could not be loaded has no tests, but it has failed.
  if (file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"))
    failed(place, file.message);
}

const names = readdirSync(folder).sort();
const logs = names.filter((name) => name.endsWith(".log"));
for (const name of logs) {
  const lines = readFileSync(join(folder, name), "utf8").trimEnd().split("\n");
  console.log(`\nThe step "${basename(name, ".log")}" failed; its last lines:`);
  console.log(lines.slice(-LINES_OF_A_STEP).join("\n"));
}
for (const name of names.filter((name) => name.endsWith(".json"))) {
  const report = JSON.parse(readFileSync(join(folder, name), "utf8"));
  for (const file of report.testResults)
    count(file, `${basename(name, ".json")}: ${relative(root, file.name)}`);
}
// A step can fail without a test, by an installation, say.
if (logs.length > 0 && counts.failed === 0) counts.failed = logs.length;

console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed > 0 || forbidden > 0 || counts.passed === 0 ? 1 : 0);
