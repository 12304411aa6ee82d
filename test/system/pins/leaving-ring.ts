import { expect } from "vitest";
import type { Build } from "./controller-at-pins.ts";
import { DONE, HOST, opened, putDescriptor, RESET, read, type Scenario, START, switchOn } from "./driving.ts";
import { type ChannelId, channelAddress, globalAddress } from "./register-addresses.ts";

const [RING, RECORDS] = [HOST + 0x1000n, HOST + 0x2000n];
const SLVERR = 2;

/**
 * RING_CONTROL = 0 and START in two cycles that follow each other, at any moment while a descriptor comes whose first beat fails: it is
 * reported in its record, and otherwise it is no descriptor of the transfer that START begins.
 */
export const startAfterRing: Scenario = async (build) => {
  for (const id of ["h2c", "c2h"] as const) {
    const seen = new Set<string>();
    for (let cut = 0; cut < 40; cut++) seen.add(await leftAfter(build, id, cut));
    expect([id, [...seen].sort()]).toEqual([id, ["ignored", "recorded", "started"]]);
  }
};

async function leftAfter(build: Build, id: ChannelId, cut: number): Promise<string> {
  const device = await opened(build);
  device.host.responseOf = (burst, beat) => (burst.id !== 0 && beat === 0 ? SLVERR : 0);
  putDescriptor(device, RING, 0, { address: HOST, card: 0, lengthBytes: 64 });
  device.write(channelAddress(id, "HOST_ADDRESS_LOW"), Number(HOST));
  device.write(channelAddress(id, "LENGTH"), 64);
  switchOn(device, id, { ring: RING, records: RECORDS, entriesLog2: 1 });
  device.write(channelAddress(id, "RING_TAIL"), 1);
  device.run(cut);
  device.writeInTurn([
    [channelAddress(id, "RING_CONTROL"), 0],
    [channelAddress(id, "COMMAND"), START],
  ]);
  device.run(200);
  if (device.bytesAt(RECORDS, 16).some((byte) => byte !== 0)) return "recorded";
  const hasMoved = device.taken.some((burst) => burst.id === 0);
  const found = [read(device, id, "STATUS"), read(device, id, "ERROR")];
  expect([id, cut, ...found]).toEqual([id, cut, hasMoved ? DONE : 0, 0]);
  return hasMoved ? "started" : "ignored";
}

/** RESET that clears BUS_MASTER too, while a descriptor is waited for: no cause is raised on the way. */
export const quietReset: Scenario = async (build) => {
  const device = await opened(build);
  device.host.ready = (channel) => channel !== "r";
  for (const id of ["h2c", "c2h"] as const) {
    switchOn(device, id, { ring: RING, records: RECORDS, entriesLog2: 1 });
    device.write(channelAddress(id, "RING_TAIL"), 1);
  }
  device.run(20);
  expect(device.taken.map((burst) => burst.id).sort()).toEqual([1, 2]);
  device.write(globalAddress("CONTROL"), RESET);
  device.host.ready = () => true;
  for (let cycle = 0; cycle < 40; cycle++) {
    expect([cycle, device.irq]).toEqual([cycle, false]);
    device.run(1);
  }
  expect(device.read(globalAddress("CONTROL"))).toBe(0);
};
