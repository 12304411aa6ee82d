import { expect } from "vitest";
import { opened, type Scenario } from "./driving.ts";
import { globalAddress } from "./register-addresses.ts";

/** AXI4-Lite lets address and data come in either order, and the answer wait. */
export const addressAndDataApart: Scenario = async (build) => {
  const device = await opened(build);
  const scratch = globalAddress("SCRATCH");
  for (const addressAt of [0, 1, 4])
    for (const dataAt of [0, 1, 4])
      for (const readyAt of [0, 5, 9]) {
        const when = { addressAt, dataAt, readyAt };
        const value = 0x5a00_0000 + 100 * addressAt + 10 * dataAt + readyAt;
        device.writeApart(scratch, value, when);
        expect([when, device.read(scratch)]).toEqual([when, value]);
        // Nothing is left over: neither is taken for the next write.
        device.write(globalAddress("IRQ_ENABLE"), addressAt);
        expect([when, device.read(scratch)]).toEqual([when, value]);
        expect([when, device.read(globalAddress("IRQ_ENABLE"))]).toEqual([when, addressAt]);
      }
};
