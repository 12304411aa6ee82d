import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "hilt-package-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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
  expect(stdout.trim().endsWith("PASSED")).toBe(true);
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
  const { status, stdout } = npx("vitest", "run");
  expect(stdout).toMatch(/Tests\s+1 passed/);
  expect(status).toBe(0);
});

test("types, source maps, no install scripts, and a size that is known", () => {
  const paths = packed.files.map(({ path }) => path);
  for (const path of [
    "dist/index.d.ts",
    "dist/index.js.map",
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
  expect(packed.size).toBeLessThan(600_000);
  expect(readdirSync(join(folder, "node_modules/hilt"))).toContain("dist");
});
