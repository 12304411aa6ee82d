import type { Plugin } from "vite";
import { ConfigError } from "../config/config.ts";
import { loadConfig } from "../config/load-config.ts";
import { parseSeed } from "../config/seed.ts";
import { silentLog } from "../core/log.ts";
import { buildModel } from "./build-model.ts";
import { linkSettings } from "./link-settings.ts";
import { modelsDirectory } from "./project-folders.ts";
import { benchPlugin } from "./vitest-plugin.ts";

export interface PluginOptions {
  /** A target of the configuration; the first by default. */
  readonly target?: string;
  /** A platform profile; the configuration's by default. */
  readonly profile?: string;
  readonly seed?: bigint | number | string;
  /** Most wall time of one test in milliseconds; 300,000 by default. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 300_000;

/**
 * For a `vitest.config.ts`: benches become ordinary Vitest files, with its watch mode and with breakpoints in an editor.
 * `hilt run` needs none of it, and is what CI should call: it knows how a run must end.
 */
export async function hilt(options: PluginOptions = {}): Promise<Plugin> {
  const config = await loadConfig(process.cwd());
  const target = options.target ?? (Object.keys(config.targets)[0] as string);
  const settings = config.targets[target];
  if (settings === undefined) throw new ConfigError("hilt({ target })", `no target ${target}`);
  const profile = config.profiles[options.profile ?? config.profile];
  if (profile === undefined) throw new ConfigError("hilt({ profile })", `no profile ${options.profile}`);
  const seed = options.seed === undefined ? config.seed : parseSeed(options.seed, "hilt({ seed })");
  await buildModel(config.root, settings, silentLog);
  return benchPlugin(
    {
      target,
      settings: linkSettings(config.root, settings),
      profile,
      seed: `0x${seed.toString(16)}`,
      root: config.root,
      cacheDirectory: modelsDirectory(config.root),
      stallMs: options.timeoutMs ?? TIMEOUT_MS,
    },
    options.timeoutMs ?? TIMEOUT_MS,
  );
}
