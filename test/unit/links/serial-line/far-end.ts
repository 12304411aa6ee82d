import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { onTestFinished } from "vitest";
import { ioctl } from "../../../../src/native/ioctl.ts";

/** linux/asm-generic/ioctls.h */
const TIOCSPTLCK = 0x4004_5431;
const TIOCGPTN = 0x8004_5430;
const FIONREAD = 0x541b;
const OWN_AND_NON_BLOCKING = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK;
/** Nothing has come; whoever had the other end has closed it. */
const NOTHING = ["EAGAIN", "EIO"];

/** Bytes that a reader of this descriptor would get now. What the other end has written comes there some time later. */
export function bytesWaiting(fd: number): number {
  const count = Buffer.alloc(4);
  ioctl(fd, FIONREAD, count);
  return count.readInt32LE(0);
}

export type FarEnd = ReturnType<typeof openFarEnd>;

/** The far end of a serial line: a pseudo-terminal whose other end is a port. */
export function openFarEnd() {
  const terminal = openSync("/dev/ptmx", OWN_AND_NON_BLOCKING);
  const number = Buffer.alloc(4);
  ioctl(terminal, TIOCSPTLCK, number);
  ioctl(terminal, TIOCGPTN, number);
  const room = Buffer.alloc(4096);
  let isOpen = true;
  const end = {
    path: `/dev/pts/${number.readUInt32LE(0)}`,
    write: (text: string) => writeSync(terminal, Buffer.from(text)),
    /** What has come; empty where nothing has. */
    read(): Buffer {
      try {
        return Buffer.from(room.subarray(0, readSync(terminal, room)));
      } catch (error) {
        if (NOTHING.includes((error as NodeJS.ErrnoException).code as string)) return Buffer.alloc(0);
        throw error;
      }
    },
    /** The cable is pulled. */
    close() {
      if (isOpen) closeSync(terminal);
      isOpen = false;
    },
  };
  onTestFinished(() => end.close());
  return end;
}
