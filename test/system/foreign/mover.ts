import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Path of a bus master with other names, widths and reset than ours. */
export const moverFile: string = fileURLToPath(new URL("mover.v", import.meta.url));

export const moverVerilog: string = readFileSync(moverFile, "utf8");

/** The table of its ports. */
export const moverBinding = {
  top: "mover",
  dataWidth: 32,
  addressWidth: 32,
  idWidth: 0,
  clock: "aclk",
  reset: { port: "aresetn", activeLow: true },
  registers: { prefix: "S_", upperCase: true, ports: { awprot: null, arprot: null, wstrb: null } },
  memory: {
    prefix: "M00_",
    upperCase: true,
    ports: {
      ...{ awlen: null, awsize: null, awburst: null, awprot: null },
      ...{ arlen: null, arsize: null, arburst: null, arprot: null },
    },
  },
  interrupt: "intr",
} as const;
