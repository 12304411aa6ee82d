import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { SystemCallError } from "../../../src/native/errors.ts";
import { mapFile } from "../../../src/native/map-file.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt mäp "));
afterAll(() => rmSync(folder, { recursive: true }));

test("what is written to mapped memory is in the file, and the other way round, also when it is closed and gone", () => {
  const path = join(folder, "a file");
  const file = openSync(path, "w+");
  writeSync(file, new Uint8Array(10_000));
  const memory = mapFile(file, 9000);
  expect(memory.length).toBe(9000);
  memory.set([1, 2, 3], 8990);
  expect([...readFileSync(path).subarray(8989, 8994)]).toEqual([0, 1, 2, 3, 0]);
  writeSync(file, Uint8Array.of(7), 0, 1, 5000);
  expect(memory[5000]).toBe(7);
  closeSync(file);
  memory[0] = 9;
  expect(readFileSync(path)[0]).toBe(9);
  rmSync(path);
  memory[0] = 8;
  expect(memory[0]).toBe(8);
});

test("a file that cannot be mapped is an error that says why", () => {
  const directory = openSync(folder, "r");
  const mapping = (): unknown => mapFile(directory, 4096);
  expect(mapping).toThrow(SystemCallError);
  expect(mapping).toThrow(/^mmap: (ENODEV|EACCES), /);
  closeSync(directory);
  expect(mapping).toThrow("mmap: EBADF, bad file descriptor");
});
