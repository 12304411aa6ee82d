import { expect, test } from "vitest";
import { lineShare } from "./line-share.ts";

test("reads and writes at once have 93 percent of the line each, though frames are long", async () => {
  const { down, up } = await lineShare("both at once", 1024, 256, 24 * 1024);
  expect(down).toBeGreaterThan(93);
  expect(up).toBeGreaterThan(93);
}, 120_000);
