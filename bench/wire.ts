import { downDecoder } from "../src/wire/down-decoder.ts";
import { DownEncoder, encodeUp } from "../src/wire/encode-message.ts";
import { upDecoder } from "../src/wire/up-decoder.ts";
import { ways as bridgeWays, lineShare } from "../test/system/bridge/line-share.ts";
import { Pair } from "../test/wire/pair.ts";
import { cpuSeconds } from "./cpu-seconds.ts";
import { type Figure, figure } from "./figure.ts";

const BASE = 0x1000_0000n;
/** 3 Mbaud, 10 bits a byte. */
const BYTES_PER_MS = 300;
const READS_IN_FLIGHT = 8;
const SHARE_BYTES = 256 * 1024;
const BRIDGE_BYTES = 64 * 1024;
const SPEED_BYTES = 8 * 2 ** 20;
const SPEED_RUNS = 5;
/** A bridge that reads, too, keeps little of its writes ahead of its requests. */
const AHEAD_OF_READS_MS = 0.2;

interface Traffic {
  readonly mtu: number;
  readonly burstBytes: number;
  readonly writes: boolean;
  readonly reads: boolean;
  readonly bytesPerMs?: number;
}

/** A board whose device writes host memory, reads it, or both, as fast as the line lets it; the host serves it. */
async function run({ mtu, burstBytes, writes, reads, bytesPerMs = BYTES_PER_MS }: Traffic, bytes: number) {
  const up = new DownEncoder();
  const data = Buffer.alloc(burstBytes, 0x5a);
  const moved = { down: 0, up: 0 };
  const asked = { writes: 0, reads: 0 };
  let pair: Pair;
  const toHost = downDecoder((message) => {
    if (message.kind === "memory-write") {
      moved.down += message.data.length;
      written++;
    } else if (message.kind === "memory-read") {
      pair.host.send(encodeUp({ kind: "memory-data", status: 0, lengthBytes: burstBytes, data }));
    }
  });
  const toBoard = upDecoder((message) => {
    if (message.kind !== "memory-data") return;
    moved.up += message.data.length;
    ask();
  });
  let written = 0;
  const ask = (): void => {
    if (!reads || asked.reads >= bytes) return;
    pair.board.send(
      up.encode({ kind: "memory-read", address: BASE + BigInt(asked.reads), lengthBytes: burstBytes }),
    );
    asked.reads += burstBytes;
  };
  const write = (): void => {
    if (!writes || asked.writes >= bytes) return;
    const address = BASE + BigInt(asked.writes);
    pair.board.send(up.encode({ kind: "memory-write", address, data, isEnd: true }));
    asked.writes += burstBytes;
  };
  pair = new Pair({
    identity: { mtu },
    ...{ bytesPerMs, delayMs: 0.5 },
    onHostBytes: (chunk) => {
      toHost.receive(chunk);
      if (written > 0)
        pair.host.send(encodeUp({ kind: "memory-written", status: 0, bursts: Math.min(256, written) }));
      written = 0;
    },
    onBoardBytes: (chunk) => {
      toBoard.receive(chunk);
      pair.board.release(chunk.length);
    },
  });
  await pair.begin();
  const start = pair.time.now();
  const before = { down: pair.down.carried, up: pair.up.carried };
  for (let count = 0; count < READS_IN_FLIGHT; count++) ask();
  const isDone = (): boolean => (!writes || moved.down >= bytes) && (!reads || moved.up >= bytes);
  const aheadMs = reads ? AHEAD_OF_READS_MS : mtu / bytesPerMs;
  while (!isDone()) {
    // As a bridge: of the device's writes it takes one frame's worth, when the one before has nearly left.
    for (let taken = 0; taken < mtu && pair.down.busyMs < aheadMs; taken += burstBytes) write();
    if (!pair.time.runNow(isDone, 0.1) && pair.time.now() - start > 600_000)
      throw new Error("the line stands still");
    pair.time.runNow(() => false, 0);
  }
  const milliseconds = pair.time.now() - start;
  const carried = { down: pair.down.carried - before.down, up: pair.up.carried - before.up };
  return { moved, milliseconds, carried };
}

/** The device's traffic, by what it is called. */
const ways = {
  "device to host": { writes: true, reads: false },
  "host to device": { writes: false, reads: true },
  "both at once": { writes: true, reads: true },
} as const;

/** The lesser of the two directions in use: payload in percent of what the line could carry in the time, and of what it did. */
async function share(what: keyof typeof ways, mtu: number, burstBytes: number): Promise<Figure> {
  const { moved, milliseconds, carried } = await run({ mtu, burstBytes, ...ways[what] }, SHARE_BYTES);
  const used = (["down", "up"] as const).filter((direction) => moved[direction] > 0);
  const least = (of: (direction: "down" | "up") => number): number =>
    Math.min(...used.map((direction) => (100 * moved[direction]) / of(direction)));
  const ofBytes = least((direction) => carried[direction]);
  return figure(
    `wire, ${what}, bursts of ${burstBytes}, MTU ${mtu}`,
    "% of the line's time",
    [least(() => milliseconds * BYTES_PER_MS)],
    `${ofBytes.toFixed(1)} % of its bytes; 3 Mbaud, 1 ms there and back, ${READS_IN_FLIGHT} reads in flight`,
  );
}

/** Payload of the line, and what both ends of a session cost in one thread. */
/** The same on the bridge in Verilog, its line bit by bit. */
async function bridgeShares(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const mtu of [1024, 512])
    for (const burstBytes of [256, 64])
      for (const way of Object.keys(bridgeWays) as (keyof typeof bridgeWays)[]) {
        const shares = await lineShare(way, mtu, burstBytes, BRIDGE_BYTES);
        const note = Object.entries(shares).map(([direction, each]) => `${direction} ${each.toFixed(1)}`);
        const name = `bridge, ${way}, bursts of ${burstBytes}, MTU ${mtu}`;
        figures.push(
          figure(name, "% of the line's time", [Math.min(...Object.values(shares))], note.join(", ")),
        );
      }
  return figures;
}

export async function measureWire(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const mtu of [1024, 512])
    for (const burstBytes of [256, 64])
      for (const what of Object.keys(ways) as (keyof typeof ways)[])
        figures.push(await share(what, mtu, burstBytes));
  figures.push(...(await bridgeShares()));
  const speeds: number[] = [];
  for (let count = 0; count < SPEED_RUNS; count++) {
    const before = cpuSeconds();
    const traffic = { mtu: 1024, burstBytes: 256, writes: true, reads: true, bytesPerMs: 100_000 };
    await run(traffic, SPEED_BYTES);
    speeds.push((2 * SPEED_BYTES) / 1e6 / (cpuSeconds() - before));
  }
  const note = "messages, sessions and frames, with a simulated line";
  figures.push(figure("wire, both ends in one thread", "MB per CPU second", speeds, note));
  return figures;
}
