import { silentLog } from "../../src/core/log.ts";
import { openLink } from "../../src/links/registry.ts";
import { describeLinkContract } from "./link-contract.ts";

const options = { cacheDirectory: ".hilt/cache", log: silentLog };

describeLinkContract("simulator on Verilator, ideal memory", () =>
  openLink("verilator", { link: "simulator", engine: "verilator" }, { ...options, seed: 1n }),
);

describeLinkContract("simulator on Verilator, latency and stalls", () =>
  openLink(
    "verilator",
    {
      link: "simulator",
      engine: "verilator",
      harness: { readLatency: [1, 60], writeLatency: [1, 20], stalls: 0.4 },
    },
    { ...options, seed: 2n },
  ),
);
