import { fileURLToPath } from "node:url";
import type { DeviceSource } from "../../../src/links/device-source.ts";

const file = fileURLToPath(new URL("ringer.v", import.meta.url));

/** A bus master with eight interrupt lines, bound by so many of them, the first of which is vector 0. */
export function ringer(vectors: number): DeviceSource {
  return {
    files: [file],
    binding: {
      ...{ top: "ringer", dataWidth: 32, addressWidth: 32, idWidth: 1, clock: "clk", reset: { port: "rst" } },
      registers: { prefix: "s_" },
      memory: { prefix: "m_" },
      interrupt: Array.from({ length: vectors }, (_, line) => `line${line}`),
    },
  };
}

/** Its registers. */
export const AT = { to: 0x00, word: 0x04, move: 0x08, raise: 0x0c, lower: 0x10, pulse: 0x14 } as const;
