import { statSync } from "node:fs";
import { resolve } from "node:path";
import { ConfigError, type TargetConfig } from "../config/config.ts";
import type { DeviceSettings } from "../links/device-settings.ts";
import type { DeviceSource } from "../links/device-source.ts";
import { parameterVerilog } from "../links/parameter.ts";
import type { LinkSettings } from "../links/registry.ts";

/**
 * What a link wants to know of the target `name`: paths are absolute, and what was left out is absent. Throws `ConfigError`
 * for a file or folder of the device that is not there.
 */
export function linkSettings(root: string, name: string, target: TargetConfig): LinkSettings {
  const { device, ...rest }: TargetConfig & { readonly device?: DeviceSettings | undefined } = target;
  return {
    ...rest,
    ...(device === undefined ? {} : { device: deviceSource(root, `targets.${name}.device`, device) }),
  };
}

/** The same to describe a target by: of its device the table, and no file, since none need be there. */
export function settingsToShow(target: TargetConfig): LinkSettings {
  const { device, ...rest }: TargetConfig & { readonly device?: DeviceSettings | undefined } = target;
  if (device === undefined) return rest;
  const { files: _, includeDirectories: __, parameters: ___, ...binding } = device;
  return { ...rest, ...{ device: { binding, files: [] } } };
}

function deviceSource(
  root: string,
  key: string,
  { files, includeDirectories = [], parameters = {}, ...binding }: DeviceSettings,
): DeviceSource {
  const values = Object.entries(parameters).map(([name, value]) => [name, parameterVerilog(value)]);
  return {
    key,
    binding: { ...binding, parameters: Object.fromEntries(values) },
    files: present(root, `${key}.files`, files, "file"),
    includeDirectories: present(root, `${key}.includeDirectories`, includeDirectories, "folder"),
  };
}

function present(
  root: string,
  key: string,
  paths: readonly string[],
  kind: "file" | "folder",
): readonly string[] {
  return paths.map((path, index) => {
    const whole = resolve(root, path);
    const found = statSync(whole, { throwIfNoEntry: false });
    const isThere = kind === "folder" ? found?.isDirectory() === true : found?.isDirectory() === false;
    if (!isThere) throw new ConfigError(`${key}[${index}]`, `there is no ${kind} ${whole}`);
    return whole;
  });
}
