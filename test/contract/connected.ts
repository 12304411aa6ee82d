import type { Link } from "../../src/bus/link.ts";
import { silentLog } from "../../src/core/log.ts";
import type { Connection, Preparation } from "../../src/links/link-kind.ts";
import { type LinkSettings, loadLink } from "../../src/links/registry.ts";
import { describeLinkContract } from "./link-contract.ts";
import type { ContractLink } from "./suite/contract-test.ts";

interface Lives {
  readonly preparation: Preparation<unknown>;
  readonly connection: Connection;
}

async function connect(name: string, settings: LinkSettings): Promise<Lives> {
  const kind = await loadLink(settings.link);
  const log = silentLog;
  const preparation = await kind.prepare(name, settings, { cacheDirectory: ".hilt/cache", log });
  return { preparation, connection: await kind.connect(name, settings, preparation.prepared, { log }) };
}

/** The links of one connection, which is made for the first of them; a second user has another. */
export function connected(
  name: string,
  settings: LinkSettings,
  seed = 1n,
): Required<Pick<ContractLink, "open" | "beside" | "end">> {
  const lives: Promise<Lives>[] = [];
  const fresh = async (user: number, ownSeed: bigint): Promise<Link> => {
    lives[user] ??= connect(name, settings);
    return await (await lives[user]).connection.fresh({ seed: ownSeed, log: silentLog });
  };
  return {
    open: (own = seed) => fresh(0, own),
    beside: () => fresh(1, seed),
    end: async () => {
      for (const { connection, preparation } of await Promise.all(lives.filter(Boolean))) {
        await connection[Symbol.asyncDispose]();
        await preparation[Symbol.asyncDispose]();
      }
    },
  };
}

/** Registers the tests of the contract for a target. */
export function describeTargetContract(name: string, settings: LinkSettings, seed = 1n): void {
  const link = connected("target", settings, seed);
  describeLinkContract(name, link.open, link);
}
