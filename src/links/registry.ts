import type { Link } from "../bus/link.ts";
import { interruptTools } from "../engine/run-tool.ts";
import type { BuildOptions, BuildSummary, OpenOptions } from "./open-options.ts";
import { buildSimulator, openSimulator, type SimulatorSettings } from "./simulator/open-simulator.ts";

/** What a target's configuration says, by link. A new link is a row in `links` and a member here. */
export type LinkSettings = { readonly link: "simulator" } & SimulatorSettings;

interface LinkKind {
  /** Builds whatever opening needs, so that many workers may open at once. */
  build(settings: LinkSettings, options: BuildOptions): Promise<BuildSummary>;
  open(name: string, settings: LinkSettings, options: OpenOptions): Promise<Link>;
}

const links: Readonly<Record<LinkSettings["link"], LinkKind>> = {
  simulator: { build: buildSimulator, open: openSimulator },
};

export async function buildTarget(settings: LinkSettings, options: BuildOptions): Promise<BuildSummary> {
  return await links[settings.link].build(settings, options);
}

/** Ends what is being built in this process, and whatever would be: it is to end. */
export function interruptBuilds(): void {
  interruptTools();
}

/** Opens the target `name`; the caller disposes of the link. */
export async function openLink(name: string, settings: LinkSettings, options: OpenOptions): Promise<Link> {
  return await links[settings.link].open(name, settings, options);
}
