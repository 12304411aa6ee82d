import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Figure, figure } from "./figure.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const ROUNDS = 15;

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
 * What `hilt run` needs for one passing bench whose model is built, beside what Vitest needs for an empty test file: the
 * installed package in a project with a configuration, and this clone.
 */
export async function measureStartup(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "hilt-startup-"));
  try {
    createProject(folder);
    const vitest = ["node_modules/vitest/vitest.mjs", "run"];
    const runs = {
      vitest: () => time(vitest, folder),
      package: () => time(["node_modules/hilt/bin/hilt.js", "run"], folder),
      clone: () => time([join(root, "bin/hilt.js"), "run"], folder),
    };
    // Builds the model, and the clone.
    for (const run of Object.values(runs)) run();
    const rounds = Array.from({ length: ROUNDS }, () => ({
      vitest: runs.vitest(),
      package: runs.package(),
      clone: runs.clone(),
    }));
    const ratio = (name: "package" | "clone"): number[] => rounds.map((one) => one[name] / one.vitest);
    const pick = (name: keyof typeof runs): number[] => rounds.map((one) => one[name]);
    return [
      figure("vitest run, an empty test file", "s", pick("vitest"), "wall time of the whole command"),
      figure("hilt run, one passing bench, the package", "s", pick("package"), "with a built model"),
      figure("hilt run, one passing bench, the clone", "s", pick("clone"), "with a built model"),
      figure("hilt run, the package : vitest run", "", ratio("package"), "in the same round"),
      figure("hilt run, the clone : vitest run", "", ratio("clone"), "in the same round"),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A project with hilt as npm would install it; the other packages are this clone's. */
function createProject(folder: string): void {
  const modules = join(folder, "node_modules");
  const hilt = join(modules, "hilt");
  mkdirSync(hilt, { recursive: true });
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (!name.startsWith(".")) symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  for (const name of ["bin", "src", "rtl", "sim", "package.json"]) {
    cpSync(join(root, name), join(hilt, name), { recursive: true });
  }
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { status, stdout } = spawnSync(
    process.execPath,
    [tsc, "-p", join(root, "tsconfig.build.json"), "--outDir", join(hilt, "dist")],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`tsc: ${stdout}`);
  const bundler = spawnSync(process.execPath, [join(root, "bin/bundle.js"), join(hilt, "dist"), "--alone"], {
    encoding: "utf8",
  });
  if (bundler.status !== 0) throw new Error(bundler.stderr);
  writeFileSync(join(folder, "package.json"), '{ "name": "startup", "type": "module" }\n');
  writeFileSync(
    join(folder, "hilt.config.ts"),
    'import { defineConfig } from "hilt/config";\n\nexport default defineConfig({ targets: { wasm: { link: "simulator", engine: "wasm" } } });\n',
  );
  writeFileSync(join(folder, "first.hil.ts"), BENCH);
  writeFileSync(join(folder, "empty.test.ts"), EMPTY);
}

function time(args: readonly string[], cwd: string): number {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  return (performance.now() - start) / 1000;
}
