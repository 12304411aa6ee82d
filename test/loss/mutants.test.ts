import { crc32 } from "node:zlib";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { VirtualBoard } from "../../src/board/virtual-board.ts";
import type * as frames from "../../src/wire/frame.ts";
import { HostSession } from "../../src/wire/host-session.ts";
import { ReceiveStream } from "../../src/wire/receive-stream.ts";
import { ReliableStream } from "../../src/wire/reliable-stream.ts";
import { startBoard } from "../uart/start-board.ts";
import { runCampaign } from "./campaign.ts";

/** Hosts that lose, spoil or repeat something: each must fail the campaign that is about it. */
const crc = vi.hoisted(() => ({ isIgnored: false }));
vi.mock("../../src/wire/frame.ts", async (original) => {
  const real = await original<typeof frames>();
  const parseFrame = (raw: Buffer) => {
    const sound = Buffer.from(raw);
    if (crc.isIgnored && raw.length >= real.OVERHEAD_BYTES)
      sound.writeUInt32LE(crc32(raw.subarray(0, -4)), raw.length - 4);
    return real.parseFrame(sound);
  };
  return { ...real, parseFrame };
});

let board: VirtualBoard;
beforeAll(async () => {
  board = await startBoard();
});
afterEach(() => {
  vi.restoreAllMocks();
  crc.isIgnored = false;
});
afterAll(async () => {
  await board[Symbol.asyncDispose]();
});

const REGISTER_WRITE = 9;

test.each<[string, string, RegExp, () => void]>([
  [
    "takes frames whose CRC is wrong",
    "bit errors 1e-4",
    /byte \d+ of host memory is|is lost|stream has|SCRATCH was|begun anew|no interrupt/,
    () => {
      crc.isIgnored = true;
    },
  ],
  [
    "takes what comes after a gap",
    "bit errors 1e-4",
    /byte \d+ of host memory is|is lost|stream has|SCRATCH was|begun anew|no interrupt/,
    () => {
      const { receive } = ReceiveStream.prototype;
      vi.spyOn(ReceiveStream.prototype, "receive").mockImplementation(function (
        this: ReceiveStream,
        _seq,
        payload,
      ) {
        return receive.call(this, this.expected % 0x1_0000, payload);
      });
    },
  ],
  [
    "sends a register write twice at times",
    "byte loss 1e-4",
    /an answer to nothing that was asked/,
    () => {
      const { send } = HostSession.prototype;
      let writes = 0;
      vi.spyOn(HostSession.prototype, "send").mockImplementation(function (this: HostSession, bytes) {
        send.call(this, bytes);
        if ((bytes[0] as number) >> 4 === REGISTER_WRITE && ++writes % 60 === 0) send.call(this, bytes);
      });
    },
  ],
  [
    "says that one byte more was acknowledged than was",
    "board reset",
    /begun anew.*seen were/,
    () => {
      const { get } = Object.getOwnPropertyDescriptor(ReliableStream.prototype, "acknowledgedBytes") ?? {};
      vi.spyOn(ReliableStream.prototype, "acknowledgedBytes", "get").mockImplementation(function (
        this: ReliableStream,
      ) {
        return (get?.call(this) as number) + 1;
      });
    },
  ],
])("a host that %s fails under %s", async (_what, hazard, message, mutate) => {
  mutate();
  const campaign = runCampaign({ board, hazard, seed: 20_261, bytes: 128 * 1024 });
  await expect(campaign).rejects.toThrow(message);
});
