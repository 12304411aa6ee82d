import { execFileSync, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { moverBinding, moverVerilog } from "./foreign/mover.ts";
import { SpawnedVitest } from "./spawned-vitest.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const parent = mkdtempSync(join(tmpdir(), "hilt-package-"));
let folder = join(parent, "a folder, with 'spaces' & ümläuts (100)");
mkdirSync(folder);
afterAll(() => rmSync(parent, { recursive: true, force: true }));

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

let packed: Packed;

function npx(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync("npx", ["--no-install", ...args], {
    ...{ cwd: folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } },
  });
  return { status, stdout, stderr };
}

beforeAll(() => {
  const words = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], {
    ...{ cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  });
  const json: unknown = JSON.parse(words.slice(words.search(/^[[{]/m)));
  packed = Object.values(json as Record<string, Packed>)[0] as Packed;
  // As npm init makes it: CommonJS.
  writeFileSync(
    join(folder, "package.json"),
    '{ "name": "somebody", "version": "1.0.0", "type": "commonjs" }\n',
  );
  execFileSync("npm", ["install", "--prefer-offline", join(folder, packed.filename)], {
    ...{ cwd: folder, stdio: "ignore" },
  });
});

test("installed in an empty project, hilt init and hilt run pass", () => {
  expect(npx("hilt", "init").status).toBe(0);
  const { status, stdout } = npx("hilt", "run", "--target", "wasm-rough");
  expect(stdout).toContain("passed  benches/first-transfer.hil.ts > a buffer travels to the card and back");
  expect(stdout.trim()).toMatch(/\nPASSED$/);
  expect(status).toBe(0);
  const again = npx("hilt", "init");
  expect(again.stderr).toContain("hilt.config.ts is there already; hilt init overwrites nothing");
  expect(again.status).toBe(2);
});

test("Vitest itself runs benches too, with the plugin", () => {
  writeFileSync(
    join(folder, "vitest.config.mjs"),
    'import { defineConfig } from "vitest/config";\nimport { hilt } from "hilt/vitest";\n\nexport default defineConfig({ plugins: [hilt({ target: "wasm" })] });\n',
  );
  const needy = join(folder, "benches/needs.hil.ts");
  writeFileSync(
    needy,
    'import { test } from "hilt";\ntest.needs("wall")("of a card", () => { throw new Error("it ran"); });\n',
  );
  const { status, stdout } = npx("vitest", "run");
  rmSync(needy);
  expect(stdout).toMatch(/Tests\s+1 passed \| 1 skipped/);
  expect(status).toBe(0);
});

/** Two packages of one repository: Vitest starts in its root, the device lies below. */
function writeMonorepo(): string {
  const dma = join(folder, "packages/dma-ü");
  mkdirSync(join(dma, "benches"), { recursive: true });
  writeFileSync(join(dma, "mover.v"), moverVerilog);
  const device = { files: ["mover.v"], ...moverBinding };
  const targets = { mover: { link: "simulator", engine: "wasm", device } };
  writeFileSync(join(dma, "hilt.config.mjs"), `export default ${JSON.stringify({ targets })};\n`);
  const plugin = 'import { hilt } from "hilt/vitest";\nexport default { plugins: [hilt()] };\n';
  writeFileSync(join(dma, "vitest.config.mjs"), plugin);
  writeFileSync(
    join(dma, "benches/which.hil.ts"),
    'import { expect, test } from "hilt";\ntest("which device", async ({ link }) => {\n  link.writeRegister(0, 0x1234);\n  expect(await link.readRegister(0)).toBe(0x1234);\n});\n',
  );
  writeFileSync(
    join(folder, "vitest.config.mjs"),
    'export default { test: { projects: ["packages/*"] } };\n',
  );
  return dma;
}

test("the plugin takes the configuration from Vite's root, wherever Vitest was started, and names it", () => {
  const dma = writeMonorepo();
  const { status, stdout, stderr } = npx("vitest", "run");
  expect(stdout).toMatch(/Tests\s+1 passed/);
  expect(stderr).toContain("hilt: target mover, device mover, profile standard, seed 0x1\n");
  expect(stderr).toContain(`hilt: configuration ${join(dma, "hilt.config.mjs")}\n`);
  expect(status).toBe(0);
});

test("a configuration that lies nearer to a bench than the one that applies is named", () => {
  const dma = writeMonorepo();
  const nearer = `${join(dma, "hilt.config.mjs")} lies nearer to packages/dma-ü/benches/which.hil.ts, but`;
  expect(npx("hilt", "run", "packages/dma-ü/benches").stderr).toContain(`warn: ${nearer}`);
  const plugin = 'import { hilt } from "hilt/vitest";\nexport default { plugins: [hilt()] };\n';
  writeFileSync(join(folder, "vitest.config.mjs"), plugin);
  expect(npx("vitest", "run", "which").stderr).toContain(`hilt: warn: ${nearer}`);
});

test("watch mode runs benches again when the Verilog, or the configuration, has changed", async () => {
  const dma = writeMonorepo();
  await using vitest = new SpawnedVitest(folder);
  await vitest.until(/1 passed[\s\S]*for file changes/);
  writeFileSync(join(dma, "mover.v"), moverVerilog.replace("module mover", "module other"));
  expect(await vitest.until(/1 failed[\s\S]*for file changes/)).toContain("mover");
  writeFileSync(join(dma, "mover.v"), moverVerilog);
  await vitest.until(/1 passed[\s\S]*for file changes/);
  const config = readFileSync(join(dma, "hilt.config.mjs"), "utf8");
  writeFileSync(join(dma, "hilt.config.mjs"), config.replace('"aclk"', '"nothing"'));
  expect(await vitest.until(/1 failed[\s\S]*for file changes/)).toContain("nothing");
  writeFileSync(join(dma, "hilt.config.mjs"), config);
  await vitest.until(/1 passed[\s\S]*for file changes/);
});

test("hilt run takes folders too whose names Vite cannot read, and names a bench that it cannot load", () => {
  const other = join(parent, '#1 "why?" %20 % $HOME `; *');
  renameSync(folder, other);
  folder = other;
  const { status, stdout, stderr } = npx("hilt", "run", "benches", "--waves", "on");
  expect(stderr).toBe("");
  expect(stdout).toContain("passed  benches/first-transfer.hil.ts > a buffer travels to the card and back");
  expect(status).toBe(0);
  writeFileSync(join(folder, "benches/what?.hil.ts"), 'import { test } from "hilt";\ntest("", () => {});\n');
  const bench = npx("hilt", "run", "benches");
  expect(bench.stderr).toMatch(/benches\/what\?\.hil\.ts: Vite, .* takes \? in it .*\[E_FOLDER_NAME\]/);
  expect(bench.status).toBe(2);
});

test("types, source maps, no install scripts, and a size that is known", () => {
  const paths = packed.files.map(({ path }) => path);
  for (const path of [
    "dist/index.d.ts",
    "dist/bundle/index.js.map",
    "dist/session/vitest.d.ts",
    "rtl/dma/dma.v",
    "README.md",
  ]) {
    expect(paths).toContain(path);
  }
  expect(paths.filter((path) => /^(test|bench|\.ci)\//.test(path))).toEqual([]);
  const { scripts, exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: object;
    exports: Readonly<Record<string, unknown>>;
  };
  expect(Object.keys(scripts).filter((name) => /^(pre|post)?install$/.test(name))).toEqual([]);
  expect(Object.keys(exports)).toEqual([".", "./config", "./vitest", "./package.json"]);
  expect(packed.size).toBeLessThan(1_700_000);
  expect(readdirSync(join(folder, "node_modules/hilt"))).toContain("dist");
});
