import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logicalAddress, physicalAddress } from "../../../src/core/address.ts";
import { Random } from "../../../src/core/random.ts";
import { field, RegisterFile } from "../../../src/driver/register-file.ts";
import type { SimulatorLink } from "../../../src/links/simulator/simulator-link.ts";
import { type Plan, plans } from "../../soak/plan.ts";
import { placePlan } from "../../soak/run-plan.ts";
import { layoutOf, type Variant } from "../../soak/variant.ts";
import { variants } from "../../soak/variants.ts";
import { CARD_BANKS, cardWords, recordController } from "./controller-recording.ts";
import { type Replay, replayInIcarus } from "./replay.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "four states äß-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Small transfers: what can go wrong lies between them. */
const shortPlans = plans.filter(({ h2c, c2h }) => {
  const bytes = [...h2c.pieces, ...c2h.pieces].reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
  return bytes > 500 && bytes < 10_000 && h2c.pieces.length + c2h.pieces.length < 100;
});

/** A plan of the soak; the card's memory is compared, too. */
async function recordPlan(plan: Plan, variant: Variant): Promise<Replay> {
  const [before, after]: string[][][] = [[], []];
  const { seed, harness } = plan;
  const banks = layoutOf(variant.banks);
  const recorded = await recordController(variant, { seed, harness, banks }, async (link) => {
    const run = placePlan(link, plan, variant);
    before?.push(...cardWords(link.simulation));
    await run.run();
    after?.push(...cardWords(link.simulation));
  });
  const memories = CARD_BANKS.map((path, index) => ({
    ...{ path, before: before?.[index] as string[], after: after?.[index] as string[] },
  }));
  return { ...recorded, memories };
}

describe("in four states, with X on idle channels and in bytes outside of windows, the controller does what it does in two", () => {
  test.each(Object.entries(variants).filter(([, { hasRings }]) => hasRings !== false))(
    "random rings, %s build",
    async (name, variant) => {
      const seed = 20_271 + Object.keys(variants).indexOf(name);
      for (const [index, plan] of fc.sample(shortPlans, { numRuns: 3, seed }).entries()) {
        const recorded = await recordPlan(plan, variant);
        expect([plan.seed, replayInIcarus(join(folder, `${name} ${index}`), recorded)]).toEqual([
          plan.seed,
          undefined,
        ]);
      }
    },
  );

  describe("transfers of the registers", () => {
    let recorded: Replay;
    beforeAll(async () => {
      const stalls = { ar: 0.3, aw: 0.3, w: 0.3, r: 0.3, b: 0.3, register: 0.3 };
      const harness = { readLatency: [1, 20], writeLatency: [1, 20], stalls } as const;
      recorded = await recordController(
        variants["wide"] as Variant,
        { seed: 20_275, harness },
        copyBackAndForth,
      );
    });

    test("from a card whose memory is X until it is written", () => {
      expect(replayInIcarus(join(folder, "registers"), recorded)).toBeUndefined();
    });

    test.each([
      {
        name: "a cause that is cleared by what is not a write",
        file: "dma_registers.v",
        from: "(global_write & (offset == `HILT_GLOBAL_IRQ_STATUS)) ?",
        to: "(offset == `HILT_GLOBAL_IRQ_STATUS) ?",
        says: /irq is X, expected/,
      },
      {
        name: "strobes one byte too far",
        file: "dma_beat_lanes.v",
        from: "{WORD_BYTES{1'b1}} << ended",
        to: "{WORD_BYTES{1'b1}} << (ended + 1'b1)",
        says: /m_axi_wstrb is/,
      },
    ])("mutant: $name", ({ name, file, from, to, says }) => {
      const copy = join(folder, name);
      cpSync(join(ROOT, "rtl"), copy, { recursive: true });
      const path = join(copy, "dma", file);
      const text = readFileSync(path, "utf8");
      expect(text).toContain(from);
      writeFileSync(
        path,
        text.replace(from, () => to),
      );
      const files = recorded.source.files.map((one) => one.replace(join(ROOT, "rtl"), copy));
      const mutant = { ...recorded, source: { ...recorded.source, files } };
      expect(replayInIcarus(join(folder, `mutant ${name}`), mutant)).toMatch(says);
    });
  });
});

const HOST = 0x1000_0000n;

/** Ranges of odd lengths and addresses to the card and back to another place, one after the other. */
async function copyBackAndForth(link: SimulatorLink): Promise<void> {
  const registers = new RegisterFile(link);
  const random = new Random(20_275n);
  registers.global.write("CONTROL", field("CONTROL", "BUS_MASTER").mask);
  registers.global.write("IRQ_ENABLE", 0xffff_ffff);
  for (const [round, lengthBytes] of [1, 7, 64, 333, 2500].entries()) {
    const card = random.integer(0, 5000);
    for (const id of ["h2c", "c2h"] as const) {
      const address = HOST + BigInt(0x4000 * round + (id === "h2c" ? 0 : 0x2000) + random.integer(0, 100));
      const bytes = link.memory.view(physicalAddress(address), lengthBytes);
      if (id === "h2c") bytes.set(random.bytes(lengthBytes));
      link.windows.open({
        ...{ logical: logicalAddress(address), physical: physicalAddress(address), lengthBytes },
        ...{ access: id === "h2c" ? "read" : "write", use: "mapped" },
      });
      registers[id].write("HOST_ADDRESS_LOW", Number(address));
      registers[id].write("CARD_ADDRESS", card);
      registers[id].write("LENGTH", lengthBytes);
      registers[id].write("COMMAND", field("COMMAND", "START").mask);
      await link.idle(50);
      while (((await registers[id].read("STATUS")) & field("STATUS", "BUSY").mask) !== 0) await link.idle(50);
      registers.global.write("IRQ_STATUS", 0xffff_ffff);
      expect(await registers[id].read("ERROR")).toBe(0);
    }
  }
}
