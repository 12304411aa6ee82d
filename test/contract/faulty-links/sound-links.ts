import type { Link } from "../../../src/bus/link.ts";
import { silentLog } from "../../../src/core/log.ts";
import { openLink } from "../../../src/links/registry.ts";
import type { SimulatorSettings } from "../../../src/links/simulator/open-simulator.ts";
import type { ContractLink } from "../suite/contract-test.ts";
import { bareLink } from "./bare-link.ts";
import { copyingLink } from "./copying-link.ts";
import { losableLink } from "./losable-link.ts";
import { reusedLink } from "./reused-link.ts";

function simulator(more: Omit<SimulatorSettings, "engine"> = {}): (seed?: bigint) => Promise<Link> {
  const settings = { link: "simulator", engine: "wasm", ...more } as const;
  return (seed = 1n) => openLink("wasm", settings, { cacheDirectory: ".hilt/cache", log: silentLog, seed });
}

const open = simulator();

/** Links that keep the contract, each in a way of its own: what is spoilt, and what must pass where that is killed. */
export const soundLinks = {
  level: { open },
  message: { open: simulator({ interrupts: "message" }) },
  stalling: { open: simulator({ harness: { readLatency: [1, 60], stalls: 0.4 } }) },
  copying: copyingLink(open),
  losable: losableLink(open),
  reused: reusedLink(open),
  bare: bareLink(open),
} as const satisfies Readonly<Record<string, ContractLink>>;

export type SoundLinkName = keyof typeof soundLinks;
