import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("./vpi/unknown.c", import.meta.url));
const FOLDER = fileURLToPath(new URL("../../.cache/vpi", import.meta.url));

/** Options of vvp that load the tasks of vpi/unknown.c, which is compiled when it is newer. */
export function vpiOptions(): string[] {
  const built = join(FOLDER, "unknown.vpi");
  if (!existsSync(built) || statSync(built).mtimeMs < statSync(SOURCE).mtimeMs) {
    mkdirSync(FOLDER, { recursive: true });
    copyFileSync(SOURCE, join(FOLDER, "unknown.c"));
    const { status, stderr, error } = spawnSync("iverilog-vpi", ["unknown.c"], {
      cwd: FOLDER,
      encoding: "utf8",
    });
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`iverilog-vpi: ${stderr}`);
  }
  return [`-M${FOLDER}`, "-munknown"];
}
