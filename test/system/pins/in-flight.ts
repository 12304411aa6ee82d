import { expect } from "vitest";
import type { Build, Taken } from "./controller-at-pins.ts";
import {
  ABORT,
  BUS_MASTER,
  BUSY,
  DONE,
  HALTED,
  HOST,
  kind,
  opened,
  putDescriptor,
  RESUME,
  read,
  type Scenario,
  START,
  start,
  switchOn,
  untilIdle,
} from "./driving.ts";
import { channelAddress, globalAddress } from "./register-addresses.ts";

const SLVERR = 2;
const channels = ["h2c", "c2h"] as const;
const long = { address: HOST, card: 0, lengthBytes: 3000 };
const silent = (channel: string): boolean => channel !== "r" && channel !== "b";

const shortBursts = (build: Build): Build => ({
  ...build,
  parameters: { ...build.parameters, BURST_BYTES_LOG2: 6 },
});

/** As many bursts as OUTSTANDING says wait for a host that does not answer, and no more. */
export const asManyAsOutstanding: Scenario = async (build) => {
  for (const id of channels) {
    const device = await opened(shortBursts(build));
    device.host.ready = silent;
    start(device, id, long);
    device.run(400);
    expect([id, device.taken.length]).toEqual([id, build.parameters?.["OUTSTANDING"] ?? 16]);
    device.host.ready = () => true;
    expect([id, untilIdle(device, id)]).toEqual([id, DONE]);
  }
};

/** A transfer that lost the bus ends, though BUS_MASTER is set again before its bursts are answered. */
export const busMasterBack: Scenario = async (build) => {
  for (const id of channels) {
    const device = await opened(shortBursts(build));
    device.host.ready = silent;
    start(device, id, long);
    device.run(40);
    device.write(globalAddress("CONTROL"), 0);
    device.write(globalAddress("CONTROL"), BUS_MASTER);
    device.run(10);
    const before = device.taken.length;
    device.host.ready = () => true;
    expect([id, untilIdle(device, id)]).toEqual([id, HALTED]);
    expect([id, read(device, id, "ERROR")]).toEqual([id, kind("BUS_MASTER_OFF")]);
    expect([id, device.taken.length]).toEqual([id, before]);
  }
};

/** After a burst that failed no other is asked for. */
export const nothingAfterFailure: Scenario = async (build) => {
  for (const id of channels) {
    const device = await opened(shortBursts(build));
    const fails = ({ address }: Taken): number => (address === HOST + 128n ? SLVERR : 0);
    Object.assign(device.host, { responseOf: fails, answerOf: fails });
    start(device, id, long);
    expect([id, untilIdle(device, id)]).toEqual([id, HALTED]);
    expect([id, device.taken.length]).toEqual([id, 3]);
  }
};

/** A channel that will halt once its last fetch has been answered fetches nothing more, though its tail moves. */
export const noFetchAfterFailure: Scenario = async (build) => {
  const beatsOfDescriptor = 256 / (build.parameters?.["DATA_W"] ?? 64);
  for (const id of channels) {
    const device = await opened(build);
    const ring = HOST + 0x1000n;
    const moveTail = (tail: number): void => {
      device.write(channelAddress(id, "RING_TAIL"), tail);
      device.run(50);
    };
    for (const slot of [0, 1, 2])
      putDescriptor(device, ring, slot, { address: HOST, card: 0, lengthBytes: slot === 0 ? 0 : 8 });
    switchOn(device, id, { ring, records: undefined, entriesLog2: 3 });
    device.host.ready = silent;
    moveTail(1);
    moveTail(2);
    let beats = beatsOfDescriptor;
    device.host.ready = (channel) => channel !== "r" || beats-- > 0;
    device.run(50);
    expect([id, read(device, id, "STATUS"), device.taken.length]).toEqual([id, BUSY, 2]);
    moveTail(3);
    expect([id, device.taken.length]).toEqual([id, 2]);
    device.host.ready = () => true;
    expect([id, untilIdle(device, id), device.taken.length]).toEqual([id, HALTED, 2]);
  }
};

/** A START in the cycle after an aborted transfer has ended, or in any other, is not aborted with it. */
export const startAfterAbort: Scenario = async (build) => {
  for (const id of channels) {
    const seen = new Set<string>();
    for (let cycles = 0; cycles < 60; cycles++) {
      const device = await opened(shortBursts(build));
      start(device, id, { ...long, lengthBytes: 1000 });
      device.write(channelAddress(id, "COMMAND"), ABORT);
      device.run(cycles);
      device.write(channelAddress(id, "COMMAND"), START);
      const status = untilIdle(device, id);
      seen.add([read(device, id, "COMPLETED"), status].join(" "));
    }
    expect([id, [...seen].sort()]).toEqual([id, [`1 ${HALTED}`, `2 ${DONE}`]]);
  }
};

/** RESIDUE is 0 of a descriptor that was not read, whatever the one before it left. */
export const noResidueOfBarred: Scenario = async (build) => {
  for (const id of channels) {
    const device = await opened(build);
    const ring = HOST + 0x1000n;
    for (const slot of [0, 1])
      putDescriptor(device, ring, slot, { address: HOST, card: 4090, lengthBytes: 100 });
    switchOn(device, id, { ring, records: undefined, entriesLog2: 3 });
    device.write(channelAddress(id, "RING_TAIL"), 1);
    expect([id, untilIdle(device, id), read(device, id, "RESIDUE")]).toEqual([id, HALTED, 100]);
    device.write(globalAddress("CONTROL"), 0);
    device.write(channelAddress(id, "COMMAND"), RESUME);
    device.write(channelAddress(id, "RING_TAIL"), 2);
    expect([id, untilIdle(device, id), read(device, id, "RESIDUE")]).toEqual([id, HALTED, 0]);
  }
};
