import { rmSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { faultyLinks } from "./faulty-links/faulty-links.ts";
import { soundLinks, wavesFolder } from "./faulty-links/sound-links.ts";
import { verdictOf } from "./faulty-links/verdict.ts";
import { describeLinkContract, testsFor } from "./link-contract.ts";
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

describe("faulty links", () => {
  for (const { name, killer, from = "level", holdsOn = from, spoil } of faultyLinks) {
    test(`${name}: killed by "${killer}"`, async () => {
      const sound = soundLinks[holdsOn];
      const held = await testNamed(killer, sound);
      expect(held, "the killer is not a test of the sound link").toBeDefined();
      expect(await verdictOf(held!, sound), "the verdict on the sound link").toBeUndefined();
      const faulty = spoil(soundLinks[from]);
      const kills = await testNamed(killer, faulty);
      expect(kills, "the killer is not a test of the faulty link").toBeDefined();
      expect(await verdictOf(kills!, faulty), "the verdict on the faulty link").toBeDefined();
    });
  }

  test("each has a name of its own", () => {
    const names = faultyLinks.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(30);
  });
});
