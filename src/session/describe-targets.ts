import type { LoadedConfig } from "../config/load-config.ts";
import type { Check } from "../links/link-kind.ts";
import { type LinkName, type LinkSettings, links, loadLink } from "../links/registry.ts";
import { linkSettings } from "./link-settings.ts";

export type { Check };

/** What this machine has of what links need, and which targets of a configuration need it. */
export async function checkTargets({ root, targets }: LoadedConfig): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const link of Object.keys(links) as LinkName[]) {
    const users = Object.entries(targets)
      .filter(([, target]) => target.link === link)
      .map(([name, target]) => ({ name, settings: linkSettings(root, name, target) }));
    checks.push(...(await (await loadLink(link)).checks(users)));
  }
  return checks;
}

/** What computes or carries the device of each target, by name. */
export async function describeTargets({ targets }: LoadedConfig): Promise<ReadonlyMap<string, string>> {
  const words = Object.entries(targets).map(async ([name, target]) => {
    const { device: _, ...settings }: typeof target & { readonly device?: unknown } = target;
    const kind = await loadLink(target.link);
    return [name, kind.describe(settings as LinkSettings)] as const;
  });
  return new Map(await Promise.all(words));
}
