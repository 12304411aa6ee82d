import { strict as assert } from "node:assert";
import { writeFileSync } from "node:fs";
import { silentLog } from "../../../src/core/log.ts";
import { kind } from "../../../src/links/pcie/pcie-kind.ts";
import { testsFor } from "../../contract/link-contract.ts";
import { ContractContext, pattern } from "../../contract/suite/contract-context.ts";
import type { ContractLink } from "../../contract/suite/contract-test.ts";
import { freshnessTests } from "../../contract/suite/freshness.ts";
import { memoryTests } from "../../contract/suite/memory.ts";
import { registerTests } from "../../contract/suite/registers.ts";
import { vectorTests } from "../../contract/suite/vectors.ts";
import { windowTests } from "../../contract/suite/windows.ts";
import { check, PULL, report, thrown } from "./checks.ts";
import { becomeUser, giveAway, USER } from "./give-away.ts";

/** Our own controller, in a simulated slot outside of this machine. */
const CARD = "1234:11e9";
/** A device with two interrupts, in another. */
const RINGER = "1234:11ea";
/** In an emulated machine; a slot that is gone is gone in some milliseconds. */
const PULLED_MS = 30_000;
const settings = {
  card: CARD,
  // Slower than the simulation: what a test gives the device so many cycles for is done by then.
  clockHz: 100_000,
  accessMs: 2,
};
/**
 * The parts of the contract in which the kernel has a part. All of it has been held on the same link in `test/contract`, on
 * the same slot, without a kernel; time in an emulated machine is dear.
 */
const byKernel = [registerTests, memoryTests, windowTests, freshnessTests, vectorTests];

const fresh = { seed: 1n, log: silentLog };
for (const name of [CARD, RINGER]) giveAway(name);
becomeUser();
const connection = await kind.connect("card", settings, undefined, fresh);
const ringing = await kind.connect("card", { ...settings, card: RINGER, vectors: 2 }, undefined, fresh);

const contractLink: ContractLink = {
  rights: "both",
  open: (seed = 1n) => connection.fresh({ ...fresh, seed }),
  several: () => ringing.fresh(fresh),
  beside: async () => await (await kind.connect("card", settings, undefined, fresh)).fresh(fresh),
};

async function contract(): Promise<void> {
  const start = performance.now();
  let count = 0;
  let failed = 0;
  const ofKernel = new Set(byKernel.flat().map(({ name }) => name));
  for (const each of (await testsFor(contractLink)).filter(({ name }) => ofKernel.has(name))) {
    count++;
    const context = await ContractContext.open(contractLink);
    try {
      await each.run(context);
    } catch (error) {
      failed++;
      console.log(
        `contract: not ok: ${each.name}: ${String((error as Error).stack).replaceAll("\n", " | ")}`,
      );
    } finally {
      await context.dispose();
    }
  }
  console.log(`contract: ${count} tests, ${failed} failed`);
  report(
    `${count} tests of the contract took ${((performance.now() - start) / 1000).toFixed(1)} s in the guest`,
  );
}

async function withContext(run: (context: ContractContext) => Promise<void>): Promise<void> {
  const context = await ContractContext.open(contractLink);
  try {
    await run(context);
  } finally {
    await context.dispose();
  }
}

await check("the kernel gives our device away to a user, with its reset and its message", () =>
  withContext(async ({ link }) => {
    assert.equal(link.traits.time, "wall");
    assert.equal(process.getuid?.(), USER);
  }),
);
await check(
  "a reset of the function in the middle of a transfer ends it, and the next test has a device as new",
  () =>
    withContext(async (context) => {
      const length = 65_536;
      context.registers.global.write("SCRATCH", 5);
      const place = context.place(0x10_0000, length);
      place.open("read-write");
      context.start("c2h", place.logical, length);
      const next = await context.next();
      assert.equal(await next.registers.global.read("SCRATCH"), 0);
      const sent = pattern(4096, 1);
      await next.load(sent);
      assert.deepEqual(await next.unload(4096), sent);
    }),
);
await contract();
await check(
  "a card that is pulled in the middle of a transfer is a lost link: accesses, waits and the next test say so",
  async () => {
    const context = await ContractContext.open(contractLink);
    const length = 65_536;
    const place = context.place(0x10_0000, length);
    place.open("read-write");
    context.start("c2h", place.logical, length);
    console.log(PULL);
    const limit = performance.now() + PULLED_MS;
    const lost = await thrown(async () => {
      while (performance.now() < limit) await context.registers.global.read("SCRATCH");
    });
    assert.equal(lost.code, "E_LINK_LOST", lost.stack);
    assert.match(
      lost.message,
      /^card: card \S+ \(1234:11e9\) is gone: it does not answer in configuration space$/,
    );
    assert.equal(await thrown(() => context.link.listen().wait(1)), lost);
    await context.dispose().catch(() => {});
    assert.equal((await thrown(() => contractLink.open())).code, "E_LINK_LOST");
  },
);
writeFileSync("/tmp/over", "");
process.exit();
