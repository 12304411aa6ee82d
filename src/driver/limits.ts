import { cyclesIn } from "../bus/clock.ts";
import type { Link } from "../bus/link.ts";

/** What a device in good order needs beside the moving of data, in device time. */
const BASE_MS = 10;
/** The two channels share the way to host memory. */
const CHANNELS = 2;

/** Every accepted burst completes: 64 of 2 KiB may be under way to a slow host. */
const MAX_BYTES_UNDER_WAY = 64 * 2048;

/**
 * An element is a descriptor that is fetched, data that are moved, and a record that is written. Each of them may have to
 * wait for what the device has under way for the other channel.
 */
export const ACCESSES = 3;

/** Device time, in cycles, after which a device that has to move `bytes` at the pace of its link is not working. */
export function limitCycles(link: Link, bytes: number): number {
  const { accessMs, bytesPerSecond } = link.pace;
  return cyclesIn(link.clock, BASE_MS + accessMs + (1000 * CHANNELS * bytes) / bytesPerSecond);
}

/** Device time, in cycles, in which everything that the device may touch now is moved at the pace of its link. */
export function openWindowsCycles({ windows, clock, pace }: Link): number {
  let bytes = 0;
  for (const { lengthBytes } of windows.live) bytes += lengthBytes;
  return cyclesIn(clock, (1000 * bytes) / pace.bytesPerSecond);
}

/** The same for a device that was asked to end: it completes what is under way. */
export function endingLimitCycles(link: Link): number {
  return limitCycles(link, MAX_BYTES_UNDER_WAY);
}
