import type { TargetConfig } from "../config/config.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import type { PrepareOptions, Served } from "../links/link-kind.ts";
import { type LinkName, links, loadLink, type Row } from "../links/registry.ts";
import { linkSettings } from "./link-settings.ts";
import { boardFolders, modelsDirectory } from "./project-folders.ts";

export interface LinkCommand {
  readonly link: LinkName;
  /** What it does, in a few words. */
  readonly describe: string;
}

/** The commands that links bring along: `hilt <link> [target]` serves a target to a program of the user's. */
export function linkCommands(): readonly LinkCommand[] {
  const rows: Readonly<Record<LinkName, Row>> = links;
  return (Object.keys(rows) as LinkName[]).flatMap((link) => {
    const { serves } = rows[link];
    return serves === undefined ? [] : [{ link, describe: serves }];
  });
}

/** The target of this name, or the first with this link; a configuration without one has the link's own defaults. */
export function servedTarget(
  { targets }: LoadedConfig,
  link: LinkName,
  name: string | undefined,
): { readonly name: string; readonly target: TargetConfig } | undefined {
  const found = Object.entries(targets).find(([each, target]) =>
    name === undefined ? target.link === link : each === name && target.link === link,
  );
  if (found !== undefined) return { name: found[0], target: found[1] };
  return name === undefined ? { name: link, target: { link } as TargetConfig } : undefined;
}

/** Builds and starts what the target is reached through; the caller disposes of it. */
export async function serveTarget(
  root: string,
  name: string,
  target: TargetConfig,
  options: Omit<PrepareOptions, "cacheDirectory" | "boards">,
): Promise<Served | undefined> {
  const kind = await loadLink(target.link);
  const [cacheDirectory, boards] = [modelsDirectory(root), boardFolders(root)];
  return await kind.serve?.(name, linkSettings(root, name, target), { ...options, cacheDirectory, boards });
}
