/** Locks the file that is its argument, reports what `flock` returned, and stays. */
import { openSync } from "node:fs";
import { flock } from "../../../src/native/flock.ts";

process.send?.(flock(openSync(process.argv[2] as string, "a")));
setInterval(() => undefined, 1 << 30);
