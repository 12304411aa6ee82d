import { expect } from "vitest";
import type { ControllerAtPins } from "./controller-at-pins.ts";
import {
  DONE,
  HOST,
  opened,
  putDescriptor,
  type Scenario,
  setUp,
  start,
  switchOn,
  untilIdle,
} from "./driving.ts";
import { channelAddress } from "./register-addresses.ts";

const [FROM, TO, RING, RECORDS] = [HOST, HOST + 0x400n, HOST + 0x1000n, HOST + 0x2000n];
const channels = ["h2c", "c2h"] as const;

function letWork(device: ControllerAtPins, byRing: boolean): void {
  device.put(
    FROM,
    Uint8Array.from({ length: 256 }, (_, index) => index),
  );
  for (const id of channels) {
    const transfer = { address: (id === "h2c" ? FROM : TO) + 3n, card: 1, lengthBytes: 200 };
    if (!byRing) {
      start(device, id, transfer);
      continue;
    }
    const offset = id === "h2c" ? 0n : 0x100n;
    for (const slot of [0, 1]) putDescriptor(device, RING + offset, slot, transfer);
    switchOn(device, id, { ring: RING + offset, records: RECORDS + offset, entriesLog2: 2 });
    device.write(channelAddress(id, "RING_TAIL"), 2);
  }
}

/** One cycle of `rst` for both sides, after any number of cycles of work: nothing of before it is offered or reported. */
export const resetAtAnyMoment: Scenario = async (build) => {
  const device = await opened(build);
  const byRing = build.parameters?.["RINGS"] !== 0;
  for (let cut = 0; cut < 90; cut++) {
    // W waits now and then, so that data stand at each of its places.
    device.host.ready = (channel, cycle) => channel !== "w" || cycle % 3 === 0;
    letWork(device, byRing);
    device.run(cut);
    device.reset(1);
    device.memory.clear();
    const before = [device.taken.length, device.beats.length];
    device.run(40);
    expect([cut, device.taken.length, device.beats.length]).toEqual([cut, ...before]);
    expect([cut, device.irq]).toEqual([cut, false]);
    setUp(device);
    device.put(
      FROM,
      Uint8Array.from({ length: 64 }, (_, index) => cut + index),
    );
    for (const id of channels) {
      start(device, id, { address: id === "h2c" ? FROM : TO, card: 5, lengthBytes: 64 });
      expect([cut, id, untilIdle(device, id)]).toEqual([cut, id, DONE]);
    }
    expect([cut, device.bytesAt(TO, 64)]).toEqual([cut, device.bytesAt(FROM, 64)]);
    device.reset(1);
    setUp(device);
  }
};
