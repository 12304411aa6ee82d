import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connected } from "../connected.ts";
import type { ContractLink } from "../suite/contract-test.ts";
import { bareLink } from "./bare-link.ts";
import { copyingLink } from "./copying-link.ts";
import { losableLink } from "./losable-link.ts";
import { reusedLink } from "./reused-link.ts";
import { runningLink } from "./running-link.ts";
import { wideLink } from "./wide-link.ts";

/** Whoever opens links that record removes it. */
export const wavesFolder = mkdtempSync(join(tmpdir(), "hilt-waves ö-"));

const wasm = { link: "simulator", engine: "wasm" } as const;
const level = connected("wasm", wasm);
const { open } = level;

/** Links that keep the contract, each in a way of its own: what is spoilt, and what must pass where that is killed. */
export const soundLinks = {
  level,
  message: connected("wasm", { ...wasm, interrupts: "message" }),
  stalling: connected("wasm", { ...wasm, harness: { readLatency: [1, 60], stalls: 0.4 } }),
  waves: connected("wasm", wasm, { waves: wavesFolder }),
  signals: connected("wasm", { ...wasm, signals: ["device.**"] }),
  copying: copyingLink(open),
  losable: losableLink(open),
  reused: reusedLink(open),
  wide: wideLink(open),
  bare: bareLink(open),
  // Whole in what is asked of time and of a host that sleeps; it swallows errors of posted writes.
  running: runningLink(connected("wasm", { ...wasm, interrupts: "message" }).open),
} as const satisfies Readonly<Record<string, ContractLink>>;

export type SoundLinkName = keyof typeof soundLinks;
