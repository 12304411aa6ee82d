import type { Traits } from "../bus/traits.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import type { Check } from "../links/link-kind.ts";
import { type LinkName, links, loadLink } from "../links/registry.ts";
import { linkSettings, settingsToShow } from "./link-settings.ts";

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

export interface TargetDescription {
  readonly target: string;
  /** What computes or carries the device. */
  readonly what: string;
  /** `waves`: whether it can record. */
  readonly traits: Traits;
}

/** What each target is like, as its settings say; nothing of it need be there. */
export async function describeTargets({ targets }: LoadedConfig): Promise<TargetDescription[]> {
  const descriptions = Object.entries(targets).map(async ([name, target]) => {
    const settings = settingsToShow(target);
    const kind = await loadLink(target.link);
    return { target: name, what: kind.describe(settings), traits: kind.traits(settings, { waves: true }) };
  });
  return await Promise.all(descriptions);
}
