import { expect, test } from "vitest";
import {
  type PlatformProfile,
  platformProfiles,
  profileFault,
  standardProfile,
} from "../../../src/memory/platform-profile.ts";

const PAGE = 4096;
const MIB = 2 ** 20;
const bank = (base: number, bytes = MIB) => ({ base, bytes });

test.each<[Partial<PlatformProfile>, string]>([
  [{ banks: [] }, "banks: 0 of them, there may be 1 to 4"],
  [{ banks: [0, 1, 2, 3, 4].map((n) => bank(n * MIB)) }, "banks: 5 of them, there may be 1 to 4"],
  [{ banks: [bank(0, 0)] }, "banks[0].bytes: 0 is not a multiple of a page of 4096 bytes"],
  [{ banks: [bank(0, -PAGE)] }, "banks[0].bytes: -4096 is not a multiple of a page of 4096 bytes"],
  [{ banks: [bank(0, PAGE + 1)] }, "banks[0].bytes: 4097 is not a multiple of a page of 4096 bytes"],
  [{ banks: [bank(0), bank(MIB + 1)] }, "banks[1].base: 1048577 is not a multiple of a page of 4096 bytes"],
  [{ banks: [bank(0), bank(0)] }, "banks[1]: overlaps banks[0]"],
  [{ banks: [bank(0), bank(MIB - PAGE)] }, "banks[1]: overlaps banks[0]"],
  [{ banks: [bank(8 * MIB), bank(MIB), bank(7 * MIB + PAGE)] }, "banks[2]: overlaps banks[0]"],
  [{ banks: [bank(8 * MIB), bank(MIB, 4 * MIB), bank(2 * MIB)] }, "banks[2]: overlaps banks[1]"],
  [
    { banks: [bank(0, 4 * MIB), bank(32 * MIB, 6 * MIB)], logicalAddresses: "shuffled" },
    "banks[1]: 6291456 bytes; for shuffled logicalAddresses 3 times as many must lie within a multiple of 16 MiB",
  ],
  [
    { banks: [bank(0), bank(3 * MIB - PAGE)], logicalAddresses: "shuffled" },
    "banks[1]: overlaps banks[0]; for shuffled logicalAddresses each takes 3 times its bytes",
  ],
  [{ pageBytes: PAGE / 2 }, "pageBytes: 2048 is not a power of two from 4096 on"],
  [{ pageBytes: 3 * PAGE }, "pageBytes: 12288 is not a power of two from 4096 on"],
  [{ deviceAddressBits: 23 }, "deviceAddressBits: 23 is not between 24 and 64"],
  [{ deviceAddressBits: 65 }, "deviceAddressBits: 65 is not between 24 and 64"],
  [
    { elementBytes: 24, dmaAlignment: 16 },
    "elementBytes: 24 is not a multiple of 16, as dmaAlignment or minimumTransferUnit is 16",
  ],
  [
    { elementBoundary: 8, minimumTransferUnit: 16 },
    "elementBoundary: 8 is not a power of two from 16 on, as dmaAlignment or minimumTransferUnit is 16",
  ],
  [{ elementBoundary: 0 }, "elementBoundary: 0 is not a power of two from 1 on, as"],
  [{ elementBytes: 1.5 }, "elementBytes: 1.5 is not a multiple of 1, as"],
  [{ scatterGatherLimit: 2 ** 53 }, "scatterGatherLimit: 9007199254740992 is not a number of elements"],
])("a profile with %o has a fault, which names the member", (changes, fault) => {
  expect(profileFault({ ...standardProfile, ...changes })).toContain(fault);
});

test.each<[string, Partial<PlatformProfile>]>([
  ["four banks, side by side, named in any order", { banks: [3, 1, 2, 0].map((n) => bank(n * MIB)) }],
  ["a bank of one page, at the last one below 2^52", { banks: [bank(2 ** 52 - PAGE, PAGE)] }],
  [
    "shuffled addresses that just fit",
    { banks: [bank(MIB, 5 * MIB), bank(16 * MIB, 5 * MIB)], logicalAddresses: "shuffled" },
  ],
  [
    "shuffled addresses that have room between banks",
    { banks: [bank(0), bank(3 * MIB)], logicalAddresses: "shuffled" },
  ],
  ["the smallest pages and the fewest address bits", { pageBytes: PAGE, deviceAddressBits: 24 }],
  ["large pages and all address bits", { pageBytes: 512 * PAGE, deviceAddressBits: 64 }],
  [
    "elements as short as alignment and transfer unit allow",
    { dmaAlignment: 16, minimumTransferUnit: 4, elementBytes: 16, elementBoundary: 16 },
  ],
])("%s: no fault", (_name, changes) => {
  expect(profileFault({ ...standardProfile, ...changes })).toBeUndefined();
});

test("the profiles of every project are what their descriptions say", () => {
  const { deviceAddressBits, ...standard } = standardProfile;
  expect({ deviceAddressBits, ...standard }).toEqual({
    banks: [bank(0x1000_0000, 16 * MIB), bank(0x1_8000_0000, 16 * MIB)],
    fragmentation: "shuffled",
    pageBytes: 4096,
    deviceAddressBits: 64,
    bounces: "out-of-reach",
    logicalAddresses: "physical",
    mapRegisters: 4096,
    scatterGatherLimit: 0xffff_ffff,
    elementBytes: 2 ** 32,
    elementBoundary: 2 ** 32,
    dmaAlignment: 1,
    minimumTransferUnit: 1,
  });
  const changes: Readonly<Record<string, Partial<PlatformProfile>>> = {
    standard: {},
    contiguous: { fragmentation: "contiguous" },
    "large-pages": { pageBytes: 65_536 },
    "32-bit-device": { deviceAddressBits: 32 },
    "large-host": {
      banks: [bank(0x1000_0000, 2 * MIB), bank(0x1_8000_0000, 16 * MIB), bank(0x40_0000_0000, 8 * MIB)],
      deviceAddressBits: 32,
    },
    "bounce-everything": { bounces: "everything" },
    "logical-is-not-physical": {
      banks: [bank(0x1000_0000, 5 * MIB), bank(0x1_8000_0000, 5 * MIB)],
      logicalAddresses: "shuffled",
    },
    "few-map-registers": { mapRegisters: 16 },
    "short-lists": { scatterGatherLimit: 8, elementBytes: 8192, elementBoundary: 16_384 },
  };
  expect(platformProfiles).toEqual(
    Object.fromEntries(
      Object.entries(changes).map(([name, change]) => [name, { ...standardProfile, ...change }]),
    ),
  );
});
