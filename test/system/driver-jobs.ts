import { expect } from "vitest";
import type { Link } from "../../src/bus/link.ts";
import type { DmaDevice, TransferOptions } from "../../src/driver/dma-device.ts";
import { TransferError } from "../../src/driver/errors.ts";
import type { HostBuffer } from "../../src/memory/host-buffer.ts";

import { filled, type World } from "./driver-world.ts";

export interface Job {
  readonly isRead: boolean;
  readonly lengthBytes: number;
  readonly fails: boolean;
  readonly cancelAfter: number | undefined;
}

export function plain(isRead: boolean): Job {
  return { isRead, lengthBytes: 1, fails: false, cancelAfter: undefined };
}

export class Run {
  readonly job: Job;
  readonly buffer: HostBuffer;
  readonly #cancel = new AbortController();

  constructor(job: Job, buffer: HostBuffer) {
    this.job = job;
    this.buffer = buffer;
  }

  /** Asks for an error at the first word; a bounced buffer is seen at a place that nobody knows here. */
  inject(link: Link, addressBits: number): void {
    const { byteOffset, pageFrameNumbers } = this.buffer.mdl;
    const frame = pageFrameNumbers[0] as number;
    if (addressBits === 32 && frame >= 1 << 20) return;
    link.errors?.at(
      BigInt(frame * 4096 + (byteOffset & ~7)) as never,
      this.job.isRead ? "write" : "read",
      "DECERR",
    );
  }

  start(device: DmaDevice, cardAddress: number): Promise<unknown> {
    const options: TransferOptions = { cardAddress, signal: this.#cancel.signal };
    return this.job.isRead
      ? device.cardToHost(this.buffer, options)
      : device.hostToCard(this.buffer, options);
  }

  async cancelInTime(link: Link, start: number): Promise<void> {
    const { cancelAfter } = this.job;
    if (cancelAfter === undefined) return;
    await link.idle(Math.max(1, start + cancelAfter - link.clock.cycle));
    this.#cancel.abort(new Error("cancelled"));
  }

  check(end: PromiseSettledResult<unknown>, card: Uint8Array, mayFail: boolean): void {
    if (end.status === "fulfilled") {
      if (this.job.isRead) expect(this.buffer.read()).toEqual(card.slice(0, this.job.lengthBytes));
      return;
    }
    const { cancelAfter, fails } = this.job;
    const isCancelled = cancelAfter !== undefined && end.reason.message === "cancelled";
    expect(
      isCancelled || ((fails || mayFail) && end.reason instanceof TransferError),
      String(end.reason),
    ).toBe(true);
  }
}

/** `hit`: a beat of any kind that host memory answers with an error. */
export async function runJobs(
  world: World,
  jobs: readonly Job[],
  addressBits: number,
  hit: number | undefined,
): Promise<void> {
  const { device, link } = world;
  // The upper half of the card holds what is read, the lower half takes what is written.
  const half = device.identity.cardMemoryBytes / 2;
  const card = filled(world, 6000, 99);
  await device.hostToCard(card, { cardAddress: half });
  const runs = jobs.map((each, index) => new Run(each, filled(world, each.lengthBytes, index + 1)));
  const failing = runs.filter(({ job: { fails } }) => fails);
  for (const run of failing.slice(0, link.errors?.addresses ?? 0)) run.inject(link, addressBits);
  // Whatever is there: payload, a descriptor, a record.
  if (hit !== undefined) link.errors?.afterBeats(hit, hit % 2 === 0 ? "read" : "write", "SLVERR");
  const start = link.clock.cycle;
  const ends = Promise.allSettled(
    runs.map((run, index) => run.start(device, run.job.isRead ? half : (index * 6000) % (half - 6000))),
  );
  await Promise.all(runs.map((run) => run.cancelInTime(link, start)));
  for (const [index, end] of (await ends).entries()) runs[index]?.check(end, card.read(), hit !== undefined);
}
