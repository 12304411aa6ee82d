import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { PageReader } from "./page-reader.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), "hilt cocotb ü-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

test("docs/cocotb.md: every command does what the page shows, in a folder with a space and an umlaut", () => {
  // As npm installs a package from a folder.
  mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
  symlinkSync(root, join(folder, "node_modules/hilt"));
  symlinkSync("../hilt/bin/hilt.js", join(folder, "node_modules/.bin/hilt"));
  const reader = new PageReader(folder);
  reader.follow(join(root, "docs/cocotb.md"), "docs/cocotb.md", 4);
  expect(reader.folder).toBe(folder);
}, 300_000);
