import { expect } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { wrongLastOfData, wrongLastOfDescriptors, wrongLastWithResponse } from "./burst-length.ts";
import { type ControllerAtPins, roughManners, type Taken } from "./controller-at-pins.ts";
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
  RESET,
  RESUME,
  read,
  type Scenario,
  START,
  start,
  switchOn,
  untilIdle,
} from "./driving.ts";
import {
  asManyAsOutstanding,
  busMasterBack,
  noFetchAfterFailure,
  noResidueOfBarred,
  nothingAfterFailure,
  startAfterAbort,
} from "./in-flight.ts";
import { quietReset, startAfterRing } from "./leaving-ring.ts";
import { type ChannelId, channelAddress, globalAddress } from "./register-addresses.ts";
import { addressAndDataApart, answersStay } from "./register-writes.ts";
import { resetAtAnyMoment } from "./reset.ts";

/** No word is offered that no burst asks for, and each burst has its last word where it ends. */
function checkWords({ taken, beats }: ControllerAtPins): void {
  const ends: number[] = [];
  for (const { way, beats: words } of taken) if (way === "write") ends.push((ends.at(-1) ?? 0) + words);
  expect(beats.flatMap(({ last }, index) => (last ? [index + 1] : []))).toEqual(ends);
  expect(beats.length).toBe(ends.at(-1));
}

const pieces = [300, 8, 77, 1, 500].map((lengthBytes, index) => ({ lengthBytes, at: 301 * index }));

/** Descriptors for both ways at once, from the host to the card's upper half and from its lower half back. */
function queuePieces(device: ControllerAtPins, id: ChannelId, ring: bigint, records: bigint): void {
  for (const [slot, { lengthBytes, at }] of pieces.entries()) {
    const isUp = id === "h2c";
    const address = HOST + (isUp ? 0n : 0x2_0000n) + BigInt(at);
    putDescriptor(device, ring, slot, { address, card: isUp ? 2048 + at : at, lengthBytes });
  }
  switchOn(device, id, { ring, records, entriesLog2: 3 });
  device.write(channelAddress(id, "RING_TAIL"), pieces.length);
}

function checkRecords(device: ControllerAtPins, records: bigint): void {
  for (const slot of pieces.keys()) {
    const expected = Buffer.alloc(16);
    expected.writeUInt16LE(slot, 0);
    expected.writeUInt32LE(0x100 + slot, 8);
    expected[15] = 0x80;
    const record = Buffer.from(device.bytesAt(records + BigInt(16 * slot), 16));
    expect(record.toString("hex")).toBe(expected.toString("hex"));
  }
}

/** Both rings with records at once, on a host that answers across IDs in any order, and takes W before its AW. */
const outOfOrder: Scenario = async (build) => {
  for (const seed of [1, 2, 3]) {
    const device = await opened(build);
    const bytes = new Random(BigInt(seed)).bytes(2200);
    device.put(HOST, bytes);
    start(device, "h2c", { address: HOST, card: 0, lengthBytes: 2048 });
    expect(untilIdle(device, "h2c")).toBe(DONE);
    device.taken.length = 0;
    roughManners(device, seed);
    const places = { h2c: HOST + 0x10_0000n, c2h: HOST + 0x11_0000n } as const;
    for (const id of ["h2c", "c2h"] as const) queuePieces(device, id, places[id], places[id] + 0x1000n);
    for (const id of ["h2c", "c2h"] as const) {
      expect(untilIdle(device, id)).toBe(DONE);
      checkRecords(device, places[id] + 0x1000n);
    }
    for (const { lengthBytes, at } of pieces)
      expect(device.bytesAt(HOST + 0x2_0000n + BigInt(at), lengthBytes)).toEqual(
        bytes.slice(at, at + lengthBytes),
      );
    // What the first ring has brought.
    device.write(channelAddress("c2h", "RING_CONTROL"), 0);
    start(device, "c2h", { address: HOST + 0x3_0000n, card: 2048, lengthBytes: 300 });
    expect(untilIdle(device, "c2h")).toBe(DONE);
    expect(device.bytesAt(HOST + 0x3_0000n, 300)).toEqual(bytes.slice(0, 300));
    checkWords(device);
  }
};

