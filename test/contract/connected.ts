import { join } from "node:path";
import type { Link } from "../../src/bus/link.ts";
import { silentLog } from "../../src/core/log.ts";
import type { Connection, Preparation } from "../../src/links/link-kind.ts";
import { type LinkSettings, loadLink } from "../../src/links/registry.ts";
import { breaker } from "../system/board/breaker-device.ts";
import { ringer } from "../system/foreign/ringer.ts";
import { describeLinkContract } from "./link-contract.ts";
import type { ContractLink } from "./suite/contract-test.ts";

interface Lives {
  readonly preparation: Preparation<unknown>;
  readonly connection: Connection;
}

/** What tests of one link have in common. */
export interface ConnectedOptions {
  readonly seed?: bigint;
  /** A folder: each link records waves in a file there. */
  readonly waves?: string;
}

async function connect(name: string, settings: LinkSettings, waves: string | undefined): Promise<Lives> {
  const kind = await loadLink(settings.link);
  const log = silentLog;
  const preparation = await kind.prepare(name, settings, {
    ...{ cacheDirectory: ".hilt/cache", log },
    ...(waves === undefined ? {} : { waves: {} }),
  });
  return { preparation, connection: await kind.connect(name, settings, preparation.prepared, { log }) };
}

/** The links of one connection, which is made for the first of them; a second user and a second device have others. */
export function connected(
  name: string,
  settings: LinkSettings,
  { seed = 1n, waves }: ConnectedOptions = {},
): Required<Pick<ContractLink, "open" | "beside" | "end">> & Pick<ContractLink, "breaker" | "several"> {
  const lives: Promise<Lives>[] = [];
  let count = 0;
  const fresh = async (user: number, ownSeed: bigint, own: LinkSettings = settings): Promise<Link> => {
    lives[user] ??= connect(name, own, waves);
    const { connection } = await lives[user];
    return await connection.fresh({
      ...{ seed: ownSeed, log: silentLog },
      ...(waves === undefined ? {} : { waves: { path: join(waves, `link-${count++}`) } }),
    });
  };
  return {
    open: (own = seed) => fresh(0, own),
    beside: () => fresh(1, seed),
    ...(settings.link === "simulator"
      ? { breaker: () => fresh(2, seed, { ...settings, device: breaker }) }
      : {}),
    ...(settings.link === "pcie" ? {} : { several: () => fresh(3, seed, withSeveral(settings)) }),
    end: async () => {
      // A second user may have been refused.
      for (const life of await Promise.allSettled(lives.filter(Boolean))) {
        if (life.status === "rejected") continue;
        await life.value.connection[Symbol.asyncDispose]();
        await life.value.preparation[Symbol.asyncDispose]();
      }
    },
  };
}

/** A target of the same kind whose device has two interrupts. */
function withSeveral(settings: Exclude<LinkSettings, { readonly link: "pcie" }>): LinkSettings {
  if (settings.link !== "uart") return { ...settings, device: ringer(2) };
  return { link: "uart", board: "virtual-icebreaker", line: "bytes", device: ringer(2) };
}

/** Registers the tests of the contract for a target. */
export function describeTargetContract(
  name: string,
  settings: LinkSettings,
  options: ConnectedOptions = {},
): void {
  const link = connected("target", settings, options);
  describeLinkContract(name, link.open, link);
}
