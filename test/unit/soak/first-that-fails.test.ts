import fc from "fast-check";
import { expect, test } from "vitest";
import { firstThatFails, OnlyTogetherError, type Trial } from "../../soak/first-that-fails.ts";

type Item = "passes" | "is wrong" | "has no values";

/** Those without values hide the others. */
const trial: Trial<Item> = async (items) => {
  if (items.includes("has no values")) throw new Error("no values");
  const index = items.indexOf("is wrong");
  return index < 0 ? undefined : { index, message: "wrong" };
};

test("the first of some items that fails alone is found, whether it has no values or wrong ones", async () => {
  const items = fc.array(fc.constantFrom<Item>("passes", "passes", "is wrong", "has no values"), {
    minLength: 1,
    maxLength: 50,
  });
  await fc.assert(
    fc.asyncProperty(items, async (all) => {
      const found = await firstThatFails(all, trial);
      const index = all.findIndex((each) => each !== "passes");
      expect(found?.index).toBe(index < 0 ? undefined : index);
    }),
  );
});

test("items that fail only side by side are not taken for items that pass", async () => {
  const crash: Trial<number> = async (items) => {
    if (items.length > 3) throw new Error("too large");
    return undefined;
  };
  const wrong: Trial<number> = async (items) =>
    items.length > 3 ? { index: 2, message: "wrong" } : undefined;
  for (const each of [crash, wrong])
    await expect(firstThatFails([1, 2, 3, 4, 5, 6, 7], each)).rejects.toThrow(OnlyTogetherError);
});
