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
const ROUNDS = 7;

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

/** From the start of a command to the first verdict, with what has been built before: hilt on Icarus, and cocotb's own runner. */
export async function measureCocotbStart(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "hilt-cocotb-start-"));
  try {
    writeFileSync(join(folder, "package.json"), '{ "name": "start", "type": "module" }\n');
    writeFileSync(join(folder, "hilt.config.ts"), CONFIG);
    writeFileSync(join(folder, "first.hil.ts"), BENCH);
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(ROOT, join(folder, "node_modules/hilt"));
    const request = plainCocotb("icarus", folder, {
      ...{ lengthBytes: [64], times: [1], file: join(folder, "plain.json") },
    });
    const contenders = {
      "cocotb's own runner": () => {
        const { summary, output } = runSimulation(request);
        if (summary !== "1 of 1 passed") throw new Error(output);
      },
      "hilt run": () => {
        const command = [join(ROOT, "bin/hilt.js"), "run", "--target", "icarus"];
        const { status, stdout, stderr } = spawnSync(process.execPath, command, {
          ...{ cwd: folder, encoding: "utf8" },
        });
        if (status !== 0) throw new Error(`${stdout}${stderr}`);
      },
    } as const;
    const names = Object.keys(contenders) as (keyof typeof contenders)[];
    // Builds what each of them needs.
    for (const name of names) contenders[name]();
    const rounds = Array.from({ length: ROUNDS }, () => names.map((name) => timeOf(contenders[name])));
    const pick = (index: number, kind: "cpu" | "wall"): number[] =>
      rounds.map((round) => (round[index] as Time)[kind]);
    const note = "one 64-byte transfer on Icarus, built before";
    return [
      ...names.flatMap((name, index) => [
        figure(`start to first verdict, ${name}`, "s", pick(index, "wall"), `wall time, ${note}`),
        figure(`start to first verdict, ${name}, CPU time`, "s", pick(index, "cpu"), "of all processes"),
      ]),
      ...(["wall", "cpu"] as const).map((kind) =>
        figure(
          `start to first verdict, hilt run : cocotb's own runner, ${kind} time`,
          "",
          pick(1, kind).map((own, round) => own / (pick(0, kind)[round] as number)),
          "in the same round",
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
