import { readFileSync, realpathSync } from "node:fs";
import { basename } from "node:path";

/** Milliseconds for which an FTDI adapter holds back a packet that is not full; undefined for ports that have no such thing. */
export function latencyTimerMs(path: string): number | undefined {
  try {
    const name = basename(realpathSync(path));
    return Number(readFileSync(`/sys/class/tty/${name}/device/latency_timer`, "utf8"));
  } catch {
    return undefined;
  }
}
