import { silentLog } from "../../src/core/log.ts";
import { describeLinkContract } from "./link-contract.ts";
import { openStandIn } from "./stand-ins/stand-ins.ts";
import { stopProcess } from "./stand-ins/stop-process.ts";
import type { WallLink } from "./stand-ins/wall-link.ts";

const options = { cacheDirectory: ".hilt/cache", log: silentLog };

// The others observe accesses, and hand on no bytes of what is written.
describeLinkContract("a card", (seed = 1n) => openStandIn("a card", {}, { ...options, seed }), {
  lose: async (link) => (link as WallLink).lose(),
  sleepHost: async (_link, milliseconds) => stopProcess(milliseconds),
});
