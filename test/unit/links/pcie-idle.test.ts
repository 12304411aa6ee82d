import { expect, test } from "vitest";
import { PcieLink, type PcieLinkParts } from "../../../src/links/pcie/pcie-link.ts";
import { pciePace, pcieTraits } from "../../../src/links/pcie/pcie-traits.ts";

const BAR_BYTES = 4096;
/** The device's writes take so long to arrive. */
const SLOW_CYCLES = 500;
const IDLE_CYCLES = 2000;

test("an idle on a card begins when the writes before it have arrived, however long they take", async () => {
  const bar = { lengthBytes: BAR_BYTES, write: () => {} };
  const config = {
    read: () => {
      arrived = link.clock.cycle + SLOW_CYCLES;
      while (link.clock.cycle < arrived);
      return 0;
    },
  };
  const interrupts = { watch: () => ({ [Symbol.dispose]() {} }), take: () => 0 };
  const parts = {
    ...{ name: "card", clockHz: 100_000, traits: pcieTraits({}), pace: pciePace({}), bar, close: () => {} },
    device: { config, interrupts },
  };
  let arrived = 0;
  await using link = new PcieLink(parts as unknown as PcieLinkParts);
  link.writeRegister(0, 1);
  await link.idle(IDLE_CYCLES);
  expect(arrived).toBeGreaterThan(0);
  expect(link.clock.cycle).toBeGreaterThanOrEqual(arrived + IDLE_CYCLES);
});
