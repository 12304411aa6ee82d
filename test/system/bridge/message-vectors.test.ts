import { describe, expect, test } from "vitest";
import vectors from "../../vectors/wire-messages.json" with { type: "json" };
import type { WriteBurst } from "./axi-device.ts";
import { openTunnel, type Tunnel } from "./open-tunnel.ts";

/** The golden vectors of messages, as the bridge in Verilog sends them and takes them. */
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));
const text = (bytes: Iterable<number>): string => Buffer.from([...bytes]).toString("hex");

const open = (): Promise<Tunnel> =>
  openTunnel({ dataWidth: 32, isDeaf: true, parameters: { REGISTER_ADDRESS_W: 32 } });

/** A burst of these bytes; undefined ones are not written. */
function burst(address: bigint, bytes: readonly (number | undefined)[]): WriteBurst {
  const beats = Array.from({ length: bytes.length / 4 }, (_, beat) => {
    const word = bytes.slice(4 * beat, 4 * beat + 4);
    return {
      data: word.reduce<bigint>((data, byte, lane) => data | (BigInt(byte ?? 0xee) << BigInt(8 * lane)), 0n),
      strobes: word.reduce<number>((mask, byte, lane) => mask | (byte === undefined ? 0 : 1 << lane), 0),
    };
  });
  return { id: 0, address, beats };
}

const unwritten = [undefined, undefined, undefined, undefined];
const ramp = Array.from({ length: 256 }, (_, value) => value);

/** What makes the bridge send a golden message, by its first bytes. */
const causes: Readonly<Record<string, (tunnel: Tunnel) => void>> = {
  "1000100000": ({ device }) => {
    device.writes.push(burst(4096n, [1, 2, 3, 4, ...unwritten, 5, 6, 7, 8]));
  },
  "13ff": ({ device }) => {
    device.writes.push(burst(4096n, [...ramp, ...ramp]));
  },
  "1100": ({ device }) => {
    device.writes.push(burst(4352n, [1, 2, 3, 4]), burst(4356n, [0, undefined, undefined, undefined]));
  },
  "1a": ({ device }) => {
    device.writes.push(burst(4352n, unwritten));
  },
  "2004110000": ({ device }) => {
    device.reads.push({ id: 0, address: 4356n, beats: 16 });
  },
  "21ff": ({ device }) => {
    device.reads.push({ id: 0, address: 4164n, beats: 128 });
  },
  "2400": ({ device }) => {
    device.reads.push({ id: 0, address: 2n ** 64n - 256n, beats: 64 });
  },
  "30": ({ board, device }) => {
    device.registers.set(16, 0xdeadbeef);
    board.session.send(hex("801000"));
  },
  "31": ({ board, device }) => {
    device.silent.add(16);
    board.session.send(hex("801000"));
  },
  "40": ({ board }) => board.write(16, 1),
  "43": ({ board, device }) => {
    device.failing.set(16, 3);
    board.write(16, 1);
  },
  "5001": ({ device }) => {
    device.irq = 1;
  },
  "5000": ({ device, board }) => {
    device.irq = 1;
    board.line.step();
    board.line.step();
    device.irq = 0;
  },
  "70": ({ board }) => board.session.send(hex("c0c8")),
};
/** Not sent by this bridge: a burst's last message of a byte that is not the bus word's last, 64 bits, 32 lines, traces, control. */
const never = ["16", "36", "51", "60", "f"];

describe("golden vectors of messages through the bridge in Verilog", () => {
  test.each(vectors.down)("sent: $bytes", async ({ bytes }) => {
    const found = Object.keys(causes).filter((first) => bytes.startsWith(first));
    expect([...found, ...never.filter((first) => bytes.startsWith(first))]).toHaveLength(1);
    const cause = causes[found[0] ?? ""];
    if (cause === undefined) return;
    const tunnel = await open();
    cause(tunnel);
    await tunnel.board.line.until(() => text(tunnel.stream).includes(bytes), 200_000, "the message");
  });

  test("taken: what the host's golden messages say is what the device sees", async () => {
    const { board, device } = await open();
    device.reads.push(...[1, 64, 16, 64].map((beats, id) => ({ id, address: 4096n, beats })));
    device.writes.push(burst(4096n, [1, 2, 3, 4]), burst(4100n, [1, 2, 3, 4]));
    await board.line.until(() => board.simulation.port("s_axi_arvalid").read() === 0, 20_000, "the requests");
    const taken = (kind: string): string[] =>
      vectors.up
        .filter((row) => row.message.kind === kind && (row.message.width ?? 32) === 32)
        .map((row) => row.bytes);
    for (const kind of ["register-read", "register-write", "memory-data", "fence"])
      for (const bytes of taken(kind)) board.session.send(hex(bytes));
    board.session.send(hex("b000b200"));
    await board.line.until(() => device.isDone && board.answers.length === 5, 200_000, "all of it");
    expect(device.accesses).toEqual(["read 16", `read ${0x10000}`, `write ${0x104}`, `write ${0xffff_fffc}`]);
    expect([device.registers.get(0x104), device.registers.get(0xffff_fffc)]).toEqual([0xffff_ffff, 1]);
    expect(device.responses.map(({ response }) => response)).toEqual([0, 2]);
    const beats = device.readBeats.map(({ id, data, response }) => ({
      id,
      response,
      data: response === 0 ? data : 0n,
    }));
    const words = Array.from({ length: 64 }, (_, word) => BigInt(Buffer.from(ramp).readUInt32LE(4 * word)));
    expect(beats).toEqual([
      { id: 0, response: 0, data: 0x0403_0201n },
      ...words.map((data) => ({ id: 1, response: 0, data })),
      ...words.slice(0, 16).map(() => ({ id: 2, response: 2, data: 0n })),
      ...words.map(() => ({ id: 3, response: 3, data: 0n })),
    ]);
    expect(board.lost).toEqual([]);
  });

  const wide = vectors.up.filter((row) => row.message.width === 64).map(({ bytes }) => bytes);
  const control = vectors.up.filter((row) => row.message.kind === "control").map(({ bytes }) => bytes);
  // An answer to 256 bursts is one to more than can be under way.
  test.each([...vectors.noMessages.up, ...wide, ...control, "b2ff"])("refused: %s", async (bytes) => {
    const { board, device } = await open();
    board.session.send(hex(bytes));
    await board.line.until(() => board.lost.length > 0, 200_000, "the end of the session");
    expect(board.lost[0]?.message).toMatch(/a message that it does not know/);
    expect(device.accesses).toEqual([]);
  });
});