/** Every access is that of an unprivileged bus master to memory. */
const attributes: Scenario = async (build) => {
  const device = await opened(build);
  const [ring, records] = [HOST + 0x1000n, HOST + 0x2000n];
  putDescriptor(device, ring, 0, { address: HOST, card: 0, lengthBytes: 100 });
  for (const id of ["h2c", "c2h"] as const) {
    switchOn(device, id, { ring, records, entriesLog2: 1 });
    device.write(channelAddress(id, "RING_TAIL"), 1);
    untilIdle(device, id);
  }
  const seen = device.taken.map(({ way, id, cache, prot }) => [way, id, cache, prot].join(" "));
  expect(new Set(seen)).toEqual(
    new Set(["read 0 3 0", "read 1 3 0", "read 2 3 0", "write 0 3 0", "write 1 3 0", "write 2 3 0"]),
  );
};

/** Idle lines of the register port that look like a write to IRQ_STATUS clear nothing. */
const idleRegisterLines: Scenario = async (build) => {
  const device = await opened(build);
  device.host.junk = 0xffff_ffff_ffff_ffffn;
  start(device, "h2c", { address: HOST, card: 0, lengthBytes: 64 });
  device.run(60);
  expect([device.irq, device.read(globalAddress("IRQ_STATUS"))]).toEqual([true, 1]);
};

/** A write of some bytes: kept ones stay; RING_TAIL and RING_CONTROL take both lower bytes or nothing. */
const partialWrites: Scenario = async (build) => {
  const device = await opened(build);
  const plain = [
    globalAddress("SCRATCH"),
    globalAddress("IRQ_ENABLE"),
    ...(["HOST_ADDRESS_LOW", "CARD_ADDRESS", "LENGTH"] as const).map((name) => channelAddress("c2h", name)),
  ];
  for (const address of plain) {
    for (let strobe = 0; strobe < 16; strobe++) {
      device.write(address, 0x1234_5678);
      device.write(address, 0xa9b8_c7d6, strobe);
      const bytes = [0, 1, 2, 3].map(
        (byte) => ((strobe >> byte) & 1 ? 0xa9b8_c7d6 : 0x1234_5678) & (0xff << (8 * byte)),
      );
      expect([strobe, device.read(address)]).toEqual([
        strobe,
        bytes.reduce((sum, one) => (sum | one) >>> 0, 0),
      ]);
    }
  }
  const coalesce = channelAddress("h2c", "COALESCE");
  for (const [strobe, value] of [
    [1, 0x0000_0011],
    [4, 0x0022_0011],
    [8, 0x3322_0011],
    [2, 0x3322_0011],
  ] as const) {
    device.write(coalesce, 0x3322_4411, strobe);
    expect(device.read(coalesce)).toBe(value);
  }
  const control = channelAddress("h2c", "RING_CONTROL");
  for (const strobe of [0, 1, 2, 4, 8, 12, 13, 14]) {
    device.write(control, 0x0301, strobe);
    expect([strobe, device.read(control)]).toEqual([strobe, 0]);
  }
  device.write(globalAddress("CONTROL"), 0);
  device.write(control, 0x0301, 3);
  expect(device.read(control)).toBe(0x0301);
  const tail = channelAddress("h2c", "RING_TAIL");
  for (const strobe of [1, 2, 12, 13, 14]) {
    device.write(tail, 0x0105, strobe);
    expect([strobe, device.read(tail)]).toEqual([strobe, 0]);
  }
  device.write(globalAddress("IRQ_TEST"), 1, 14);
  device.write(channelAddress("c2h", "COMMAND"), START, 14);
  device.write(globalAddress("CONTROL"), BUS_MASTER, 14);
  expect(device.read(globalAddress("IRQ_STATUS")) & ~2).toBe(0);
  expect(device.read(globalAddress("CONTROL"))).toBe(0);
  expect(read(device, "c2h", "COMPLETED")).toBe(0);
};

/** RESUME is for rings: what a transfer of the registers has left stays. */
const resumeWithoutRing: Scenario = async (build) => {
  const device = await opened(build);
  start(device, "h2c", { address: HOST, card: 0, lengthBytes: 0 });
  const error = read(device, "h2c", "ERROR");
  expect(error).toBe(kind("ZERO_LENGTH"));
  device.write(channelAddress("h2c", "COMMAND"), RESUME);
  expect([read(device, "h2c", "STATUS"), read(device, "h2c", "ERROR")]).toEqual([HALTED, error]);
};

