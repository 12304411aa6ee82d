import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runSimulation } from "../test/system/cocotb/run-simulation.ts";
import { cpuSeconds } from "./cpu-seconds.ts";
import { type Figure, figure } from "./figure.ts";
import { plainCocotb } from "./plain-cocotb.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const ROUNDS = 15;

const CONFIG = `export default {
  targets: { icarus: { link: "cocotb", simulator: "icarus", python: ${JSON.stringify(join(ROOT, ".cache/python"))} } },
};
`;
const BENCH = `import { expect, test } from "hilt";

test("a buffer travels to the card", async ({ host, device }) => {
  const source = host.allocate({ lengthBytes: 64 });
  await device.hostToCard(source);
  expect(source).toHoldBytes(source.read());
});
`;

const EMPTY = `import { test } from "vitest";

test("nothing", () => {});
`;

/**
 * As on a user's computer: Python keeps what it has compiled, and Node does not read the certificates of a proxy, which it does at
 * each start where this names some.
 */
const PYTHON_KEEPS = { PYTHONDONTWRITEBYTECODE: "" };
const { NODE_EXTRA_CA_CERTS: _, ...OTHERS } = process.env;

/**
 * From the start of a command to the first verdict, with what has been built before: hilt on Icarus, and cocotb's own runner; beside
 * them what Vitest needs for an empty test file.
 */
export async function measureCocotbStart(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "hilt-cocotb-start-"));
  try {
    writeFileSync(join(folder, "package.json"), '{ "name": "start", "type": "module" }\n');
    writeFileSync(join(folder, "hilt.config.ts"), CONFIG);
    writeFileSync(join(folder, "first.hil.ts"), BENCH);
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(ROOT, join(folder, "node_modules/hilt"));
    symlinkSync(join(ROOT, "node_modules/vitest"), join(folder, "node_modules/vitest"));
    const request = plainCocotb("icarus", folder, {
      ...{ lengthBytes: [64], times: [1], file: join(folder, "plain.json") },
    });
    writeFileSync(join(folder, "empty.test.ts"), EMPTY);
    const node = (...command: string[]): void => {
      const { status, stdout, stderr } = spawnSync(process.execPath, command, {
        ...{ cwd: folder, encoding: "utf8", env: { ...OTHERS, ...PYTHON_KEEPS } },
      });
      if (status !== 0) throw new Error(`${stdout}${stderr}`);
    };
    const contenders = {
      "cocotb's own runner": () => {
        const environment = { ...request.environment, ...PYTHON_KEEPS };
        const { summary, output } = runSimulation({ ...request, environment });
        if (summary !== "1 of 1 passed") throw new Error(output);
      },
      "hilt run": () => node(join(ROOT, "bin/hilt.js"), "run", "--target", "icarus"),
      "vitest run": () => node(join(ROOT, "node_modules/vitest/vitest.mjs"), "run"),
    } as const;
    const names = Object.keys(contenders) as (keyof typeof contenders)[];
    // Builds what each of them needs.
    for (const name of names) contenders[name]();
    const rounds = Array.from({ length: ROUNDS }, () => names.map((name) => timeOf(contenders[name])));
    const pick = (index: number, kind: "cpu" | "wall"): number[] =>
      rounds.map((round) => (round[index] as Time)[kind]);
    const note = "one 64-byte transfer on Icarus, built before";
    const noteOf = (name: string): string =>
      name === "vitest run" ? "wall time, an empty test file" : `wall time, ${note}`;
    return [
      ...names.flatMap((name, index) => [
        figure(`start to first verdict, ${name}`, "s", pick(index, "wall"), noteOf(name)),
        figure(`start to first verdict, ${name}, CPU time`, "s", pick(index, "cpu"), "of all processes"),
      ]),
      ...names.slice(1).flatMap((name, index) =>
        (["wall", "cpu"] as const).map((kind) =>
          figure(
            `start to first verdict, ${name} : cocotb's own runner, ${kind} time`,
            "",
            pick(index + 1, kind).map((own, round) => own / (pick(0, kind)[round] as number)),
            "in the same round",
          ),
        ),
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Time {
  readonly cpu: number;
  readonly wall: number;
}

function timeOf(work: () => void): Time {
  const [cpu, wall] = [cpuSeconds(), performance.now()];
  work();
  return { cpu: cpuSeconds() - cpu, wall: (performance.now() - wall) / 1000 };
}
