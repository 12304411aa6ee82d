import type { TargetConfig } from "../config/config.ts";
import type { Log } from "../core/log.ts";
import type { BuildSummary, WavesChoice } from "../links/open-options.ts";
import { buildTarget } from "../links/registry.ts";
import { linkSettings } from "./link-settings.ts";
import { modelsDirectory } from "./project-folders.ts";

/** Builds whatever a target needs before it can be opened. */
export function buildModel(
  root: string,
  target: TargetConfig,
  log: Log,
  choice: { readonly waves?: WavesChoice; readonly coverage?: boolean } = {},
): Promise<BuildSummary> {
  const { waves, coverage = false } = choice;
  const options = { cacheDirectory: modelsDirectory(root), log, coverage };
  return buildTarget(linkSettings(root, target), waves === undefined ? options : { ...options, waves });
}
