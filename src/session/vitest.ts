import { resolve } from "node:path";
import type { Plugin } from "vite";
import type { TestProject } from "vitest/node";
import { ConfigError } from "../config/config.ts";
import { type LoadedConfig, loadConfig } from "../config/load-config.ts";
import { nearerConfigs } from "../config/nearer-config.ts";
import { parseSeed } from "../config/seed.ts";
import { HiltError } from "../core/errors.ts";
import { silentLog } from "../core/log.ts";
import { deviceOf } from "../links/registry.ts";
import { isBench } from "./bench-files.ts";
import { linkSettings } from "./link-settings.ts";
import { prepareTarget } from "./prepare-target.ts";
import type { RunContext } from "./run-context.ts";
import { SourceWatch } from "./source-watch.ts";
import { targetFacts } from "./target-facts.ts";
import { benchConfig } from "./vitest-plugin.ts";

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
 * The configuration is the nearest at or above Vite's root. In watch mode an edit of the configuration or of anything
 * that the target's model is made of runs the benches again. `hilt run` needs none of it, and is what CI should call: it
 * knows how a run must end.
 */
export function hilt(options: PluginOptions = {}): Plugin {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  return {
    name: "hilt",
    config: () => benchConfig(timeoutMs),
    async configureVitest({ vitest, project }) {
      const prepareHere = (): Promise<Prepared> => prepare(project.vite.config.root, options, timeoutMs);
      let prepared = await prepareHere();
      for (const line of await describe(prepared, project)) vitest.logger.error(`hilt: ${line}`);
      project.provide("hilt", prepared.run);
      vitest.onClose(() => prepared.end());
      if (!vitest.config.watch) return;
      const watch = new SourceWatch(vitest);
      watch.add(prepared.sources);
      vitest.onTestsRerun(async () => {
        await prepared.end();
        prepared = await attempt(prepareHere, prepared);
        watch.add(prepared.sources);
        project.provide("hilt", prepared.run);
      });
    },
  };
}

interface Prepared {
  readonly config: LoadedConfig;
  readonly profile: string;
  readonly warnings: readonly string[];
  readonly run: RunContext;
  /** What an edit of must run the benches again: files and folders. */
  readonly sources: readonly string[];
  /** Of what the link has prepared. */
  end(): Promise<void>;
}

async function prepare(folder: string, options: PluginOptions, timeoutMs: number): Promise<Prepared> {
  const config = await loadConfig(resolve(folder));
  const target = options.target ?? (Object.keys(config.targets)[0] as string);
  const settings = Object.hasOwn(config.targets, target) ? config.targets[target] : undefined;
  if (settings === undefined) throw new ConfigError("hilt({ target })", `no target ${target}`);
  const profileName = options.profile ?? config.profile;
  const profile = Object.hasOwn(config.profiles, profileName) ? config.profiles[profileName] : undefined;
  if (profile === undefined) throw new ConfigError("hilt({ profile })", `no profile ${profileName}`);
  const seed = options.seed === undefined ? config.seed : parseSeed(options.seed, "hilt({ seed })");
  const resolved = linkSettings(config.root, target, settings);
  const preparation = await prepareTarget(config.root, target, settings, {
    log: silentLog,
    limitMs: timeoutMs,
  });
  const { prepared, sources, warnings } = preparation;
  const end = async (): Promise<void> => await preparation[Symbol.asyncDispose]();
  return {
    config,
    profile: profileName,
    ...{ warnings, end },
    sources: [...config.files, ...sources],
    run: {
      ...(await targetFacts(target, resolved, { waves: false })),
      ...{ settings: resolved, prepared },
      profile,
      seed: `0x${seed.toString(16)}`,
      root: config.root,
    },
  };
}

/** A target that cannot be prepared after an edit fails every test until the next edit, with the reason. */
async function attempt(prepareAgain: () => Promise<Prepared>, last: Prepared): Promise<Prepared> {
  try {
    return await prepareAgain();
  } catch (error) {
    if (!(error instanceof HiltError)) throw error;
    const { code, blame, message } = error;
    return { ...last, end: async () => {}, run: { ...last.run, problem: { code, blame, message } } };
  }
}

/** What is tested and where the configuration lies: Vitest's own lines name neither. */
async function describe(
  { config, profile, warnings, run }: Prepared,
  project: TestProject,
): Promise<string[]> {
  const { root, files } = config;
  const { testFiles } = await project.globTestFiles();
  const benches = testFiles.filter(isBench);
  const [file] = files;
  const device = deviceOf(run.settings);
  return [
    `target ${run.target}, ${device === undefined ? "hilt's own DMA controller" : `device ${device.binding.top}`}, profile ${profile}, seed ${run.seed}`,
    file === undefined
      ? `no configuration at or above ${root}: the defaults of hilt apply`
      : `configuration ${file}`,
    ...[...nearerConfigs(config, benches), ...warnings].map((warning) => `warn: ${warning}`),
  ];
}
