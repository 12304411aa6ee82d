import { JestAsymmetricMatchers, JestChaiExpect, JestExtend } from "@vitest/expect";
import * as chai from "chai";

/** What the contract uses of Vitest, without its runner: the start of that takes longer in the guest than the contract. */
for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);

export const { expect } = chai;

function absent(): never {
  throw new Error("there is no runner in the guest");
}

export { absent as afterAll, absent as afterEach, absent as beforeEach, absent as describe, absent as test };