/** START wins over an ABORT in the same write. */
const startWithAbort: Scenario = async (build) => {
  const device = await opened(build);
  start(device, "h2c", { address: HOST, card: 0, lengthBytes: 64 });
  expect(untilIdle(device, "h2c")).toBe(DONE);
  device.write(channelAddress("h2c", "COMMAND"), START | ABORT);
  expect(untilIdle(device, "h2c")).toBe(DONE);
  expect(read(device, "h2c", "COMPLETED")).toBe(2);
};

/** From the answer to the write that clears BUS_MASTER on, no address is offered that was not before. */
const busMasterOff: Scenario = async (build) => {
  for (const id of ["h2c", "c2h"] as const) {
    for (let cycle = 0; cycle < 70; cycle++) {
      const device = await opened({ ...build, parameters: { ...build.parameters, BURST_BYTES_LOG2: 6 } });
      const [ring, records] = [HOST + 0x1000n, HOST + 0x2000n];
      for (let slot = 0; slot < 3; slot++)
        putDescriptor(device, ring, slot, { address: HOST, card: 0, lengthBytes: 400 });
      switchOn(device, id, { ring, records, entriesLog2: 3 });
      device.write(channelAddress(id, "RING_TAIL"), 3);
      device.run(cycle);
      const answered = device.write(globalAddress("CONTROL"), 0);
      // Of three masters two may still wait for the one that is offered.
      const after = (): Taken[] => device.taken.filter((one) => one.cycle > answered + 2);
      untilIdle(device, id);
      device.run(50);
      expect([id, cycle, after()]).toEqual([id, cycle, []]);
    }
  }
};

/** The same for a transfer of the registers: one master, so no address waits for another. */
const busMasterOffAlone: Scenario = async (build) => {
  for (const id of ["h2c", "c2h"] as const) {
    for (let cycle = 0; cycle < 20; cycle++) {
      const device = await opened({ ...build, parameters: { ...build.parameters, BURST_BYTES_LOG2: 6 } });
      start(device, id, { address: HOST, card: 0, lengthBytes: 3000 });
      device.run(cycle);
      const answered = device.write(globalAddress("CONTROL"), 0);
      expect(untilIdle(device, id)).toBe(HALTED);
      expect(device.taken.filter((one) => one.cycle > answered)).toEqual([]);
      expect(read(device, id, "ERROR")).toBe(kind("BUS_MASTER_OFF"));
    }
  }
};

/** The last byte of the address space can be reached, and the one after it is refused; so for rings and their records. */
const topOfAddresses: Scenario = async (build) => {
  const bits = build.parameters?.["ADDR_W"] ?? 64;
  const top = 1n << BigInt(bits);
  const device = await opened(build);
  const bytes = new Random(9n).bytes(3000);
  device.put(top - 3000n, bytes);
  start(device, "h2c", { address: top - 3000n, card: 5, lengthBytes: 3000 });
  expect(untilIdle(device, "h2c")).toBe(DONE);
  start(device, "c2h", { address: top - 2999n, card: 6, lengthBytes: 2999 });
  expect(untilIdle(device, "c2h")).toBe(DONE);
  expect(device.bytesAt(top - 3000n, 3000)).toEqual(bytes);
  for (const lengthBytes of [2, 17, 3000]) {
    device.taken.length = 0;
    start(device, "h2c", { address: top - BigInt(lengthBytes) + 1n, card: 0, lengthBytes });
    expect([untilIdle(device, "h2c"), read(device, "h2c", "ERROR")]).toEqual([HALTED, kind("HOST_RANGE")]);
    expect(device.taken).toEqual([]);
  }
};

