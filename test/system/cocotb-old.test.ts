import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { LinkEvent } from "../../src/bus/event.ts";
import { silentLog } from "../../src/core/log.ts";
import { type LinkSettings, openLink } from "../../src/links/registry.ts";
import { ContractContext, pattern } from "../contract/suite/contract-context.ts";

/** An environment of its own, kept from run to run. */
const old = join(process.cwd(), ".cache/python-cocotb-1.9");

beforeAll(() => {
  if (existsSync(join(old, "installed"))) return;
  execFileSync("python3", ["-m", "venv", "--clear", old]);
  const options = ["--quiet", "--disable-pip-version-check", "cocotb==1.9.2", "cocotbext-axi==0.1.28"];
  execFileSync(join(old, "bin/pip"), ["install", ...options]);
  execFileSync("touch", [join(old, "installed")]);
}, 200_000);

/** What a host sees of a transfer and of a list that ends with an interrupt. */
async function accountOf(python: string, more: object): Promise<readonly LinkEvent[]> {
  const settings = { link: "cocotb", simulator: "icarus", python, ...more } as LinkSettings;
  const context = await ContractContext.open({
    open: () => openLink("target", settings, { cacheDirectory: ".hilt/cache", log: silentLog, seed: 1n }),
  });
  await using link = context.link;
  const events: LinkEvent[] = [];
  link.onEvent((event) => events.push(event), { bytes: true });
  await context.load(pattern(300, 1), 8);
  const target = context.place(0x2_0001, 200);
  target.open("write");
  context.start("c2h", target.logical, 200, 8, 0x300);
  const address = context.registers.global.addressOf("SCRATCH");
  const list = [
    { kind: "wait", limitCycles: 2000 },
    { kind: "write", address, value: 9 },
    { kind: "read", address },
  ] as const;
  expect(await link.perform(list)).toEqual([1, 9]);
  expect([...target.bytes]).toEqual([...pattern(300, 1).subarray(0, 200)]);
  return events;
}

describe("cocotb 1.9 with Icarus", () => {
  test.each([{}, { host: "cocotbext-axi" }])("does what cocotb 2.1 does: %j", async (more) => {
    const events = await accountOf(old, more);
    expect(events).toEqual(await accountOf(".cache/python", more));
    expect(events.length).toBeGreaterThan(20);
  });

  test("is refused with another simulator", async () => {
    await expect(accountOf(old, { simulator: "verilator" })).rejects.toMatchObject({
      code: "E_COCOTB_PAIR",
      message: "cocotb 1.9.2 with verilator: hilt takes cocotb 2, and cocotb 1.9 with Icarus alone",
    });
  });
});
