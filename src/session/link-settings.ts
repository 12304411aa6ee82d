import { resolve } from "node:path";
import type { DeviceConfig, TargetConfig } from "../config/config.ts";
import type { LinkSettings } from "../links/registry.ts";

/** What a link wants to know of a target: paths are absolute, and what was left out is absent. */
export function linkSettings(root: string, { device, ...rest }: TargetConfig): LinkSettings {
  return {
    ...compact(rest),
    ...(device === undefined ? {} : { device: deviceSource(root, device) }),
  } as LinkSettings;
}

function deviceSource(root: string, { files, includeDirectories = [], ...binding }: DeviceConfig): unknown {
  return {
    binding: compact(binding),
    files: files.map((file) => resolve(root, file)),
    includeDirectories: includeDirectories.map((folder) => resolve(root, folder)),
  };
}

/** Without members that are undefined, at any depth. */
function compact(value: unknown): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}