/** A ring or its records that would leave the address space cannot be switched on; one that ends with it can. */
const ringsAtTheTop: Scenario = async (build) => {
  const top = 1n << BigInt(build.parameters?.["ADDR_W"] ?? 64);
  const ok = HOST;
  const enabled = async (
    ring: bigint,
    records: bigint | undefined,
    entriesLog2: number,
    compact: boolean,
  ): Promise<boolean> => {
    const device = await opened(build);
    return (switchOn(device, "h2c", { ring, records, entriesLog2, compact }) & 1) === 1;
  };
  for (const entriesLog2 of [1, 8, 16]) {
    const full = 32n << BigInt(entriesLog2);
    const short = full / 2n;
    expect(await enabled(top - full, top - short, entriesLog2, false)).toBe(true);
    expect(await enabled(top - full + 32n, ok, entriesLog2, false)).toBe(false);
    expect(await enabled(top - 32n, ok, entriesLog2, false)).toBe(false);
    expect(await enabled(top - short, ok, entriesLog2, true)).toBe(true);
    expect(await enabled(top - short + 16n, ok, entriesLog2, true)).toBe(false);
    expect(await enabled(ok, top - short + 16n, entriesLog2, false)).toBe(false);
    expect(await enabled(ok, top - 16n, entriesLog2, true)).toBe(false);
    expect(await enabled(ok, undefined, entriesLog2, false)).toBe(true);
    // Across the place of a bit that the check does not look at.
    expect(await enabled(top / 2n - 32n, top / 2n - 16n, entriesLog2, false)).toBe(true);
  }
  // The last descriptor and the last record at the top are used.
  const device = await opened(build);
  const [ring, records] = [top - 64n, top - 128n];
  for (let turn = 0; turn < 2; turn++) {
    for (let slot = 0; slot < 2; slot++)
      putDescriptor(device, ring, slot, { address: HOST, card: 0, lengthBytes: 8 });
    if (turn === 0) switchOn(device, "h2c", { ring, records, entriesLog2: 1 });
    device.write(channelAddress("h2c", "RING_TAIL"), turn === 0 ? 1 : 0);
    expect(untilIdle(device, "h2c")).toBe(DONE);
  }
  expect(device.bytesAt(records + 31n, 1)[0]).toBe(0x80);
};

/** TIME runs from the first flagged descriptor that waits, not from before it. */
const coalescingTime: Scenario = async (build) => {
  const device = await opened(build);
  const ring = HOST + 0x1000n;
  for (let slot = 0; slot < 3; slot++)
    putDescriptor(device, ring, slot, { address: HOST, card: 0, lengthBytes: 8 });
  device.write(channelAddress("h2c", "COALESCE"), 10 | (40 << 16));
  switchOn(device, "h2c", { ring, records: undefined, entriesLog2: 3 });
  for (let tail = 1; tail <= 2; tail++) {
    device.run(1000);
    const from = device.cycle;
    device.write(channelAddress("h2c", "RING_TAIL"), tail);
    while (!device.irq && device.cycle < from + 2000) device.run(1);
    const waited = device.cycle - from;
    expect([tail, waited >= 640 && waited < 680]).toEqual([tail, true]);
    device.write(globalAddress("IRQ_STATUS"), 0xffff_ffff);
    expect(device.irq).toBe(false);
  }
};

/** What is coalesced raises its interrupt when the ring is switched off. */
const coalescedAtTheEnd: Scenario = async (build) => {
  const device = await opened(build);
  const ring = HOST + 0x1000n;
  putDescriptor(device, ring, 0, { address: HOST, card: 0, lengthBytes: 8 });
  device.write(channelAddress("h2c", "COALESCE"), 10);
  switchOn(device, "h2c", { ring, records: undefined, entriesLog2: 3 });
  device.write(channelAddress("h2c", "RING_TAIL"), 1);
  device.run(300);
  expect([read(device, "h2c", "COMPLETED"), device.irq]).toEqual([1, false]);
  device.write(channelAddress("h2c", "RING_CONTROL"), 0);
  expect([device.read(globalAddress("IRQ_STATUS")), device.irq]).toEqual([1, true]);
};

