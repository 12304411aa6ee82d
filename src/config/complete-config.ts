import { defaultTargets } from "../links/registry.ts";
import {
  anyElements,
  DEFAULT_PROFILE,
  type ElementLimits,
  type PlatformProfile,
  platformProfiles,
  profileFault,
  standardProfile,
} from "../memory/platform-profile.ts";
import { type Config, ConfigError, type TargetConfig } from "./config.ts";
import { parseSeed } from "./seed.ts";

/** A configuration that has been checked, with everything filled in. */
export interface CheckedConfig {
  readonly benches: readonly string[];
  readonly seed: bigint;
  readonly profile: string;
  /** Those of every project, and the project's own. */
  readonly profiles: Readonly<Record<string, PlatformProfile>>;
  readonly targets: Readonly<Record<string, TargetConfig>>;
}

/** Fills in what a configuration leaves out; an error names the file and the key that contradicts another. */
export function completeConfig(data: Config, file: string): CheckedConfig {
  const { benches = ["."], seed = 1, profile = DEFAULT_PROFILE, targets = defaultTargets } = data;
  if (Object.keys(targets).length === 0) throw new ConfigError(`${file}: targets`, "there is none");
  const profiles: Record<string, PlatformProfile> = { ...platformProfiles };
  for (const [name, changes] of Object.entries(data.profiles ?? {})) {
    const given = Object.fromEntries(Object.entries(changes).filter(([, one]) => one !== undefined));
    const whole: PlatformProfile = { ...standardProfile, ...given };
    const fault = profileFault(whole);
    if (fault !== undefined)
      throw new ConfigError(
        `${file}: profiles.${name}.${fault.split(": ")[0]}`,
        fault.slice(fault.indexOf(": ") + 2),
      );
    profiles[name] = whole;
  }
  if (profiles[profile] === undefined)
    throw new ConfigError(
      `${file}: profile`,
      `no profile ${profile}; there is ${Object.keys(profiles).join(", ")}`,
    );
  return { benches, seed: parseSeed(seed, `${file}: seed`), profile, profiles, targets };
}

/** A profile's device does not take elements of any number and any form. */
export function limitsElements(profile: ElementLimits): boolean {
  const names = Object.keys(anyElements) as (keyof ElementLimits)[];
  return names.some((name) => profile[name] !== anyElements[name]);
}
