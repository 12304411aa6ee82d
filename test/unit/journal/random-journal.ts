import fc from "fast-check";
import { LinkLostError, NoAnswerError, RegisterAccessError } from "../../../src/bus/errors.ts";
import type { Direction, LinkEvent } from "../../../src/bus/event.ts";
import { logicalAddress, physicalAddress } from "../../../src/core/address.ts";
import type { Journal } from "../../../src/journal/journal.ts";
import { protocolRules } from "../../../src/spec/protocol-rules.ts";

/** Something that is done to a journal, in a cycle of its own or in that of what precedes it. */
export interface Step {
  readonly later: number;
  /** `asked`: numbers of the accesses so far. */
  readonly act: (journal: Journal, cycle: number, asked: number[]) => void;
}

const direction = fc.constantFrom<Direction>("read", "write");
const address = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(logicalAddress);
const register = fc.nat({ max: 3 }).map((word) => 4 * word);
const value = fc.nat({ max: 0xffff_ffff });

const event: fc.Arbitrary<(cycle: number) => LinkEvent> = fc.oneof(
  fc.record({ direction, address, lengthBytes: fc.nat({ max: 4096 }), master: fc.nat({ max: 15 }) }).map(
    (access) =>
      (cycle: number): LinkEvent => ({ kind: "access", cycle, ...access }),
  ),
  fc.record({ direction, address, lengthBytes: fc.nat({ max: 4096 }) }).map(
    (access) =>
      (cycle: number): LinkEvent => ({ kind: "access", cycle, ...access }),
  ),
  direction.map(
    (direction) =>
      (cycle: number): LinkEvent => ({ kind: "access-end", cycle, direction }),
  ),
  fc.record({ address, bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }) }).map(
    (written) =>
      (cycle: number): LinkEvent => ({ kind: "written", cycle, ...written }),
  ),
  fc.record({ access: direction, address: register, value, isRefused: fc.boolean() }).map(
    (answer) =>
      (cycle: number): LinkEvent => ({ kind: "register", cycle, ...answer }),
  ),
  fc.boolean().map(
    (asserted) =>
      (cycle: number): LinkEvent => ({ kind: "interrupt", cycle, vector: 0, asserted }),
  ),
  fc.record({ kind: fc.constantFrom("fault" as const, "injected-error" as const), direction, address }).map(
    (breach) =>
      (cycle: number): LinkEvent => ({ ...breach, cycle }),
  ),
  fc
    .record(
      {
        rule: fc.constantFrom(...protocolRules.map(({ name }) => name)),
        address,
        deviceCycle: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      },
      { requiredKeys: ["rule", "address"] },
    )
    .map(
      (violation) =>
        (cycle: number): LinkEvent => ({ kind: "violation", cycle, ...violation }),
    ),
);

const window = fc.record({
  logical: address,
  physical: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(physicalAddress),
  lengthBytes: fc.integer({ min: 1, max: 1 << 20 }),
  access: fc.constantFrom("read" as const, "write" as const, "read-write" as const),
  use: fc.constantFrom("mapped" as const, "shared" as const),
});

const errors = [
  (at: number) => new RegisterAccessError("link", "read", at, "SLVERR"),
  (at: number) => new NoAnswerError("link", "read", at, "10 cycles"),
  () => new LinkLostError("link", "gone"),
  () => new Error("other"),
];

const act: fc.Arbitrary<Step["act"]> = fc.oneof(
  {
    arbitrary: event.map(
      (make): Step["act"] =>
        (journal, cycle) =>
          journal.note(make(cycle)),
    ),
    weight: 4,
  },
  {
    arbitrary: fc.tuple(direction, register, value).map(([access, at, written]): Step["act"] => {
      return (journal, cycle, asked) => {
        asked.push(journal.ask(access, at, access === "write" ? written : 0, cycle));
      };
    }),
    weight: 4,
  },
  fc.tuple(fc.nat(), value).map(([which, found]): Step["act"] => {
    return (journal, cycle, asked) => {
      if (asked.length > 0) journal.answer(asked[which % asked.length] as number, cycle, found);
    };
  }),
  fc.tuple(fc.nat(), fc.constantFrom(...errors), register).map(([which, error, at]): Step["act"] => {
    return (journal, _, asked) => {
      if (asked.length > 0) journal.fail([asked[which % asked.length] as number], error(at));
    };
  }),
  fc
    .tuple(fc.boolean(), fc.array(window, { minLength: 1, maxLength: 4 }))
    .map(([isOpening, windows]): Step["act"] => {
      return (journal, cycle) => {
        for (const one of windows) journal.noteWindow(isOpening, cycle, one);
      };
    }),
);

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ later: fc.constantFrom(0, 0, 1, 7, 1e9), act }),
  { maxLength: 60, size: "max" },
);

/** Does them all. */
export function play(journal: Journal, plan: readonly Step[]): void {
  let cycle = 0;
  const asked: number[] = [];
  for (const { later, act } of plan) {
    cycle += later;
    act(journal, cycle, asked);
  }
}
