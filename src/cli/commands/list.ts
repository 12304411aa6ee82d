import { relative } from "node:path";
import { loadConfig } from "../../config/load-config.ts";
import { findBenches } from "../../session/bench-files.ts";

/** `hilt list`: what there is to run, and on what. */
export async function list(args: { readonly json: boolean }): Promise<number> {
  const config = await loadConfig(process.cwd());
  const benches = findBenches(config.root, config.benches).map((file) => relative(process.cwd(), file));
  const targets = Object.entries(config.targets).map(([name, target]) => ({ name, ...target }));
  if (args.json) {
    process.stdout.write(`${JSON.stringify({ benches, targets }, undefined, 2)}\n`);
    return 0;
  }
  const lines = [
    "benches:",
    ...benches.map((file) => `  ${file}`),
    "targets:",
    ...targets.map(({ name, link, engine }) => `  ${name}  (${link}, engine ${engine})`),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  return 0;
}
