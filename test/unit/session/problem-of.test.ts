import { expect, test } from "vitest";
import { problemOf } from "../../../src/session/problem-of.ts";

test.each([
  [
    "Test timed out in 4000ms.\nIf this is a long-running test",
    "did not end within 4 s: it waits for something",
  ],
  ["Hook timed out in 250ms.", "did not end within 0.25 s: it waits for something"],
])("a time-out has the limit of the test itself (%s)", (message, words) => {
  expect(problemOf({ name: "Error", message }, "/project")).toMatchObject({
    code: "E_TEST_TIMEOUT",
    message: words,
  });
});

test("a disk that is full is a fault of the environment, also where the error has lost its code on the way", () => {
  const message = "ENOSPC: no space left on device, write";
  for (const error of [{ code: "ENOSPC" }, {}])
    expect(problemOf({ name: "Error", message, ...error }, "/project")).toMatchObject({
      blame: "environment",
      code: "E_DISK",
      message: `the system refused: ${message}`,
    });
  expect(problemOf({ name: "Error", message: "EIO: of the device" }, "/project").code).toBe("E_THROWN");
});
