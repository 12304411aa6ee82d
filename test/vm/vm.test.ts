import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtClone } from "../../bin/clone.js";
import { newQemu } from "../../scripts/guest.js";
import { silentLog } from "../../src/core/log.ts";
import { type AccessCounts, SlotControl } from "../../src/links/slot/slot-control.ts";
import type { SlotTarget } from "../../src/links/slot/slot-traits.ts";
import { buildSlot, type RunningSlot, startSlot } from "../../src/links/slot/start-slot.ts";
import { ringer } from "../system/foreign/ringer.ts";
import { bundle } from "./bundle.ts";
import { PULL } from "./guest/checks.ts";
import { kernelImage, writeGuestImage } from "./guest-image.ts";
import { runMachine } from "./machine.ts";

/**
 * The product through a real kernel: Debian's, in a machine that QEMU emulates, with an IOMMU. There it drives cards by the
 * kernel's VFIO: QEMU's own `edu`, and our controller in a simulated slot outside of the machine, which `hilt run` drives too. The
 * machine starts once; each of its checks is a test here, and one that the guest does not report fails. Without the newer QEMU that a slot needs
 * the system's starts with `edu` alone.
 */
const root = fileURLToPath(new URL("../..", import.meta.url));
const guest = fileURLToPath(new URL("guest", import.meta.url));
const folder = join(root, ".hilt/tmp", `vm äö ${process.pid}`);
const HOUR_MS = 3_600_000;
const LIMIT_MS = 20_000;

const newer = newQemu();
let output = "";
/** What the guest has done to the registers of our controller. */
let counts: AccessCounts | undefined;

/** A slot that runs by itself, as a device of QEMU's. */
async function openSlot(settings: SlotTarget): Promise<{ slot: RunningSlot; device: string }> {
  const built = await buildSlot({ settings, cacheDirectory: ".hilt/cache", log: silentLog });
  // Short: a socket's path has 107 bytes.
  const place = mkdtempSync(join(tmpdir(), "hilt-vm-"));
  const slot = await startSlot({ name: "slot", settings, built, folder: place, time: "free" });
  const socket = { path: slot.socket, type: "unix" };
  return { slot, device: JSON.stringify({ driver: "vfio-user-pci", socket }) };
}

/** Our controller is out of its slot from one moment to the next; its counts are taken before. */
function pull({ control }: RunningSlot): void {
  using channel = new SlotControl("slot", control, LIMIT_MS);
  counts = channel.counts();
  channel.pull();
}

/** Our own controller, which signals by MSI, and a device with two interrupts, by MSI-X. */
const inSlots: readonly SlotTarget[] = [
  {},
  { device: ringer(2), function: { deviceId: 0x11ea, interrupts: "msi-x" } },
];

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  const built = builtClone(root);
  // The card is pulled by the last.
  const names = newer === undefined ? ["edu-checks"] : ["edu-checks", "examples", "slot-checks"];
  const programs = await Promise.all(
    names.map(async (name) => ({
      name: `${name}.mjs`,
      code: await bundle(join(guest, `${name}.ts`), built, ["koffi"]),
    })),
  );
  const image = join(folder, "image.cpio");
  writeGuestImage(image, programs, built);
  const opened = newer === undefined ? [] : await Promise.all(inSlots.map(openSlot));
  try {
    output = await runMachine({
      ...{ qemu: newer ?? ["qemu-system-x86_64"], kernel: kernelImage(), image },
      devices: ["edu", ...opened.map(({ device }) => device)],
      onLine: (line) => {
        const [own] = opened;
        if (line === PULL && own !== undefined) pull(own.slot);
      },
    });
  } finally {
    for (const { slot } of opened) await slot[Symbol.asyncDispose]();
  }
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

test("its time is that of this computer, however busy that is", () => {
  expect(lines("guest: clock ")).toEqual(["hpet"]);
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
    const faults = output.split("\n").filter((line) => line.includes("DMAR:") && line.includes("fault addr"));
    expect(faults.join("\n")).toMatch(new RegExp(`${access}.*fault addr 0x${address.toString(16)}\\b`));
  });
});

/** What a card has not got. */
const NEED = "errors";

/** The tests of `examples`, with how each ends on a card. */
function examples(): string[] {
  const folder = join(root, "examples");
  return readdirSync(folder).flatMap((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    const tests = text.matchAll(/^test(?:\.needs\("([^"]+)"\))?\(\s*"([^"]+)"/gm);
    return [...tests].map(([, need, name]) => `${need === NEED ? "skipped" : "passed"}: ${name}`);
  });
}

describe("the examples, by one hilt run of a user in the guest", () => {
  test("it ends well", () => {
    expect(lines("example failed: ").map((text) => text.replaceAll(" | ", "\n"))).toEqual([]);
    expect(lines("guest: ended examples.mjs with ")).toEqual(["0"]);
  });
  test("each of them has run", () => {
    expect(examples().length).toBeGreaterThan(5);
    expect(lines("example: ").sort()).toEqual(examples().sort());
  });
});

describe("our controller in a simulated slot, by the kernel's VFIO", () => {
  test("there is a QEMU that speaks vfio-user", () => {
    expect(newer, "scripts/guest.js unpacks it").toBeDefined();
  });
  test("the contract of links holds in the guest, as far as the kernel has a part in it", () => {
    expect(lines("contract: not ok: ").map((text) => text.replaceAll(" | ", "\n"))).toEqual([]);
    const [, count = "0"] = /^contract: (\d+) tests, 0 failed$/m.exec(output) ?? [];
    expect(Number(count)).toBeGreaterThan(35);
  });
  test("each access of a register is one of 32 bits, as the slot counts them", () => {
    expect(counts?.odd).toBe(0);
    expect(counts?.reads).toBeGreaterThan(100);
    expect(counts?.writes).toBeGreaterThan(100);
  });
  test.each(checksIn("slot-checks.ts"))("%s", (name) => {
    expect(lines(`not ok: ${name}: `).map((text) => text.replaceAll(" | ", "\n"))).toEqual([]);
    expect(output.split("\n"), "the guest reports it").toContain(`ok: ${name}`);
  });
});
