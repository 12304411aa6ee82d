import { expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { encodeUp } from "../../../src/wire/encode-message.ts";
import type { WriteBurst } from "./axi-device.ts";
import { openTunnel, type Tunnel } from "./open-tunnel.ts";
import { SimulatedBoard } from "./simulated-board.ts";

const { BASE } = SimulatedBoard;
const okay = { kind: "register-written", status: 0 } as const;

function burst(address: bigint, beats: number, id = 0): WriteBurst {
  return {
    id,
    address,
    beats: Array.from({ length: beats }, (_, beat) => ({ data: BigInt(beat) + 0x1122_3344n, strobes: 0xff })),
  };
}

function bursts({ messages }: Tunnel): unknown[] {
  return messages.map((message) =>
    message.kind === "memory-write"
      ? [message.address - BASE, message.data.length, message.isEnd]
      : [message.kind, "address" in message ? message.address - BASE : 0n],
  );
}

test("a burst of 2 KiB is 8 messages and has one end, and one burst after the other needs no address", async () => {
  const tunnel = await openTunnel();
  const { board, device } = tunnel;
  const before = board.line.bytes.down;
  device.writes.push(burst(BASE, 256), burst(BASE + 0x800n, 32));
  await board.line.until(() => device.isDone, 200_000, "the bursts");
  const ends = Array.from({ length: 9 }, (_, index) => [BigInt(256 * index), 256, index >= 7]);
  expect(bursts(tunnel)).toEqual(ends);
  // One address of 64 bits; every message has its first byte and its length.
  const stream = 9 * 258 + 8;
  expect(board.line.bytes.down - before).toBeLessThan(stream + 80);
});

test("a burst that is longer than what may be asked for at once is answered after its address was taken", async () => {
  const { board, device } = await openTunnel({ parameters: { READ_LOG2: 9 } });
  for (let id = 0; id < 3; id++) device.reads.push({ id, address: BASE, beats: 256 });
  await board.line.until(() => device.isDone, 400_000, "the bursts");
  expect(device.readBeats.map(({ id }) => id)).toEqual([0, 1, 2].flatMap((id) => new Array(256).fill(id)));
});

test("a message is not cut where nothing else waits, and strobes in the middle cut it", async () => {
  const tunnel = await openTunnel();
  const { board, device } = tunnel;
  const [first, second, third] = burst(BASE + 0x10n, 3).beats as [
    { data: bigint; strobes: number },
    never,
    never,
  ];
  device.writes.push({ id: 3, address: BASE + 0x13n, beats: [{ ...first, strobes: 0xf8 }, second, third] });
  device.writes.push({ id: 2, address: BASE + 0x40n, beats: [{ ...first, strobes: 0b0110_0011 }] });
  device.writes.push({ id: 1, address: BASE + 0x48n, beats: [{ ...first, strobes: 0 }] });
  await board.line.until(() => device.isDone, 200_000, "the bursts");
  expect(bursts(tunnel)).toEqual([
    [0x13n, 21, true],
    [0x40n, 2, false],
    [0x45n, 2, false],
    [0x47n, 0, true],
    [0x47n, 0, true],
  ]);
  expect(device.responses.map(({ id }) => id)).toEqual([3, 2, 1]);
});

test("a line's level is sent on every change, after the writes that were taken before", async () => {
  const order: string[] = [];
  const { board, device } = await openTunnel();
  const { interrupts } = board;
  interrupts.push = (level: number) => order.push(`line ${level}, ${board.memory[0x3f8]}`);
  board.memory[0x3f8] = 0xee;
  device.onBeat = (_burst, beat) => {
    if (beat === 127) device.irq = 1;
  };
  device.writes.push({ ...burst(BASE, 128) });
  await board.line.until(() => order.length === 1, 200_000, "the interrupt");
  expect(order).toEqual([`line 1, ${(127 + 0x44) & 0xff}`]);
  device.irq = 0;
  await board.line.until(() => order.length === 2, 200_000, "the fall");
  expect(order[1]).toMatch(/^line 0/);
});

test("of pulses that are shorter than a message the last rise is seen, and the last level", async () => {
  const { board, device } = await openTunnel({ parameters: { IRQ_LINES: 3 } });
  const pulse = (level: number): void => {
    device.irq = level;
    board.line.step();
  };
  for (const level of [0b001, 0b000, 0b011, 0b010, 0b000, 0b101, 0b000]) pulse(level);
  await board.line.until(
    () => board.interrupts.length > 0 && board.interrupts.at(-1) === 0,
    20_000,
    "the levels",
  );
  for (const line of [0, 1, 2]) expect(board.interrupts.some((levels) => (levels >> line) & 1)).toBe(true);
  board.interrupts.length = 0;
  // High and known as high: a further rise is a message with 0 and one with 1.
  pulse(0b001);
  await board.line.until(() => board.interrupts.at(-1) === 1, 20_000, "the level");
  pulse(0b000);
  pulse(0b001);
  await board.line.until(() => board.interrupts.length === 3, 20_000, "the rise");
  expect(board.interrupts).toEqual([1, 0, 1]);
});

test("a register is answered while a burst waits for its next beat, and while the host owes answers", async () => {
  const { board, device } = await openTunnel({ isDeaf: true });
  device.registers.set(8, 77);
  device.writes.push(burst(BASE, 200));
  device.onBeat = (_burst, beat) => {
    if (beat === 5) device.stalls = 256;
  };
  await board.line.until(() => device.stalls === 256, 100_000, "the sixth beat");
  device.reads.push({ id: 1, address: BASE, beats: 256 });
  const standing = device.cycle.bind(device);
  let count = 0;
  // Memory stands still; registers do not.
  device.cycle = () => {
    device.stalls = ++count % 2 === 0 ? 256 : 0;
    standing();
  };
  expect(await board.read(8)).toBe(77);
});

test("a device that does not answer is answered for, then and later, until the next session", async () => {
  const { board, device } = await openTunnel();
  device.registers.set(4, 5);
  expect(await board.read(4)).toBe(5);
  device.silent.add(12);
  board.send(
    { kind: "register-read", address: 12, width: 32 },
    { kind: "register-read", address: 4, width: 32 },
  );
  board.send({ kind: "register-write", address: 4, width: 32, value: 9 }, { kind: "fence", mark: 7 });
  const answers = await board.take(4);
  expect(answers.map((answer) => ("status" in answer ? answer.status : answer.kind))).toEqual([
    1,
    1,
    1,
    "fence-passed",
  ]);
  expect(board.simulation.port("m_axil_araddr").read()).toBe(12);
  device.silent.clear();
  await board.begin();
  expect(await board.read(4)).toBe(5);
});

test("an error of the device's registers is the answer's status", async () => {
  const { board, device } = await openTunnel();
  device.failing.set(16, 2).set(20, 3);
  board.write(16, 1);
  board.send({ kind: "register-read", address: 20, width: 32 });
  board.write(24, 1);
  const answers = await board.take(3);
  expect(answers.map((answer) => "status" in answer && answer.status)).toEqual([2, 3, 0]);
  expect(device.accesses).toEqual(["write 16", "read 20", "write 24"]);
});

test("addresses of 32 bits reach the device whole", async () => {
  const { board, device } = await openTunnel({ parameters: { REGISTER_ADDRESS_W: 32 } });
  board.write(0x89ab_cdec, 3);
  expect(await board.take(1)).toEqual([okay]);
  expect(device.accesses).toEqual([`write ${0x89ab_cdec}`]);
});

test.each([
  ["an op that nobody knows", [0x70, 0]],
  ["an address of 32 bits for a register of 16", [0x81, 0, 0, 0, 0]],
  ["a register access of 64 bits", [0x84, 0, 0]],
  ["data that were not asked for", [0xa2, 7]],
  ["an answer to no burst", [0xb0, 0]],
  ["a flag of a fence", [0xc1, 0]],
])("%s ends the session, and the board says so", async (_name, bytes) => {
  const { board } = await openTunnel();
  board.session.send(Uint8Array.from(bytes));
  await board.line.until(() => board.lost.length > 0, 200_000, "the end of the session");
  expect(board.lost[0]?.message).toMatch(/a message that it does not know/);
  expect(board.simulation.port("device_rst").read()).toBe(1);
  await board.begin();
});

test("a line that was away is taken up again, and nothing is lost or done twice", async () => {
  const random = new Random(9n);
  const { board, device } = await openTunnel({ random });
  device.writes.push(burst(BASE, 256), burst(BASE + 0x800n, 256));
  for (let value = 0; value < 50; value++) board.write(8, value);
  for (let count = 0; count < 3; count++) {
    for (let cycle = 0; cycle < 2500; cycle++) board.line.step();
    board.line.disturbance = { up: () => [], down: () => [] };
    board.line.cut();
    board.session.suspend();
    for (let cycle = 0; cycle < 3000; cycle++) board.line.step();
    board.line.disturbance = {};
    await board.line.settled(board.session.resume(5000), 2_000_000, "the session");
  }
  expect(await board.take(50)).toEqual(Array.from({ length: 50 }, () => okay));
  await board.line.until(() => device.isDone, 2_000_000, "the bursts");
  expect(device.accesses).toEqual(Array.from({ length: 50 }, () => "write 8"));
  expect(device.registers.get(8)).toBe(49);
  expect(board.memory[0xff8]).toBe((255 + 0x44) & 0xff);
});

test("a new session ends what the old one had under way; the first transfers after it are whole", async () => {
  const { board, device } = await openTunnel({ isDeaf: true });
  for (let at = 0; at < 40; at++) {
    device.writes.push(burst(BASE, 1 + (at % 9)));
    device.reads.push({ id: 1, address: BASE + 0x100n, beats: 3 + at });
    for (let cycle = 0; cycle < 50 + 37 * at; cycle++) board.line.step();
    board.session.send(encodeUp({ kind: "fence", mark: at }).subarray(0, 1));
    await board.begin();
    board.answers.length = 0;
    board.send({ kind: "fence", mark: at });
    expect(await board.take(1)).toEqual([{ kind: "fence-passed", mark: at }]);
    for (const port of ["s_axi_bvalid", "s_axi_rvalid"]) expect(board.simulation.port(port).read()).toBe(0);
  }
});

test("the board says BOOT once a second until there is a session, and is idle in between", async () => {
  const { board } = await openTunnel();
  const idle = board.simulation.port("idle");
  for (let cycle = 0; cycle < 2000; cycle++) board.line.step();
  expect(idle.read()).toBe(1);
  board.simulation.port("rst").write(1);
  board.line.step();
  board.simulation.port("rst").write(0);
  board.session.end();
  const from = board.line.bytes.down;
  for (let cycle = 0; cycle < 2_100_000; cycle++) board.line.step();
  const bootBytes = 1 + 1 + 10 + 28 + 1;
  expect(board.line.bytes.down - from).toBe(1 + 5 * bootBytes);
});
