import { expect, test } from "vitest";
import { LinkClosedError, LinkLostError } from "../../../src/bus/errors.ts";
import { LinkState } from "../../../src/links/link-state.ts";
import { checkRegister } from "../../../src/links/register-address.ts";

test("a link is open until its end, and the first reason of that stays", () => {
  const state = new LinkState("card");
  expect(state.end).toBeUndefined();
  state.check();
  const lost = new LinkLostError("card", "it is gone");
  expect(state.fail(lost)).toBe(lost);
  expect(state.fail(new Error("later"))).toBe(lost);
  expect(state.close()).toBe(lost);
  expect(() => state.check()).toThrow(lost);
});

test("a closed link says so", () => {
  const state = new LinkState("card");
  expect(state.close()).toBeInstanceOf(LinkClosedError);
  expect(() => state.check()).toThrow("card: the link is closed");
});

test.each([
  [-4, 0],
  [2, 0],
  [0x1004, 0],
  [4.5, 0],
  [Number.NaN, 0],
  [0, -1],
  [0, 2 ** 32],
  [0, 0.5],
])("register %s with value %s is refused", (address, value) => {
  expect(() => checkRegister(address, value, 0x1000)).toThrow(RangeError);
});

test("the last register and the greatest value are taken", () => {
  checkRegister(0x1000, 0xffff_ffff, 0x1000);
  checkRegister(0, 0, 0);
});
