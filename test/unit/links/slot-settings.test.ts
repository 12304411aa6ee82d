import { expect, test } from "vitest";
import { shape as pcie } from "../../../src/links/pcie/settings.ts";
import { keys } from "../../../src/links/schema-terms.ts";
import { shape as slot } from "../../../src/links/slot/settings.ts";

const faults = (shape: Parameters<typeof keys>[0], settings: unknown): string[] =>
  (keys(shape).safeParse(settings).error?.issues ?? []).map(
    ({ path, message }) => `${path.join(".")}: ${message}`,
  );

test("the table of MSI-X leaves room for registers", () => {
  const ofBar = (barBytes?: number) =>
    faults(slot, { function: { interrupts: "msi-x", ...(barBytes === undefined ? {} : { barBytes }) } });
  expect(ofBar(4096)).toEqual([
    'function.barBytes: must be 8192 or more with "msi-x", whose table takes the last page',
  ]);
  expect([ofBar(8192), ofBar(), faults(slot, { function: { barBytes: 4096 } })]).toEqual([[], [], []]);
});

test("a limit of time is one that the system can keep", () => {
  for (const stallSeconds of [0, 1e-9, 1e300, Number.NaN])
    expect(faults(slot, { stallSeconds }), String(stallSeconds)).toEqual([
      "stallSeconds: must be a number of seconds, from 0.001 to 86400",
    ]);
  expect(faults(slot, { stallSeconds: 0.5 })).toEqual([]);
});

test("a register that resets a card is one of 32 bits", () => {
  expect(faults(pcie, { card: "03:00.0", reset: { register: 2, value: 1 } })).toEqual([
    "reset.register: must be a multiple of 4",
  ]);
});
