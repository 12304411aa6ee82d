import type { Link } from "../bus/link.ts";
import type { DeviceSettings } from "./device-settings.ts";
import type { DeviceSource } from "./device-source.ts";
import type { FreshOptions, LinkKind, PrepareOptions } from "./link-kind.ts";
import type { Shape } from "./schema-terms.ts";

/**
 * The links, a row each. A new one is a folder and a row. What a row names is loaded when it is asked for, so that a
 * configuration costs no link, and a link no other.
 */
export const links = {
  simulator: {
    settings: () => import("./simulator/settings.ts"),
    kind: () => import("./simulator/simulator-kind.ts"),
  },
  uart: {
    settings: () => import("./uart/settings.ts"),
    kind: () => import("./uart/uart-kind.ts"),
  },
  cocotb: {
    settings: () => import("./cocotb/settings.ts"),
    kind: () => import("./cocotb/cocotb-kind.ts"),
  },
  pcie: {
    settings: () => import("./pcie/settings.ts"),
    kind: () => import("./pcie/pcie-kind.ts"),
  },
  slot: {
    settings: () => import("./slot/settings.ts"),
    kind: () => import("./slot/slot-kind.ts"),
    serves: "start a simulated PCIe slot for a virtual machine, and say how QEMU gets it",
  },
} satisfies Readonly<Record<string, Row>>;

export interface Row {
  /** The schema of its settings. */
  settings(): Promise<{ readonly shape: object }>;
  kind(): Promise<{ readonly kind: LinkKind<unknown, unknown> }>;
  /** What the command `hilt <link>` does; its kind has `serve`. */
  readonly serves?: string;
}

export type LinkName = keyof typeof links;

type SettingsOf<L extends LinkName> =
  Awaited<ReturnType<(typeof links)[L]["settings"]>>["shape"] extends Shape<infer S> ? S : never;

/** A target as a configuration has it: `link` says how the device is reached, the rest belongs to that link. */
export type TargetConfig = { [L in LinkName]: { readonly link: L } & SettingsOf<L> }[LinkName];

/** What a link gets of a target: paths are absolute, and the device is a `DeviceSource`. Plain data. */
export type LinkSettings = { [L in LinkName]: { readonly link: L } & Resolved<SettingsOf<L>> }[LinkName];

/** `DeviceSettings` become a `DeviceSource`, whatever else there is stays. */
export type Resolved<Settings> = {
  [K in keyof Settings]: DeviceSettings extends Settings[K] ? DeviceSource | undefined : Settings[K];
};

/** A project without targets has these. */
export const defaultTargets: Readonly<Record<string, TargetConfig>> = {
  wasm: { link: "simulator", engine: "wasm" },
};

/** The link's own code; what it prepares means nothing to others. */
export async function loadLink(name: LinkName): Promise<LinkKind<LinkSettings, unknown>> {
  const rows: Readonly<Record<LinkName, Row>> = links;
  return (await rows[name].kind()).kind;
}

/** The device of the user's, where the target has one. */
export function deviceOf(settings: LinkSettings): DeviceSource | undefined {
  return "device" in settings ? settings.device : undefined;
}

/** Opens the target `name` with all three lives in one; the caller disposes of the link, and that ends them. */
export async function openLink(
  name: string,
  settings: LinkSettings,
  options: PrepareOptions & FreshOptions,
): Promise<Link> {
  const kind = await loadLink(settings.link);
  const preparation = await kind.prepare(name, settings, options);
  const connection = await kind.connect(name, settings, preparation.prepared, options);
  const link = await connection.fresh(options);
  const lives = [link[Symbol.asyncDispose].bind(link), connection, preparation] as const;
  return Object.assign(link, {
    [Symbol.asyncDispose]: async () => {
      const [end, ...others] = lives;
      await end();
      for (const life of others) await life[Symbol.asyncDispose]();
    },
  });
}
