import type { Link } from "../../src/bus/link.ts";
import { silentLog } from "../../src/core/log.ts";
import { breaker } from "../system/board/breaker-device.ts";
import { ringer } from "../system/foreign/ringer.ts";
import { describeLinkContract } from "./link-contract.ts";
import { openStandIn, standInNames, standInTraits } from "./stand-ins/stand-ins.ts";
import { stopProcess } from "./stand-ins/stop-process.ts";
import type { WallLink } from "./stand-ins/wall-link.ts";

const options = { cacheDirectory: ".hilt/cache", log: silentLog };

/** What can be done to a device that goes on by itself, at the end of a cable. */
const onWallTime = {
  lose: async (link: Link) => (link as WallLink).lose(),
  mute: async (link: Link) => (link as WallLink).mute(),
  sleepHost: async (_link: Link, milliseconds: number) => stopProcess(milliseconds),
};

for (const name of standInNames) {
  const open = (seed = 1n) => openStandIn(name, {}, { ...options, seed });
  const breaking = { breaker: () => openStandIn(name, {}, { ...options, seed: 1n }, breaker) };
  const several = () => openStandIn(name, {}, { ...options, seed: 1n }, ringer(2));
  describeLinkContract(name, open, {
    several,
    ...(standInTraits(name).time === "wall" ? onWallTime : {}),
    ...breaking,
  });
}
