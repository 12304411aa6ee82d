import { deviceOf, type LinkSettings, loadLink } from "../links/registry.ts";
import type { TargetFacts } from "./needs.ts";

/** What is known of a target before anything is opened; `waves`: the run records signals. */
export async function targetFacts(
  target: string,
  settings: LinkSettings,
  run: { readonly waves: boolean },
): Promise<TargetFacts> {
  const kind = await loadLink(settings.link);
  return { target, traits: kind.traits(settings, run), hasDriver: deviceOf(settings) === undefined };
}
