/**
 * `npm run bench -- [PART...]`: figures of the built-in engine, beside Verilator, Icarus and cocotb, of lists, of starting, of small
 * tests, of many transfers, of builds, of waves, of the wire, of a virtual board, of the host of a board, of the bridge and of a simulated slot; medians of several. Each part has a process of its own and a limit of
 * time, and what it has measured is in `bench/results.md` and `bench/results.json` when it ends; parts that are not named
 * keep their figures.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Figure } from "./figure.ts";
import { parts } from "./parts.ts";

const LIMIT_MINUTES = 20;

interface Results {
  readonly machine: string;
  readonly parts: Record<string, readonly Figure[]>;
}

const here = fileURLToPath(new URL(".", import.meta.url));
const names = process.argv.length > 2 ? process.argv.slice(2) : [...parts.keys()];
const unknown = names.find((name) => !parts.has(name));
if (unknown !== undefined)
  throw new Error(`there is no part ${unknown}; there are ${[...parts.keys()].join(", ")}`);

const folder = mkdtempSync(join(tmpdir(), "hilt-bench-"));
try {
  const { parts: known } = JSON.parse(readFileSync(join(here, "results.json"), "utf8")) as Results;
  const machine = `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}`;
  for (const name of names) {
    console.log(`${name} ...`);
    const figures = measure(name, folder);
    if (figures === undefined) {
      process.exitCode = 1;
      continue;
    }
    for (const row of figures.map(rowOf)) console.log(row);
    known[name] = figures;
    write({ machine, parts: known });
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** Undefined, after a line that says why, where there are no figures. */
function measure(name: string, directory: string): readonly Figure[] | undefined {
  const file = join(directory, `${name}.json`);
  const start = performance.now();
  const { status, signal, error } = spawnSync(
    process.execPath,
    [...process.execArgv, join(here, "part.ts"), name, join(directory, "cache"), file],
    { stdio: "inherit", timeout: LIMIT_MINUTES * 60_000 },
  );
  console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
  if (status === 0) return JSON.parse(readFileSync(file, "utf8")) as Figure[];
  console.error(`${name} has no figures: it ended with ${error?.message ?? signal ?? status}`);
  return undefined;
}

function write({ machine, parts: measured }: Results): void {
  const inOrder = [...parts.keys()].flatMap((name) => (name in measured ? [[name, measured[name]]] : []));
  const results = { machine, parts: Object.fromEntries(inOrder) as Results["parts"] };
  writeFileSync(join(here, "results.json"), `${JSON.stringify(results, undefined, 2)}\n`);
  const text = [
    "# Measured figures",
    "",
    `Written by \`npm run bench\` on ${machine}. Machines like this one are shared: trust ratios, not absolutes.`,
    "",
    "| what | median | unit | of | note |",
    "|---|--:|---|--:|---|",
    ...Object.values(results.parts).flatMap((figures) => figures.map(rowOf)),
    "",
  ];
  writeFileSync(join(here, "results.md"), text.join("\n"));
}

function rowOf({ what, median, unit, runs, note }: Figure): string {
  return `| ${what} | ${median.toPrecision(3)} | ${unit} | ${runs} | ${note} |`;
}
