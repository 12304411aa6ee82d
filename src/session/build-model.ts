import type { TargetConfig } from "../config/config.ts";
import type { Log } from "../core/log.ts";
import type { BuildSummary, WavesChoice } from "../links/open-options.ts";
import { buildTarget, interruptBuilds } from "../links/registry.ts";
import { linkSettings } from "./link-settings.ts";
import { modelsDirectory } from "./project-folders.ts";

/**
 * Builds whatever a target needs before it can be opened. Rejects with `InterruptedError` when the signal is aborted: then this
 * process is to end, and builds nothing more.
 */
export async function buildModel(
  root: string,
  name: string,
  target: TargetConfig,
  log: Log,
  choice: { readonly waves?: WavesChoice; readonly coverage?: boolean; readonly signal?: AbortSignal } = {},
): Promise<BuildSummary> {
  const { waves, coverage = false, signal } = choice;
  const options = { cacheDirectory: modelsDirectory(root), log, coverage };
  if (signal?.aborted === true) interruptBuilds();
  signal?.addEventListener("abort", interruptBuilds, { once: true });
  try {
    return await buildTarget(
      linkSettings(root, name, target),
      waves === undefined ? options : { ...options, waves },
    );
  } finally {
    signal?.removeEventListener("abort", interruptBuilds);
  }
}
