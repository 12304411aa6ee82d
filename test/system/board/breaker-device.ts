import { resolve } from "node:path";
import type { DeviceSource } from "../../../src/links/device-source.ts";

/** A small device of a user's, which breaks a rule of AXI. */
export const breaker: DeviceSource = {
  binding: {
    ...{ top: "rule_breaker", dataWidth: 32, addressWidth: 32, idWidth: 0, clock: "clk" },
    reset: { port: "rst" },
    registers: { prefix: "s_", ports: { awprot: null, arprot: null, wstrb: null } },
    memory: {
      prefix: "m_",
      ports: {
        ...{ awid: null, bid: null, arid: null, rid: null, awlen: null, awprot: null, arprot: null },
        ...{ awsize: null, arsize: null, awburst: null, arburst: null },
      },
    },
    interrupt: "irq",
  },
  files: [resolve("test/system/board/rule_breaker.v")],
};
