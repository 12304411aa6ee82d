import { closeSync, constants, existsSync, openSync, readSync, writeSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { SerialLine } from "../../../src/links/uart/serial-line.ts";
import { ioctl } from "../../../src/native/ioctl.ts";

/** linux/asm-generic/ioctls.h */
const TIOCSPTLCK = 0x4004_5431;
const TIOCGPTN = 0x8004_5430;
const OWN_AND_NON_BLOCKING = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK;

/** More than a pseudo-terminal has room for. */
const WRITES = 120;
const WRITE_BYTES = 1021;

/** The far end of a serial line: a pseudo-terminal whose other end is a port. */
function openFarEnd() {
  const terminal = openSync("/dev/ptmx", OWN_AND_NON_BLOCKING);
  const number = Buffer.alloc(4);
  ioctl(terminal, TIOCSPTLCK, number);
  ioctl(terminal, TIOCGPTN, number);
  const room = Buffer.alloc(4096);
  let isOpen = true;
  const end = {
    path: `/dev/pts/${number.readUInt32LE(0)}`,
    write: (bytes: Uint8Array) => writeSync(terminal, bytes),
    /** What has come; empty where nothing has. */
    read(): Buffer {
      try {
        return Buffer.from(room.subarray(0, readSync(terminal, room)));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EAGAIN") return Buffer.alloc(0);
        throw error;
      }
    },
    close() {
      if (isOpen) closeSync(terminal);
      isOpen = false;
    },
  };
  onTestFinished(() => end.close());
  return end;
}

async function openLine(path: string) {
  const received: Buffer[] = [];
  const gone: string[] = [];
  const line = await SerialLine.open({
    ...{ path, baudRate: 3_000_000 },
    onBytes: (bytes) => received.push(Buffer.from(bytes)),
    onGone: (why) => gone.push(why),
  });
  onTestFinished(() => line.close());
  return { line, received, gone };
}

test("what the port has no room for is written when it has, in order", async () => {
  const far = openFarEnd();
  const { line } = await openLine(far.path);
  const sent = Array.from({ length: WRITES }, (_, index) =>
    Buffer.from(new Random(BigInt(index)).bytes(WRITE_BYTES)),
  );
  for (const bytes of sent) line.write(bytes);
  const wanted = Buffer.concat(sent);
  let got = Buffer.alloc(0);
  while (got.length < wanted.length) {
    const bytes = far.read();
    got = Buffer.concat([got, bytes]);
    if (bytes.length === 0) await nextTurn();
  }
  expect(got.equals(wanted)).toBe(true);
});

test("what comes is heard while what goes waits for room", async () => {
  const far = openFarEnd();
  const { line, received } = await openLine(far.path);
  for (let count = 0; count < WRITES; count++) line.write(new Uint8Array(WRITE_BYTES));
  far.write(Buffer.from("heard"));
  while (received.length === 0) await nextTurn();
  expect(Buffer.concat(received).toString()).toBe("heard");
  for (let taken = 0; taken < WRITES * WRITE_BYTES; await nextTurn()) taken += far.read().length;
});

test("a port whose other end has gone is reported once, and what is written then goes nowhere", async () => {
  const far = openFarEnd();
  const { line, gone } = await openLine(far.path);
  far.close();
  line.write(Uint8Array.of(1));
  expect(gone).toEqual([]);
  while (gone.length === 0) await nextTurn();
  line.write(Uint8Array.of(2));
  await line.close();
  expect(gone).toHaveLength(1);
  expect(existsSync(far.path)).toBe(false);
});
