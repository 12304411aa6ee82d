import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cpuSeconds } from "./cpu-seconds.ts";
import { type Figure, figure } from "./figure.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const ROUNDS = 5;
const TESTS = 300;

/** A file of `count` tests, each of which opens the device, moves 64 bytes and ends. */
const benches = (count: number): string => `import { expect, test } from "hilt";

for (let index = 0; index < ${count}; index++)
  test(\`a buffer travels to the card \${index}\`, async ({ host, device }) => {
    const source = host.allocate({ lengthBytes: 64 });
    await device.hostToCard(source);
    expect(source).toHoldBytes(source.read());
  });
`;
const empty = (count: number): string => `import { test } from "vitest";

for (let index = 0; index < ${count}; index++) test(\`nothing \${index}\`, () => {});
`;

const CONFIG = `export default {
  targets: { wasm: { link: "simulator", engine: "wasm" }, verilator: { link: "simulator", engine: "verilator" } },
};
`;

/**
 * What a small test costs beside its file: CPU time of all processes for a file of 301 tests less that of a file of one,
 * on either engine, beside an empty test of Vitest.
 */
export function measureTestLife(): Figure[] {
  const folder = mkdtempSync(join(tmpdir(), "hilt-life-"));
  try {
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), '{ "name": "life", "type": "module" }\n');
    writeFileSync(join(folder, "hilt.config.mjs"), CONFIG);
    for (const [name, count] of Object.entries({ one: 1, many: TESTS + 1 })) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "life.hil.ts"), benches(count));
      writeFileSync(join(folder, name, "empty.test.ts"), empty(count));
    }
    const hilt = join(root, "bin/hilt.js");
    const commands: Readonly<Record<string, (files: string) => readonly string[]>> = {
      vitest: (files) => ["node_modules/vitest/vitest.mjs", "run", files],
      wasm: (files) => [hilt, "run", files, "--target", "wasm"],
      verilator: (files) => [hilt, "run", files, "--target", "verilator"],
    };
    const costs = Object.entries(commands).map(([name, command]) => {
      const time = (files: string): number => cpuTime(command(files), folder);
      // Builds the model.
      time("one");
      const samples = Array.from({ length: ROUNDS }, () => (1000 * (time("many") - time("one"))) / TESTS);
      return [name, samples] as const;
    });
    return costs.map(([name, samples]) =>
      name === "vitest"
        ? figure("an empty test of Vitest", "ms", samples, "CPU time, 1 of 300 in a file")
        : figure(
            `a test that moves 64 B, ${name}`,
            "ms",
            samples,
            "CPU time, 1 of 300 in a file, device opened",
          ),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of the command and all that it starts. */
function cpuTime(args: readonly string[], cwd: string): number {
  const before = cpuSeconds();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  return cpuSeconds() - before;
}