/** A host that does not answer: ABORT and RESET wait for it and end with its answer; `rst` of both sides does not wait. */
const silentHost: Scenario = async (build) => {
  for (const id of ["h2c", "c2h"] as const) {
    const device = await opened(build);
    device.host.ready = (channel) => channel !== "r" && channel !== "b";
    start(device, id, { address: HOST, card: 0, lengthBytes: 2000 });
    device.write(channelAddress(id, "COMMAND"), ABORT);
    device.run(1000);
    expect(read(device, id, "STATUS")).toBe(BUSY);
    device.write(globalAddress("CONTROL"), BUS_MASTER | RESET);
    device.run(1000);
    expect(device.read(globalAddress("CONTROL"))).toBe(BUS_MASTER | RESET);
    device.host.ready = () => true;
    device.run(600);
    expect(device.read(globalAddress("CONTROL"))).toBe(0);
    device.write(globalAddress("CONTROL"), BUS_MASTER);
    device.host.ready = (channel) => channel !== "r" && channel !== "b";
    start(device, id, { address: HOST, card: 0, lengthBytes: 2000 });
    device.run(50);
    device.host.ready = () => true;
    device.reset();
    device.write(globalAddress("CONTROL"), BUS_MASTER);
    start(device, id, { address: HOST, card: 0, lengthBytes: 64 });
    expect(untilIdle(device, id)).toBe(DONE);
  }
};

const narrow = { DATA_W: 32, ADDR_W: 32, BURST_BYTES_LOG2: 10 } as const;
const middle = { DATA_W: 32, ADDR_W: 40, BURST_BYTES_LOG2: 6, OUTSTANDING: 1 } as const;

/** Each by name, with the parameters of the builds that it is for; the first is the one that its mutants are tried on. */
export const scenarios = {
  "answers across IDs come in any order, and W is taken before its AW": [outOfOrder, [{}, narrow]],
  "every access has the attributes of a bus master to memory": [attributes, [{}]],
  "junk on idle lines of the register port does nothing": [idleRegisterLines, [{}]],
  "a write of some bytes changes those, and half a tail is not taken": [partialWrites, [{}]],
  "address and data of a register write come in either order": [addressAndDataApart, [{}]],
  "an answer of the register port stays while it waits": [answersStay, [{}]],
  "RESUME does nothing to a transfer of the registers": [resumeWithoutRing, [{}, { RINGS: 0 }]],
  "START and ABORT in one write: the ABORT is ignored": [startWithAbort, [{}]],
  "RLAST at another beat than the last ends a transfer with BURST_LENGTH": [wrongLastOfData, [{}, narrow]],
  "RLAST at another beat than the last fails a descriptor with BURST_LENGTH": [
    wrongLastOfDescriptors,
    [{}, narrow],
  ],
  "an early RLAST with an error response ends what waits for the rest": [wrongLastWithResponse, [{}, narrow]],
  "no address is offered after the write that clears BUS_MASTER is answered": [
    (build) => busMasterOff(build).then(() => busMasterOffAlone(build)),
    [{}],
  ],
  "a transfer may end with the address space, and not after it": [topOfAddresses, [{}, narrow, middle]],
  "rings and records may end with the address space, and not after it": [ringsAtTheTop, [{}, narrow, middle]],
  "the time of coalescing runs from the first descriptor that waits": [coalescingTime, [{}]],
  "what is coalesced raises its interrupt when the ring is switched off": [coalescedAtTheEnd, [{}]],
  "as many bursts as OUTSTANDING are in flight, and no more": [
    asManyAsOutstanding,
    [{}, middle, { OUTSTANDING: 3 }],
  ],
  "a transfer that lost the bus ends, though BUS_MASTER is set again": [busMasterBack, [{}]],
  "after a burst that failed no other is asked for": [nothingAfterFailure, [{ OUTSTANDING: 1 }]],
  "a channel that is about to halt fetches nothing more": [noFetchAfterFailure, [{}, narrow]],
  "a START after an ABORT is not aborted with it": [startAfterAbort, [{}]],
  "RESIDUE is 0 of a descriptor that was not read": [noResidueOfBarred, [{}]],
  "one cycle of rst at any moment leaves nothing of what was in flight": [
    resetAtAnyMoment,
    [{}, narrow, { RINGS: 0 }],
  ],
  "ABORT and RESET wait for a host that does not answer": [silentHost, [{}]],
  "nothing of a ring that was switched off is left for a START": [startAfterRing, [{}, narrow]],
  "a RESET that clears BUS_MASTER raises nothing": [quietReset, [{}]],
} as const satisfies Readonly<
  Record<string, readonly [Scenario, readonly Readonly<Record<string, number>>[]]>
>;
