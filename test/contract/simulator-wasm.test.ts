import { silentLog } from "../../src/core/log.ts";
import { openLink } from "../../src/links/registry.ts";
import { describeLinkContract } from "./link-contract.ts";

const options = { cacheDirectory: ".hilt/cache", log: silentLog };

describeLinkContract("simulator on the wasm engine, ideal memory", () =>
  openLink("wasm", { link: "simulator", engine: "wasm" }, { ...options, seed: 1n }),
);

describeLinkContract("simulator on the wasm engine, latency and stalls", () =>
  openLink(
    "wasm",
    {
      link: "simulator",
      engine: "wasm",
      harness: { readLatency: [1, 60], writeLatency: [1, 20], stalls: 0.4 },
    },
    { ...options, seed: 2n },
  ),
);

describeLinkContract("simulator on the wasm engine, interrupts as messages", () =>
  openLink("wasm", { link: "simulator", engine: "wasm", interrupts: "message" }, { ...options, seed: 3n }),
);
