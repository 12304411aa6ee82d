import { expect } from "vitest";
import type { Taken } from "./controller-at-pins.ts";
import {
  DONE,
  HALTED,
  HOST,
  kind,
  opened,
  putDescriptor,
  RESUME,
  read,
  type Scenario,
  stage,
  start,
  switchOn,
  untilIdle,
} from "./driving.ts";
import { channelAddress } from "./register-addresses.ts";

const SLVERR = 2;

/** RLAST too early, and too late, in each beat of a burst of payload. */
export const wrongLastOfData: Scenario = async (build) => {
  const wordBytes = (build.parameters?.["DATA_W"] ?? 64) / 8;
  const device = await opened(build);
  const lengthBytes = 6 * wordBytes;
  for (let beats = 1; beats <= 8; beats++) {
    device.host.beatsOf = () => beats;
    start(device, "h2c", { address: HOST, card: 0, lengthBytes });
    const status = untilIdle(device, "h2c");
    const error = read(device, "h2c", "ERROR");
    const arrived = beats === 6 ? lengthBytes : Math.min(beats - 1, 5) * wordBytes;
    expect([beats, status, error]).toEqual(
      beats === 6 ? [beats, DONE, 0] : [beats, HALTED, kind("BURST_LENGTH")],
    );
    expect([beats, read(device, "h2c", "RESIDUE")]).toEqual([beats, lengthBytes - arrived]);
    if (beats !== 6) expect(read(device, "h2c", "ERROR_ADDRESS_LOW")).toBe(Number(HOST) + arrived);
  }
};

/** The same in a burst of descriptors: the failed one is named, those before it are worked off, and RESUME goes on. */
export const wrongLastOfDescriptors: Scenario = async (build) => {
  const wordBytes = (build.parameters?.["DATA_W"] ?? 64) / 8;
  const words = 32 / wordBytes;
  const ring = HOST + 0x1000n;
  for (let beats = 1; beats <= 3 * words + 2; beats++) {
    const device = await opened(build);
    for (let slot = 0; slot < 3; slot++)
      putDescriptor(device, ring, slot, {
        address: HOST + BigInt(64 * slot),
        card: 64 * slot,
        lengthBytes: 24,
      });
    switchOn(device, "h2c", { ring, records: HOST + 0x2000n, entriesLog2: 3 });
    device.host.beatsOf = (burst: Taken) => (burst.id === 1 ? beats : burst.beats);
    device.write(channelAddress("h2c", "RING_TAIL"), 3);
    const status = untilIdle(device, "h2c");
    if (beats === 3 * words) {
      expect([beats, status]).toEqual([beats, DONE]);
      continue;
    }
    const failed = Math.min(Math.floor((beats - 1) / words), 2);
    const place = Math.min(beats - 1, 3 * words - 1) * wordBytes;
    expect([beats, status]).toEqual([beats, HALTED]);
    expect([beats, read(device, "h2c", "ERROR")]).toEqual([
      beats,
      (kind("BURST_LENGTH") | (stage("DESCRIPTOR") << 4) | (failed << 16)) >>> 0,
    ]);
    expect([beats, read(device, "h2c", "ERROR_ADDRESS_LOW")]).toEqual([beats, Number(ring) + place]);
    expect([beats, read(device, "h2c", "RING_HEAD")]).toEqual([beats, failed + 1]);
    const [, , status2] = device.bytesAt(HOST + 0x2000n + BigInt(16 * failed), 16);
    expect([beats, status2]).toEqual([beats, kind("BURST_LENGTH") | (stage("DESCRIPTOR") << 4)]);
    device.host.beatsOf = (burst) => burst.beats;
    device.write(channelAddress("h2c", "COMMAND"), RESUME);
    expect([beats, untilIdle(device, "h2c")]).toEqual([beats, failed === 2 ? 0 : DONE]);
    expect([beats, read(device, "h2c", "RING_HEAD")]).toEqual([beats, 3]);
  }
};

/** RLAST too early on a beat with an error response: nothing waits for the rest, and the length is what is reported. */
export const wrongLastWithResponse: Scenario = async (build) => {
  const wordBytes = (build.parameters?.["DATA_W"] ?? 64) / 8;
  for (const part of ["DATA", "DESCRIPTOR"] as const) {
    const device = await opened(build);
    device.host.beatsOf = () => 2;
    device.host.responseOf = (_burst, beat) => (beat === 1 ? SLVERR : 0);
    if (part === "DATA") start(device, "h2c", { address: HOST, card: 0, lengthBytes: 6 * wordBytes });
    else {
      const ring = HOST + 0x1000n;
      putDescriptor(device, ring, 0, { address: HOST, card: 0, lengthBytes: 24 });
      switchOn(device, "h2c", { ring, records: undefined, entriesLog2: 3 });
      device.write(channelAddress("h2c", "RING_TAIL"), 1);
    }
    expect([part, untilIdle(device, "h2c")]).toEqual([part, HALTED]);
    const error = kind("BURST_LENGTH") | (stage(part) << 4);
    expect([part, read(device, "h2c", "ERROR")]).toEqual([part, error]);
  }
};
