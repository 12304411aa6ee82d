import { readFileSync } from "node:fs";
import { describe, expect, expectTypeOf, test } from "vitest";
import type { Traits } from "../../../src/bus/traits.ts";
import type { Identity } from "../../../src/driver/identity.ts";
import { test as benchTest } from "../../../src/index.ts";
import {
  lackOfDevice,
  lackOfTarget,
  mayNeedMore,
  type Need,
  needWords,
  statedNeeds,
  UnknownNeedError,
} from "../../../src/session/needs.ts";

const simulation: Traits = {
  ...{
    time: "stepped",
    interrupts: "level",
    vectors: 1,
    registerErrors: "reported",
    observes: "bursts",
    busRules: true,
  },
  windows: { readUnit: 8, writeUnit: 1, reportsFaults: true },
  ...{ errors: true, waves: true, signals: true, registerBits: 32, users: "many" },
};
const uart: Traits = {
  ...simulation,
  time: "wall",
  errors: false,
  waves: false,
  signals: false,
  observes: "requests",
};
const card: Traits = {
  ...{ time: "wall", interrupts: "message", vectors: 2, registerErrors: "silent", observes: "nothing" },
  windows: { readUnit: 4096, writeUnit: 4096, reportsFaults: true },
  ...{ busRules: false, errors: false, waves: false, signals: false, registerBits: 64, users: "one" },
};
const open: Traits = { ...card, windows: "unchecked" };
const silent: Traits = { ...simulation, windows: { readUnit: 64, writeUnit: 64, reportsFaults: false } };
const words = needWords.filter(({ isQuantity }) => !isQuantity).map(({ word }) => word as Need);

function met(traits: Traits, hasDriver = true): unknown[] {
  return words.filter(
    (word) => lackOfTarget(statedNeeds([word]), { target: "t", traits, hasDriver }) === undefined,
  );
}

test("what a target meets is read from its traits, word by word", () => {
  const device = ["driver", "rings", "register-mode"];
  const known = [
    ...["stepped", "level", "observes", "bursts", "faults", "strict-windows", "register-errors"],
    ...["errors", "waves", "signals"],
  ];
  expect(met(simulation)).toEqual([...known, ...device]);
  expect(met(uart)).toEqual([
    ...["wall", "level", "observes", "faults", "strict-windows", "register-errors", ...device],
  ]);
  expect(met(card)).toEqual(["wall", "message", "several-vectors", "faults", "registers-64", ...device]);
  expect(met(open)).toEqual(["wall", "message", "several-vectors", "registers-64", ...device]);
  expect(met(silent)).toEqual([...known.filter((word) => word !== "faults"), ...device]);
  expect(met(simulation, false)).toEqual(known);
});

const identity: Identity = {
  ...{ version: "1.0", buildHash: 0, hasRegisterMode: false, ringEntriesLog2: 4, addressBits: 40 },
  cardMemoryBytes: 65_536,
};

test.each([
  [["rings", "driver", { "ring-entries": 16, "card-bytes": 65_536, "address-bits": 40 }], undefined],
  [["stepped"], undefined],
  [["register-mode"], "needs register-mode: the device of target t is not driven by its registers alone"],
  [[{ "ring-entries": 17 }], "needs ring-entries 17: the device of target t has 16"],
  [[{ "card-bytes": 65_537 }], "needs card-bytes 65,537: the device of target t has 65,536"],
  [
    [{ "address-bits": 41 }, "rings", "register-mode"],
    "needs address-bits 41: the device of target t has 40; needs register-mode: the device of target t is not driven by its registers alone",
  ],
])("what a device meets is read from its identity: %j", (needs, lack) => {
  expect(lackOfDevice(statedNeeds(needs), "t", identity)).toBe(lack);
});

test("a bench is loaded before its target is prepared only if it may need what the target lacks", () => {
  const facts = { target: "t", traits: simulation, hasDriver: true };
  const bench = 'test.needs("errors", "rings")("of errors", () => {});';
  expect(mayNeedMore(bench, facts)).toBe(false);
  expect(mayNeedMore(bench, { ...facts, traits: card })).toBe(true);
  expect(mayNeedMore(bench, { ...facts, hasDriver: false })).toBe(true);
  expect(mayNeedMore('test("of errors", () => {});', { ...facts, traits: card })).toBe(false);
});

test("a device without rings has no entries either", () => {
  const without = { ...identity, ringEntriesLog2: 0 };
  expect(lackOfDevice(statedNeeds([{ "ring-entries": 1 }]), "t", without)).toMatch(/has 0$/);
  expect(lackOfDevice(statedNeeds(["rings"]), "t", without)).toMatch(/has no rings$/);
});

test("all that is lacking is told, once", () => {
  expect(
    lackOfTarget(statedNeeds(["waves", "stepped", "errors", "waves"]), {
      ...{ target: "card", traits: card, hasDriver: true },
    }),
  ).toBe(
    "needs waves: target card does not record signals in this run; needs stepped: target card runs in wall time; needs errors: target card does not inject errors",
  );
  const facts = { target: "mover", traits: simulation, hasDriver: false };
  expect(lackOfTarget(statedNeeds([{ "card-bytes": 1 }]), facts)).toBe(
    "needs card-bytes 1: the device of target mover is not hilt's DMA controller",
  );
});

describe("what is not a need", () => {
  const all = /; there is stepped, wall, .*, rings, .*\{ "card-bytes": number \}/;
  test.each([
    [["erors"], all],
    [["rings", "constructor"], all],
    [["Errors"], all],
    [[""], all],
    [[], all],
    [[{}], all],
    [[null], all],
    [[["rings"]], all],
    [[7], all],
    [[{ "card-byte": 1 }], all],
    [["card-bytes"], /^the need card-bytes has a number: \{ "card-bytes": /],
    [[{ rings: 1 }], /^the need rings is a word without a number: "rings"$/],
    [[{ "card-bytes": 0 }], /^the need card-bytes: 0 is not a whole number from 1 on$/],
    [[{ "card-bytes": 1.5 }], /1\.5 is not a whole number/],
    [[{ "card-bytes": "4096" }], /4096 is not a whole number/],
    [[{ "card-bytes": undefined }], /undefined is not a whole number/],
  ])("%j", (needs, message) => {
    expect(() => statedNeeds(needs)).toThrow(UnknownNeedError);
    expect(() => statedNeeds(needs)).toThrow(message);
  });

  test("is found by the compiler, too", () => {
    expectTypeOf<"errors">().toExtend<Need>();
    expectTypeOf<{ "card-bytes": 1 }>().toExtend<Need>();
    expectTypeOf<"erors">().not.toExtend<Need>();
    expectTypeOf<"card-bytes">().not.toExtend<Need>();
    expectTypeOf(benchTest.needs).parameters.toEqualTypeOf<[Need, ...Need[]]>();
    expectTypeOf(benchTest.needs("errors").skip.needs("waves").each).toBeFunction();
    expectTypeOf(benchTest.extend<{ n: number }>({ n: 1 }).needs).toBeFunction();
  });
});

test("docs/targets.md has every word", () => {
  const page = readFileSync(new URL("../../../docs/targets.md", import.meta.url), "utf8");
  const listed = [...page.matchAll(/^\| `((?!--|hilt)[^`]+)` \|/gm)].map(([, word]) => word);
  const wanted = needWords.map(({ word, isQuantity }) => (isQuantity ? `{ "${word}": n }` : word));
  expect(listed).toEqual(wanted);
});
