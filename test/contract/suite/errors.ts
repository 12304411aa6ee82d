import { expect } from "vitest";
import type { ErrorInjection } from "../../../src/bus/error-injection.ts";
import { field } from "../../../src/driver/register-file.ts";
import { type ContractContext, done, type Place, pattern } from "./contract-context.ts";
import type { ContractTest } from "./contract-test.ts";
import { hasNoErrors, observesNothing } from "./exemptions.ts";

const LENGTH = 256;
const FAILING = 72;
const both = [
  ["read", "h2c", "SLVERR"],
  ["read", "h2c", "DECERR"],
  ["write", "c2h", "SLVERR"],
  ["write", "c2h", "DECERR"],
] as const;
const transfers = [
  ["read", "h2c"],
  ["write", "c2h"],
] as const;

/** A window for both directions on bytes that differ from the card's. */
async function prepare(context: ContractContext): Promise<{ place: Place; errors: ErrorInjection }> {
  await context.load(pattern(LENGTH, 1));
  const place = context.place(0x1_0000, LENGTH);
  place.bytes.set(pattern(LENGTH, 2));
  place.open("read-write");
  context.events.splice(0);
  return { place, errors: context.link.errors! };
}

function injected(context: ContractContext) {
  return context.events.filter((event) => event.kind === "injected-error");
}

async function busBytes({ registers }: ContractContext): Promise<number> {
  return 2 ** field("LIMITS", "DATA_BYTES_LOG2").of(await registers.global.read("LIMITS"));
}

export const errorTests: readonly ContractTest[] = [
  ...both.map(
    ([direction, channel, response]): ContractTest => ({
      name: `an address that fails answers ${response} to each ${direction} of it, and moves no data`,
      unless: [hasNoErrors],
      async run(context) {
        const { place, errors } = await prepare(context);
        // Any of the 8 bytes names them all.
        const address = context.place(0x1_0000 + FAILING + 3, 1).logical;
        const release = errors.at(address, direction, response);
        for (let count = 0; count < 2; count++) {
          const outcome = await context.move(channel, place.logical, LENGTH);
          expect(outcome).toMatchObject({ status: "error", kind: response });
          expect(outcome.residue).toBeGreaterThan(0);
          if (direction === "write") {
            const kept = pattern(LENGTH, 2).subarray(FAILING, FAILING + 8);
            expect(place.bytes.subarray(FAILING, FAILING + 8)).toEqual(kept);
          }
        }
        release();
        release();
        expect(await context.move(channel, place.logical, LENGTH)).toEqual(done);
        const stray = errors.at(context.place(0x1_0000 + LENGTH, 8).logical, direction, response);
        expect(await context.move(channel, place.logical, LENGTH)).toEqual(done);
        stray();
      },
    }),
  ),
  ...transfers.map(
    ([direction, channel]): ContractTest => ({
      name: `an address that fails for ${direction}s serves the other direction`,
      unless: [hasNoErrors],
      async run(context) {
        const { place, errors } = await prepare(context);
        errors.at(place.logical, direction, "SLVERR");
        expect(await context.move(channel === "h2c" ? "c2h" : "h2c", place.logical, LENGTH)).toEqual(done);
        expect(await context.move(channel, place.logical, LENGTH)).toMatchObject({ status: "error" });
      },
    }),
  ),
  ...transfers.map(
    ([direction, channel]): ContractTest => ({
      name: `the beat that is counted fails among ${direction}s, once, and the last request counts`,
      unless: [hasNoErrors],
      async run(context) {
        const { place, errors } = await prepare(context);
        const word = await busBytes(context);
        errors.afterBeats(2, direction, "DECERR");
        errors.afterBeats(9, direction, "SLVERR");
        const other = channel === "h2c" ? "c2h" : "h2c";
        expect(await context.move(other, place.logical, LENGTH)).toEqual(done);
        const outcome = await context.move(channel, place.logical, LENGTH);
        expect(outcome).toMatchObject({ status: "error", kind: "SLVERR" });
        // Residues are exact for reads; of a write the burst is lost.
        if (direction === "read") expect(outcome.residue).toBe(LENGTH - 9 * word);
        expect(await context.move(channel, place.logical, LENGTH)).toEqual(done);
        expect(await context.move(channel, place.logical, LENGTH)).toEqual(done);
      },
    }),
  ),
  {
    name: "each error that was asked for is an event with its direction and address, and only such",
    unless: [hasNoErrors, observesNothing],
    async run(context) {
      const { place, errors } = await prepare(context);
      for (const [direction, channel] of transfers) {
        context.events.splice(0);
        expect(await context.move(channel, place.logical, LENGTH)).toEqual(done);
        expect(injected(context)).toEqual([]);
        const { logical } = context.place(0x1_0000 + FAILING, 8);
        const release = errors.at(logical, direction, "SLVERR");
        await context.move(channel, place.logical, LENGTH);
        release();
        expect(injected(context)).toMatchObject([{ direction, address: logical }]);
      }
    },
  },
  {
    name: "as many addresses fail at a time as it says, and one more is refused",
    unless: [hasNoErrors],
    async run(context) {
      const { place, errors } = await prepare(context);
      expect(errors.addresses).toBeGreaterThanOrEqual(1);
      const addressOf = (index: number) => context.place(0x1_0000 + 8 * index, 8).logical;
      const fail = (index: number) => errors.at(addressOf(index), "read", "SLVERR");
      const releases = Array.from({ length: errors.addresses }, (_, index) => fail(index));
      expect(() => fail(errors.addresses)).toThrow(RangeError);
      for (let index = 0; index < errors.addresses; index++)
        expect(await context.move("h2c", addressOf(index), 8), `address ${index}`).toMatchObject({
          status: "error",
        });
      releases[0]!();
      expect(await context.move("h2c", addressOf(0), 8)).toEqual(done);
      releases.push(fail(errors.addresses));
      // It has ended, and is not the one that took its place.
      releases[0]!();
      expect(await context.move("h2c", addressOf(errors.addresses), 8)).toMatchObject({ status: "error" });
      for (const release of releases) release();
      expect(await context.move("h2c", place.logical, LENGTH)).toEqual(done);
    },
  },
];
