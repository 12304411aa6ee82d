import { silentLog } from "../../src/core/log.ts";
import { openStandIn, standInNames, standInTraits } from "../contract/stand-ins/stand-ins.ts";
import { describeDriver } from "./driver-suite.ts";

for (const name of standInNames) {
  describeDriver({
    name,
    open: (harness, seed) =>
      openStandIn(name, harness, { seed, cacheDirectory: ".hilt/cache", log: silentLog }),
    traits: standInTraits(name),
  });
}
