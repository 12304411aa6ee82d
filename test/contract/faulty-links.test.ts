import { rmSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { faultyLinks } from "./faulty-links/faulty-links.ts";
import { slowLinks } from "./faulty-links/slow-links.ts";
import { type SoundLinkName, soundLinks, wavesFolder } from "./faulty-links/sound-links.ts";
import { verdictOf } from "./faulty-links/verdict.ts";
import { contractTests, describeLinkContract, testsFor } from "./link-contract.ts";
import type { ContractLink, ContractTest } from "./suite/contract-test.ts";

describeLinkContract("a copy of the memory crosses with the calls", soundLinks.copying.open);
describeLinkContract("a link that can be lost", soundLinks.losable.open, soundLinks.losable);
describeLinkContract("one device for all tests, reset between them", soundLinks.reused.open);
describeLinkContract("a link that reports nothing and checks nothing", soundLinks.bare.open);

afterAll(() => rmSync(wavesFolder, { recursive: true, force: true }));

async function testNamed(beginning: string, link: ContractLink): Promise<ContractTest | undefined> {
  const found = (await testsFor(link)).filter(({ name }) => name.startsWith(beginning));
  expect(found.length, `tests whose names begin with "${beginning}"`).toBeLessThanOrEqual(1);
  return found[0];
}

/** Verdicts on sound links, by link and killer: many mutants have one killer. */
const held = new Map<string, Promise<string | undefined>>();

async function verdictBy(killer: string, link: ContractLink): Promise<string | undefined> {
  const found = await testNamed(killer, link);
  expect(found, "the killer is not a test of this link").toBeDefined();
  return await verdictOf(found!, link);
}

function soundVerdict(killer: string, name: SoundLinkName): Promise<string | undefined> {
  const key = `${name}: ${killer}`;
  const known = held.get(key) ?? verdictBy(killer, soundLinks[name]);
  held.set(key, known);
  return known;
}

describe.each(Object.entries(slowLinks))("%s: no fault of the link", (_how, { link, holds }) => {
  test.each(holds)("%s", async (beginning) => {
    expect(await verdictBy(beginning, link)).toBeUndefined();
  });
});

describe("faulty links", () => {
  for (const { name, killer, from = "level", holdsOn = from, spoil } of faultyLinks) {
    test(`${name}: killed by "${killer}"`, async () => {
      expect(await soundVerdict(killer, holdsOn), "the verdict on the sound link").toBeUndefined();
      const verdict = await verdictBy(killer, spoil(soundLinks[from]));
      expect(verdict, "the verdict on the faulty link").toBeDefined();
    });
  }

  test("each test of the contract kills one at least", () => {
    const isKiller = (name: string) => faultyLinks.some(({ killer }) => name.startsWith(killer));
    expect(contractTests.map(({ name }) => name).filter((name) => !isKiller(name))).toEqual([]);
  });

  test("each has a name of its own", () => {
    const names = faultyLinks.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(30);
  });
});
