// Prints the plain count of a Vitest JSON report and fails on a failure, an empty run, or a skip that is not on the list.
import { readFileSync } from "node:fs";

/** Full names of the tests that may be skipped, each with its reason. */
const allowedSkips = new Map();

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
const counts = { passed: 0, failed: 0, skipped: 0 };
let forbidden = 0;
for (const file of report.testResults) {
  for (const test of file.assertionResults) {
    if (test.status === "passed" || test.status === "failed") {
      counts[test.status]++;
    } else {
      counts.skipped++;
      const reason = allowedSkips.get(test.fullName);
      console.log(`skipped: ${test.fullName} (${reason ?? "not on the list of allowed skips"})`);
      if (reason === undefined) forbidden++;
    }
  }
  // A file that could not be loaded has no tests, but it has failed.
  if (file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"))
    counts.failed++;
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed > 0 || forbidden > 0 || counts.passed === 0 ? 1 : 0);
