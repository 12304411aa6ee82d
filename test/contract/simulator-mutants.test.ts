import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { verdictOf } from "./faulty-links/verdict.ts";
import { testsFor } from "./link-contract.ts";
import type { ContractLink } from "./suite/contract-test.ts";

const simulator = fileURLToPath(new URL("../../src/links/simulator", import.meta.url));

/** An edit of the simulator's own link, and the test of the contract that must notice. */
interface Mutant {
  readonly name: string;
  /** Below `src/links/simulator`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly killer: string;
}

const mutants: readonly Mutant[] = [
  {
    name: "a window that closes leaves the device its writes",
    file: "harness-windows.ts",
    from: 'if (access !== "read") setBits(',
    to: 'if (access !== "read" && allowed) setBits(',
    killer: "closing a window leaves another on the same unit open, for writes",
  },
  {
    name: "a window that closes takes the bits of its neighbours",
    file: "harness-windows.ts",
    from: "if (left !== undefined) for (const user of left) this.#restore(user, page);",
    to: "",
    killer: "closing a window leaves another on the same unit open, for reads",
  },
  {
    name: "a window that is closed again closes what is at its place",
    file: "harness-windows.ts",
    from: "if (!window.isOpen) return;",
    to: "",
    killer: "two windows on one page are two",
  },
  {
    name: "a long window has the whole of its last row",
    file: "harness-windows.ts",
    from: "row < lastRow; row++",
    to: "row <= lastRow; row++",
    killer: "a long window has its units and no more, for writes",
  },
  {
    name: "a pulse is seen where it lasts",
    file: "simulator-link.ts",
    from: "return isHigh || this.#lines.rises(vector) !== rises;",
    to: "return this.#lines.isHigh(vector);",
    killer: "a rise meets every wait that is parked",
  },
  {
    name: "the error of a posted write stays",
    file: "simulator-link.ts",
    from: "    this.#writeError = undefined;\n    if (error",
    to: "    if (error",
    killer: "a refused write rejects the next read, once",
  },
  {
    name: "an idle does not begin with what was posted",
    file: "simulator-link.ts",
    from: "    this.#finishCommands(0);\n    const target",
    to: "    const target",
    killer: "an idle of no cycles does what was posted",
  },
  {
    name: "a wait that expires keeps an error for later",
    file: "simulator-link.ts",
    from: "    this.#throwPending();\n    if (!this.#isMet(own)) return false;",
    to: "    if (!this.#isMet(own)) return false;",
    killer: "a refused write rejects the next wait for an interrupt, once",
  },
  {
    name: "an asker's waits share a latch",
    file: "simulator-link.ts",
    from: "const own: Latch = { vector: latch.vector, rises: latch.rises };",
    to: "const own: Latch = latch;",
    killer: "a rise meets every wait that is parked",
  },
  {
    name: "a list on a closed link is not refused",
    file: "simulator-link.ts",
    from: "    this.#throwPending();\n    const values",
    to: "    const values",
    killer: "after dispose every operation rejects as the link is closed",
  },
  {
    name: "errors of reads are those of writes",
    file: "harness-errors.ts",
    from: "{ read: 1, write: 2 }",
    to: "{ read: 2, write: 1 }",
    killer: "an address that fails answers SLVERR to each read of it",
  },
  {
    name: "a burst has a beat less",
    file: "event-log.ts",
    from: "((flags >>> 16) & 0xff) + 1",
    to: "((flags >>> 16) & 0xff)",
    killer: "each read of the device is an event with address and length",
  },
];

// Whatever is loaded again listens for the end of the process again.
process.setMaxListeners(2 * mutants.length);

/** A mutant is a module of its own, and what imports it has to be loaded again. */
const folder = mkdtempSync(join(tmpdir(), "hilt-simulator ü-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  for (const { file } of mutants) vi.doUnmock(join(simulator, file));
  vi.resetModules();
});

/** The link of the simulator with one module replaced. */
async function withMutant({ file, from, to }: Mutant): Promise<ContractLink> {
  const path = join(simulator, file);
  const parts = readFileSync(path, "utf8").split(from);
  expect(parts.length, `places of "${from}" in ${file}`).toBe(2);
  const mutant = join(folder, `${mutants.findIndex((each) => each.from === from)}-${file}`);
  const text = parts.join(to).replace(/from "(\.[^"]*)"/g, (_, name) => `from "${resolve(simulator, name)}"`);
  writeFileSync(mutant, text);
  vi.resetModules();
  vi.doMock(path, () => import(mutant));
  return await linkOfSimulator();
}

async function linkOfSimulator(): Promise<ContractLink> {
  const { connected } = await import("./connected.ts");
  return connected("wasm", { link: "simulator", engine: "wasm" });
}

async function verdictBy(killer: string, link: ContractLink): Promise<string | undefined> {
  const [found, ...others] = (await testsFor(link)).filter(({ name }) => name.startsWith(killer));
  expect([found === undefined, others]).toEqual([false, []]);
  return await verdictOf(found!, link);
}

for (const mutant of mutants) {
  test(`mutant of the simulator, "${mutant.name}": killed by "${mutant.killer}"`, async () => {
    expect(await verdictBy(mutant.killer, await withMutant(mutant))).toBeDefined();
  });
}

test("the simulator as it is passes by all of them", async () => {
  const link = await linkOfSimulator();
  for (const { killer } of mutants) expect(await verdictBy(killer, link), killer).toBeUndefined();
});
