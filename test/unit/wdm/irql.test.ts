import { describe, expect, test } from "vitest";
import { Findings } from "../../../src/wdm/finding.ts";
import {
  ANY_LEVEL,
  AT_DISPATCH,
  AT_PASSIVE,
  BELOW_DISPATCH,
  Irql,
  UP_TO_DISPATCH,
} from "../../../src/wdm/irql.ts";

function world() {
  const findings = new Findings();
  const irql = new Irql(findings);
  return { irql, messages: () => findings.all.map(({ message }) => message) };
}

describe("raising and lowering", () => {
  test("returns the old level, and goes back to it", () => {
    const { irql, messages } = world();
    expect([irql.raise(1), irql.current]).toEqual([0, 1]);
    expect([irql.raise(2), irql.current]).toEqual([1, 2]);
    expect([irql.raise(2), irql.current]).toEqual([2, 2]);
    irql.lower(2);
    irql.lower(1);
    expect(irql.current).toBe(1);
    irql.lower(0);
    expect(irql.current).toBe(0);
    expect(messages()).toEqual([]);
  });

  test("down by raising, or up by lowering, is found and changes nothing", () => {
    const { irql, messages } = world();
    irql.raise(2);
    expect(irql.raise(1)).toBe(2);
    expect(irql.current).toBe(2);
    irql.lower(5);
    expect(irql.current).toBe(2);
    expect(messages()).toEqual(["KeRaiseIrql from 2 down to 1", "KeLowerIrql from 2 up to 5"]);
  });
});

test.each([0, 1, 2, 5])("work at DISPATCH_LEVEL from %d comes back to it, also when it throws", (level) => {
  const { irql, messages } = world();
  irql.raise(level);
  expect(irql.atDispatch(() => irql.current)).toBe(Math.max(2, level));
  expect(irql.current).toBe(level);
  expect(() =>
    irql.atDispatch(() => {
      throw new Error("of the work");
    }),
  ).toThrow("of the work");
  expect(irql.current).toBe(level);
  expect(irql.runAtDispatch(() => irql.current, undefined)).toBe(Math.max(2, level));
  expect(irql.current).toBe(level);
  expect(messages()).toEqual([]);
  irql.reset();
  expect(irql.current).toBe(0);
});

test("each rule takes its levels and finds the others", () => {
  const taken = [AT_PASSIVE, BELOW_DISPATCH, UP_TO_DISPATCH, AT_DISPATCH, ANY_LEVEL].map((rule) =>
    [0, 1, 2, 3].filter((level) => {
      const { irql, messages } = world();
      irql.raise(level);
      irql.check("X", rule);
      return messages().length === 0;
    }),
  );
  expect(taken).toEqual([[0], [0, 1], [0, 1, 2], [2], [0, 1, 2, 3]]);
  const { irql, messages } = world();
  irql.raise(1);
  irql.check("X", AT_DISPATCH);
  irql.check("Y", AT_PASSIVE);
  expect(messages()).toEqual(["X at IRQL 1, below 2", "Y at IRQL 1, above 0"]);
});
