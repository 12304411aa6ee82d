import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtClone } from "../../bin/clone.js";
import { bundle } from "./bundle.ts";
import { kernelImage, writeGuestImage } from "./guest-image.ts";
import { runMachine } from "./machine.ts";

/**
 * The product through a real kernel: Debian's, in a machine that QEMU emulates, with an IOMMU. There it drives cards by the
 * kernel's VFIO. The machine starts once; each of its checks is a test here, and one that the guest does not report fails.
 */
const root = fileURLToPath(new URL("../..", import.meta.url));
const guest = fileURLToPath(new URL("guest", import.meta.url));
const folder = join(root, ".hilt/tmp", `vm äö ${process.pid}`);
const HOUR_MS = 3_600_000;

let output = "";

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  const built = builtClone(root);
  const programs = await Promise.all(
    ["edu-checks"].map(async (name) => ({
      name: `${name}.mjs`,
      code: await bundle(join(guest, `${name}.ts`), built, ["koffi"]),
    })),
  );
  const image = join(folder, "image.cpio");
  writeGuestImage(image, programs, ["edu-checks.mjs"]);
  output = await runMachine({
    ...{ qemu: ["qemu-system-x86_64"], kernel: kernelImage(), image, devices: ["edu"] },
  });
}, HOUR_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The names of the checks of a program, as its source has them. */
function checksIn(program: string): string[] {
  const text = readFileSync(join(guest, program), "utf8");
  return [...text.matchAll(/check(?:Card)?\(\s*"([^"]+)"/g)].map(([, name]) => name as string);
}

function lines(start: string): string[] {
  return output
    .split("\n")
    .filter((line) => line.startsWith(start))
    .map((line) => line.slice(start.length));
}

test("the guest came to its end", () => {
  expect(output).toMatch(/^guest: finished at [\d.]+$/m);
  for (const note of lines("note: ")) console.log(note);
  console.log(lines("guest: ").join("\n"));
});

describe("an emulated card that nobody here has made, by the kernel's VFIO", () => {
  const names = checksIn("edu-checks.ts");
  test("its program ends well", () => {
    expect(names.length).toBeGreaterThan(20);
    expect(lines("guest: ended edu-checks.mjs with ")).toEqual(["0"]);
  });
  test.each(names)("%s", (name) => {
    const failed = lines(`not ok: ${name}: `).map((text) => text.replaceAll(" | ", "\n"));
    expect(failed).toEqual([]);
    expect(output.split("\n"), "the guest reports it").toContain(`ok: ${name}`);
  });
  test.each([
    ["an address that was never mapped", "DMA Write", 0x0aa0_0000],
    ["an address that is mapped no more", "DMA Write", 0x0bb0_0000],
    ["a page for reads", "DMA Write", 0x0cc0_0000],
  ])("the guest's kernel reports the access that its IOMMU has stopped: %s", (_what, access, address) => {
    const faults = lines("kernel: ").filter((line) => line.includes("fault addr"));
    expect(faults.join("\n")).toMatch(new RegExp(`${access}.*fault addr 0x${address.toString(16)}\\b`));
  });
});
