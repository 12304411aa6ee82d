import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { VirtualBoard } from "../../src/board/virtual-board.ts";
import type { Link } from "../../src/bus/link.ts";
import { silentLog } from "../../src/core/log.ts";
import { Random } from "../../src/core/random.ts";
import type { Connection } from "../../src/links/link-kind.ts";
import { kind } from "../../src/links/uart/uart-kind.ts";
import { stopProcess } from "../contract/stand-ins/stop-process.ts";
import { ContractContext, done, expectBytes, rejection } from "../contract/suite/contract-context.ts";
import { Control, requests } from "../system/board/control.ts";
import { startBoard } from "./start-board.ts";

/** Faults of a line, a host and a board, each on the bridge and the controller in Verilog behind a real terminal. */
const KIB = 1024;
const NAME = "ulx3s";
let board: VirtualBoard;
let control: Control;
let connection: Connection | undefined;

beforeAll(async () => {
  board = await startBoard();
  control = await Control.open(board.control);
});
afterAll(async () => {
  control.close();
  await board[Symbol.asyncDispose]();
});
afterEach(async () => {
  await control.disturb({});
  await connection?.[Symbol.asyncDispose]();
  connection = undefined;
  while (!existsSync(board.port)) await sleep(20);
});

interface Asked {
  readonly port?: string;
  readonly buildHash?: number;
  readonly replugMs?: number;
}

async function connect({ port = board.port, buildHash, replugMs }: Asked = {}): Promise<Connection> {
  connection = await kind.connect(NAME, { port, replugMs }, { port, buildHash }, { log: silentLog });
  return connection;
}

function fresh(connected: Connection): Promise<Link> {
  return connected.fresh({ seed: 1n, log: silentLog });
}

/** The registers of a transfer, by hand. */
async function contextOf(connected: Connection): Promise<ContractContext> {
  return await ContractContext.open({ open: () => fresh(connected) });
}

/** To the card and back, `rounds` times with other bytes; `meanwhile` is called in the middle of the first. */
async function roundTrips(
  context: ContractContext,
  lengthBytes: number,
  rounds: number,
  meanwhile = async () => {},
): Promise<void> {
  const random = new Random(7n);
  for (let round = 0; round < rounds; round++) {
    const sent = random.bytes(lengthBytes);
    const [from, to] = [context.place(0x1_0000, lengthBytes), context.place(0x8_0000, lengthBytes)];
    from.bytes.set(sent);
    const windows = [from.open("read"), to.open("write")];
    const loading = context.move("h2c", from.logical, lengthBytes);
    if (round === 0) await meanwhile();
    expect(await loading).toEqual(done);
    expect(await context.move("c2h", to.logical, lengthBytes)).toEqual(done);
    expectBytes(to.bytes, sent);
    for (const window of windows) window.close();
  }
}

function statistics(context: ContractContext) {
  return (context.link as unknown as { statistics: Record<string, number> }).statistics;
}

describe("a line that loses", () => {
  test.each([
    ["one bit in 1,000,000", { bitErrors: 1_000 }],
    ["one bit in 100,000", { bitErrors: 10_000 }],
    ["one byte in 10,000", { lost: 100_000 }],
    ["nothing, with noise in between", { garbage: 40_000 }],
  ])("%s: not one byte of a transfer is wrong", async (_name, disturbance) => {
    const context = await contextOf(await connect());
    await control.disturb({ seed: 3, ...disturbance });
    await roundTrips(context, 16 * KIB, 4);
    await control.disturb({});
    expect(statistics(context)["badFrames"] as number).toBeGreaterThan(0);
    await context.dispose();
  });
});

describe("a cable", () => {
  test("pulled for a while in the middle of a transfer: it goes on, and nothing is lost", async () => {
    const context = await contextOf(await connect());
    await roundTrips(context, 16 * KIB, 3, async () => {
      await control.unplug(200);
    });
    expect(statistics(context)["resumes"]).toBe(1);
    await context.dispose();
  });

  test("pulled for longer than the target allows: the link is lost, and the next test has a fresh one", async () => {
    const connected = await connect({ replugMs: 0 });
    const context = await contextOf(connected);
    context.registers.global.write("SCRATCH", 5);
    await context.barrier();
    await control.unplug(50);
    expect(await rejection(context.link.idle(2 ** 50))).toMatchObject({ code: "E_LINK_LOST", blame: "link" });
    while (!existsSync(board.port)) await sleep(20);
    const next = await context.next();
    expect(await next.registers.global.read("SCRATCH")).toBe(0);
    await next.dispose();
  });
});

