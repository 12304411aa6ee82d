import { expect, test } from "vitest";
import { EventCounter } from "../../../src/native/event-counter.ts";
import { promptCall, systemCall } from "../../../src/native/libc.ts";

const READ = "intptr_t read(int descriptor, void *bytes, size_t length)";
const NO_DESCRIPTOR = -1;

test("a call that would have to wait gives nothing, or an error where it was not to wait", () => {
  using counter = new EventCounter();
  const bytes = Buffer.alloc(8);
  expect(promptCall(READ)(counter.descriptor, bytes, bytes.length)).toBeUndefined();
  expect(() => systemCall(READ)(counter.descriptor, bytes, bytes.length)).toThrow(/^read: EAGAIN, /);
  counter.add(1);
  expect(promptCall(READ)(counter.descriptor, bytes, bytes.length)).toBe(8);
});

test.each([systemCall, promptCall])("a call that fails throws, with its name and the error's", (call) => {
  expect(() => call(READ)(NO_DESCRIPTOR, Buffer.alloc(8), 8)).toThrow(
    expect.objectContaining({
      code: "E_SYSTEM_CALL",
      errno: "EBADF",
      message: expect.stringMatching(/^read: EBADF, /),
    }),
  );
});
