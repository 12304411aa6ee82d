import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { PolledPort } from "../../../../src/links/uart/polled-port.ts";
import type { SerialLine } from "../../../../src/links/uart/serial-line.ts";
import { type Mutant, polledPortMutants, serialLineMutants } from "./mutants.ts";
import { polledPortRules } from "./polled-port-rules.ts";
import { type Rule, untilWithin } from "./rules.ts";
import { serialLineRules } from "./serial-line-rules.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-uart ü-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const uart = fileURLToPath(new URL("../../../../src/links/uart", import.meta.url));
const serialport = createRequire(import.meta.url).resolve("serialport");

/** What of a rule has not come about by then does not. */
const until = untilWithin(1600);
let mutants = 0;

/** The module with one place changed, as a module of its own. */
async function withMutant(file: string, { from, to }: Mutant): Promise<unknown> {
  const parts = readFileSync(join(uart, file), "utf8").split(from);
  expect(parts.length, `places of "${from}" in ${file}`).toBe(2);
  const path = join(folder, `${mutants++}-${file}`);
  const text = parts
    .join(to)
    .replace(/from "(\.[^"]*)"/g, (_, name) => `from "${resolve(uart, name)}"`)
    .replace('from "serialport"', `from "${serialport}"`);
  writeFileSync(path, text);
  return await import(path);
}

async function kills<Class>(rules: readonly Rule<Class>[], { killer }: Mutant, subject: Class) {
  const [rule, ...others] = rules.filter(({ name }) => name.startsWith(killer));
  expect([rule === undefined, others.map(({ name }) => name)], killer).toEqual([false, []]);
  return await rule?.check(subject, until).then(
    () => false,
    () => true,
  );
}

describe("rules of a port that is read and written when the kernel says so see", () => {
  test.each(polledPortMutants)("$name: $killer", async (mutant) => {
    const { PolledPort: Port } = (await withMutant("polled-port.ts", mutant)) as {
      PolledPort: typeof PolledPort;
    };
    expect(await kills(polledPortRules, mutant, Port)).toBe(true);
  });
});

describe("rules of a serial line see", () => {
  test.each(serialLineMutants)("$name: $killer", async (mutant) => {
    const { SerialLine: Line } = (await withMutant("serial-line.ts", mutant)) as {
      SerialLine: typeof SerialLine;
    };
    expect(await kills(serialLineRules, mutant, Line)).toBe(true);
  });
});
