import { readFileSync } from "node:fs";

/** Linux counts the time of children that have ended in hundredths of a second. */
const TICK_S = 0.01;

/** CPU time of this process and of the children that have ended. */
export function cpuSeconds(): number {
  const [, fields = ""] = readFileSync("/proc/self/stat", "utf8").split(") ");
  const [user = 0, system = 0, ofChildren = 0, systemOfChildren = 0] = fields
    .split(" ")
    .slice(11, 15)
    .map(Number);
  return (user + system + ofChildren + systemOfChildren) * TICK_S;
}
