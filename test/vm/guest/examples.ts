import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunResult } from "../../../src/report/run-result.ts";
import { report } from "./checks.ts";
import { becomeUser, giveAway } from "./give-away.ts";

/** Our own controller, in a simulated slot outside of this machine. */
const CARD = "1234:11e9";
/** In memory: the user may write there. */
const PROJECT = "/tmp/project";
const COMMAND = "/guest/node_modules/hilt/bin/hilt.js";

/** All examples: each file has a process of its own, whose start takes longer here than what it runs. */
const BENCH = "all.hil.ts";

const config = {
  benches: [BENCH],
  targets: { card: { link: "pcie", card: CARD, clockHz: 100_000, accessMs: 2 } },
};

/** What `hilt run` has kept of its run: a line for each test, which the host looks for. */
function tell({ benches, problems, wallMs }: RunResult): void {
  for (const { file, name, verdict, reason, problems: own, wallMs: ms } of benches) {
    console.log(`example: ${verdict}: ${name}`);
    for (const { message } of own) console.log(`example failed: ${file}: ${message.replaceAll("\n", " | ")}`);
    report(`${name}: ${reason ?? `${(ms / 1000).toFixed(2)} s`}`);
  }
  for (const { message } of problems) console.log(`example failed: ${message.replaceAll("\n", " | ")}`);
  report(`the examples took ${(wallMs / 1000).toFixed(1)} s in the guest, with the start of Vitest`);
}

giveAway(CARD);
becomeUser();
cpSync("/guest/project", PROJECT, { recursive: true });
writeFileSync(join(PROJECT, "hilt.config.ts"), `export default ${JSON.stringify(config)};\n`);
const files = readdirSync(join(PROJECT, "examples"));
writeFileSync(join(PROJECT, BENCH), files.map((file) => `import "./examples/${file}";\n`).join(""));
process.chdir(PROJECT);
process.argv.splice(1, Number.POSITIVE_INFINITY, COMMAND, "run", "--target", "card");
await import(COMMAND);
const runs = join(PROJECT, ".hilt/runs");
for (const run of readdirSync(runs))
  tell(JSON.parse(readFileSync(join(runs, run, "result.json"), "utf8")) as RunResult);
