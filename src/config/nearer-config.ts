import { dirname, relative } from "node:path";
import { findConfig, type LoadedConfig } from "./load-config.ts";

/**
 * A sentence for each configuration that lies nearer to some of the benches (absolute paths) than the one that is used:
 * their author expects another device.
 */
export function nearerConfigs({ root, files }: LoadedConfig, benches: readonly string[]): string[] {
  const [used] = files;
  const nearer = new Map<string, string>();
  for (const bench of benches) {
    const file = findConfig(dirname(bench));
    if (file !== undefined && file !== used && !nearer.has(file)) nearer.set(file, bench);
  }
  const instead =
    used === undefined ? "the defaults of hilt apply" : `${relative(root, used)} of ${root} applies`;
  return [...nearer].map(
    ([file, bench]) =>
      `${file} lies nearer to ${relative(root, bench)}, but ${instead}; run in ${dirname(file)} to use it`,
  );
}
