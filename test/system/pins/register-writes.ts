import { expect } from "vitest";
import { MAGIC, REGISTER_SPACE_BYTES } from "../../../src/spec/registers.ts";
import { opened, type Scenario } from "./driving.ts";
import { globalAddress } from "./register-addresses.ts";

const SLVERR = 2;

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

/** An answer that waits stays what it is, whatever is asked meanwhile. */
export const answersStay: Scenario = async (build) => {
  const device = await opened(build);
  const [magic, scratch] = [globalAddress("MAGIC"), globalAddress("SCRATCH")];
  device.write(scratch, 7);
  const next = { s_axil_arvalid: 1, s_axil_araddr: scratch };
  device.step({ s_axil_arvalid: 1, s_axil_araddr: magic });
  for (let wait = 0; wait < 5; wait++) device.step(next);
  expect(device.step({ ...next, s_axil_rready: 1 }).value).toBe(MAGIC);
  device.step(next);
  expect(device.step({ s_axil_rready: 1 }).value).toBe(7);

  const write = (address: number): Readonly<Record<string, number>> => ({
    ...{ s_axil_awvalid: 1, s_axil_awaddr: address, s_axil_wvalid: 1, s_axil_wdata: 9, s_axil_wstrb: 15 },
  });
  device.step(write(REGISTER_SPACE_BYTES));
  device.step(write(scratch));
  for (let wait = 0; wait < 5; wait++) {
    expect([wait, device.get("s_axil_bvalid"), device.get("s_axil_bresp")]).toEqual([wait, 1, SLVERR]);
    device.step({});
  }
  expect(device.step({ s_axil_bready: 1 }).answered).toBe(true);
  expect(device.get("s_axil_bresp")).toBe(0);
  expect(device.step({ s_axil_bready: 1 }).answered).toBe(true);
  expect(device.read(scratch)).toBe(9);
};
