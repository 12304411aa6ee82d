import type { Log } from "../core/log.ts";

/** What a link has to say while benches run: it is printed, and so stands under the test that was running. */
export const linkLog: Log = { debug() {}, info: print, warn: print, error: print };

function print(message: string): void {
  process.stderr.write(`${message}\n`);
}
