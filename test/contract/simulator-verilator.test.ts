import { silentLog } from "../../src/core/log.ts";
import { openLink } from "../../src/links/registry.ts";
import { newVerilator } from "../new-verilator.ts";
import { describeLinkContract } from "./link-contract.ts";

const options = { cacheDirectory: ".hilt/cache", log: silentLog };
const verilator = { link: "simulator", engine: "verilator" } as const;

describeLinkContract("simulator on Verilator, ideal memory", () =>
  openLink("verilator", verilator, { ...options, seed: 1n }),
);

describeLinkContract("simulator on Verilator, latency and stalls", () =>
  openLink(
    "verilator",
    { ...verilator, harness: { readLatency: [1, 60], writeLatency: [1, 20], stalls: 0.4 } },
    { ...options, seed: 2n },
  ),
);

describeLinkContract("simulator on the newest Verilator, ideal memory", () =>
  openLink("verilator", { ...verilator, verilator: newVerilator() }, { ...options, seed: 1n }),
);