describe("an opening", () => {
  test("on a line that damages 2 bytes of a thousand succeeds, and says how much is damaged", async () => {
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (text: string) => void warnings.push(text) };
    await control.disturb({ seed: 9, bitErrors: 200_000 });
    connection = await kind.connect(NAME, { port: board.port }, { port: board.port }, { log });
    const link = await connection.fresh({ seed: 1n, log });
    expect(warnings).toEqual([
      expect.stringMatching(/the line damages what it carries: .* damaged or lost, one in \d+ bytes$/),
    ]);
    expect(link.pace.bytesPerSecond).toBeGreaterThan(0);
    await link[Symbol.asyncDispose]();
  });

  test("ends at once when the cable is pulled before a board has answered", async () => {
    const { lost } = await control.line();
    await control.disturb({ lost: 1_000_000_000 });
    const start = performance.now();
    const opening = rejection(fresh(await connect()));
    while ((await control.line()).lost === lost) await sleep(5);
    await control.unplug(50);
    expect(await opening).toMatchObject({ code: "E_LINK_LOST", message: expect.stringContaining("is gone") });
    // Not after the 10 s in which a board may answer.
    expect(performance.now() - start).toBeLessThan(9000);
  });
});

describe("a board", () => {
  test("that is reset in the middle of a transfer is lost, with what it had acknowledged", async () => {
    const context = await contextOf(await connect());
    const { logical } = context.place(0x1_0000, 16 * KIB);
    context.place(0x1_0000, 16 * KIB).open("read");
    context.start("h2c", logical, 16 * KIB);
    await context.barrier();
    await control.ask(requests.reset);
    const error = await rejection(context.link.idle(2 ** 50));
    expect(error).toMatchObject({ code: "E_LINK_LOST" });
    expect(error.message).toMatch(
      /^ulx3s: the board has begun anew: .*; the board had acknowledged \d+ of \d+ bytes that were sent; \d+ register accesses have no answer$/,
    );
    expect(error.cause).toMatchObject({ code: "E_SESSION_LOST" });
    const next = await context.next();
    await roundTrips(next, 4 * KIB, 1);
    await next.dispose();
  });

  test("of another build is refused, with what was found", async () => {
    const connected = await connect({ buildHash: 0x1234_5678 });
    const error = await rejection(fresh(connected));
    expect(error).toMatchObject({ code: "E_BOARD_MISMATCH", blame: "environment" });
    expect(error.message).toMatch(/has build 0x[0-9a-f]{8}, and the target asks for 0x12345678$/);
  });

  test("that is reset has left unanswered what it was asked last: the message says how much", async () => {
    const { link } = await contextOf(await connect());
    // Nothing reaches the board any more.
    await control.disturb({ lost: 1_000_000_000, directions: 1 });
    const reads = Promise.allSettled(Array.from({ length: 3 }, () => link.readRegister(0)));
    await control.ask(requests.reset);
    const [first] = await reads;
    expect((first as PromiseRejectedResult).reason).toMatchObject({
      code: "E_LINK_LOST",
      message: expect.stringMatching(/bytes that were sent; 3 register accesses have no answer$/),
    });
  });

  test("is for one: a second program is told that the port is taken", async () => {
    await fresh(await connect());
    const second = await kind.connect(
      "second",
      { port: board.port },
      { port: board.port },
      { log: silentLog },
    );
    const error = await rejection(fresh(second));
    expect(error).toMatchObject({ code: "E_SERIAL_PORT", blame: "environment" });
    expect(error.message).toBe(`${board.port}: another program has this port`);
  });

  test("on a port that is not there", async () => {
    const error = await rejection(fresh(await connect({ port: "/dev/nowhere" })));
    expect(error).toMatchObject({ code: "E_SERIAL_PORT" });
    expect(error.message).toContain("/dev/nowhere: no such port");
  });
});

describe("a host", () => {
  test("that stood still finds the interrupt that came meanwhile, though its limit has passed", async () => {
    const context = await contextOf(await connect());
    context.enable();
    await context.barrier();
    const wait = context.interrupt.wait(context.cycles(1));
    context.raise();
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    stopProcess(300);
    expect(await wait).toBe(true);
    await context.dispose();
  });

  test("that begins anew in the middle of a transfer has a device that is fresh", async () => {
    const first = await contextOf(await connect());
    first.place(0x1_0000, 16 * KIB).open("read");
    first.start("h2c", first.place(0x1_0000, 16 * KIB).logical, 16 * KIB);
    first.registers.global.write("SCRATCH", 77);
    await first.barrier();
    await connection?.[Symbol.asyncDispose]();
    const second = await contextOf(await connect());
    expect(await second.registers.global.read("SCRATCH")).toBe(0);
    await roundTrips(second, 4 * KIB, 1);
    await second.dispose();
  });
});
