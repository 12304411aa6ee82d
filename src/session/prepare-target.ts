import type { TargetConfig } from "../config/config.ts";
import type { Preparation, PrepareOptions } from "../links/link-kind.ts";
import { loadLink } from "../links/registry.ts";
import { linkSettings } from "./link-settings.ts";
import { boardFolders, modelsDirectory } from "./project-folders.ts";

/** Builds, locks and starts whatever tests of a target share; the caller disposes of it at the end of the run. */
export async function prepareTarget(
  root: string,
  name: string,
  target: TargetConfig,
  options: Omit<PrepareOptions, "cacheDirectory" | "boards">,
): Promise<Preparation<unknown>> {
  const kind = await loadLink(target.link);
  const [cacheDirectory, boards] = [modelsDirectory(root), boardFolders(root)];
  return await kind.prepare(name, linkSettings(root, name, target), { ...options, cacheDirectory, boards });
}
