import { afterAll, afterEach, beforeEach, describe, test } from "vitest";
import type { Link } from "../../src/bus/link.ts";
import { byteTests } from "./suite/bytes.ts";
import { closingTests } from "./suite/closings.ts";
import { ContractContext } from "./suite/contract-context.ts";
import type { ContractLink, ContractTest } from "./suite/contract-test.ts";
import { errorTests } from "./suite/errors.ts";
import { eventTests } from "./suite/events.ts";
import { exemptions } from "./suite/exemptions.ts";
import { freshnessTests } from "./suite/freshness.ts";
import { interruptTests } from "./suite/interrupts.ts";
import { lifeTests } from "./suite/life.ts";
import { listTests } from "./suite/lists.ts";
import { memoryTests } from "./suite/memory.ts";
import { registerTests } from "./suite/registers.ts";
import { signalTests } from "./suite/signals.ts";
import { timeTests } from "./suite/time.ts";
import { traitTests } from "./suite/traits.ts";
import { vectorTests } from "./suite/vectors.ts";
import { wideRegisterTests } from "./suite/wide-registers.ts";
import { windowTests } from "./suite/windows.ts";

/** What every link promises (`src/bus/link.ts`), run against our own controller. */
export const contractTests: readonly ContractTest[] = [
  ...[
    traitTests,
    registerTests,
    listTests,
    memoryTests,
    windowTests,
    closingTests,
    interruptTests,
    timeTests,
  ],
  ...[
    eventTests,
    byteTests,
    errorTests,
    lifeTests,
    freshnessTests,
    signalTests,
    wideRegisterTests,
    vectorTests,
  ],
].flat();

/**
 * The tests for one link: those that its traits rule out are left out, and for each trait that does so there is a test of
 * what holds instead, whose name lists them.
 */
export async function testsFor(link: ContractLink): Promise<readonly ContractTest[]> {
  const opened = await link.open();
  const { traits } = opened;
  await opened[Symbol.asyncDispose]();
  const applying = exemptions.filter((exemption) => exemption.applies(traits, link));
  const isLeftOut = ({ unless = [] }: ContractTest) => unless.some((each) => applying.includes(each));
  const instead = applying.map((exemption): ContractTest => {
    const { reason, holds = async () => undefined } = exemption;
    const names = contractTests.filter(({ unless }) => unless?.includes(exemption)).map(({ name }) => name);
    return { name: [`as ${reason}, leaves out ${names.length}`, ...names].join("; "), run: holds };
  });
  return [...contractTests.filter((each) => !isLeftOut(each)), ...instead];
}

/**
 * Registers the tests of the contract for a link, or those of them whose names `only` takes. `open` gives a fresh device out of
 * reset each time.
 */
export function describeLinkContract(
  name: string,
  open: (seed?: bigint) => Promise<Link>,
  ways: Omit<ContractLink, "open"> = {},
  only: (name: string) => boolean = () => true,
): void {
  describe(`link contract: ${name}`, async () => {
    const link: ContractLink = { ...ways, open };
    let context: ContractContext;
    beforeEach(async () => {
      context = await ContractContext.open(link);
    });
    afterEach(() => context.dispose());
    afterAll(async () => await link.end?.());
    const tests = (await testsFor(link)).filter((each) => only(each.name));
    for (const each of tests) test(each.name, () => each.run(context));
  });
}
