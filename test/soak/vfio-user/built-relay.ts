import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const manifest = fileURLToPath(new URL("Cargo.toml", import.meta.url));
const target = fileURLToPath(new URL("../../../.cache/vfio-user", import.meta.url));

/** The relay, built by Cargo where it is not. Throws where Cargo is missing or too old (1.85 is needed). */
export function builtRelay(): string {
  const { status, error, stderr } = spawnSync(
    "cargo",
    ["build", "--quiet", "--locked", "--manifest-path", manifest, "--target-dir", target],
    { encoding: "utf8" },
  );
  if (status !== 0)
    throw new Error(
      `the relay of vfio-user cannot be built, with Cargo 1.85 or newer: ${error?.message ?? stderr}`,
    );
  return join(target, "debug/vfio-user-relay");
}
