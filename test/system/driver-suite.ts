import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DeviceResetError, TransferError, TransferTimeoutError } from "../../src/driver/errors.ts";
import type { HostBuffer } from "../../src/memory/host-buffer.ts";

import { type Job, plain, runJobs } from "./driver-jobs.ts";
import { type DriverTarget, filled, openWorld, type World, type WorldOptions } from "./driver-world.ts";

/** By how a link's time moves. `lateCycles`: a latency of host memory in which whatever the host does is done. */
const scales = {
  stepped: {
    ...{ lateCycles: 1000, numRuns: 100 },
    cancelCycles: [1, 5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560],
  },
  wall: { lateCycles: 40_000, numRuns: 3, cancelCycles: [1, 640] },
} as const;

const slow = { readLatency: [20, 60], writeLatency: [20, 60] } as const;
const rough = { ...slow, stalls: 0.3 } as const;

function isFulfilled(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

/** How transfers end that are under way, one of them with an error, when the device is reset. */
async function resetAt(world: World, cycle: number): Promise<PromiseSettledResult<unknown>[]> {
  const { device, link, host } = world;
  const sources = [1, 2, 3].map((seed) => filled(world, 3000, seed)) as [HostBuffer, HostBuffer, HostBuffer];
  const [frame] = sources[1].mdl.pageFrameNumbers as [number];
  const release = link.errors?.at(BigInt(frame * 4096 + 4088) as never, "read", "SLVERR");
  const results = Promise.allSettled([
    ...sources.map((source, index) => device.hostToCard(source, { cardAddress: index * 3000 })),
    device.cardToHost(host.allocate({ lengthBytes: 3000 }), { cardAddress: 12_000 }),
  ]);
  if (cycle > 0) await link.idle(cycle);
  await Promise.all([device.reset(), device.reset()]);
  const ends = await results;
  for (const end of ends) {
    if (end.status === "fulfilled") continue;
    const isExpected = end.reason instanceof DeviceResetError || end.reason instanceof TransferError;
    expect(isExpected, String(end.reason)).toBe(true);
  }
  release?.();
  const back = host.allocate({ lengthBytes: 3000 });
  await device.hostToCard(sources[0]);
  await device.cardToHost(back);
  expect(back.read()).toEqual(sources[0].read());
  return ends;
}

/** The whole driver on one link. */
export function describeDriver(on: DriverTarget): void {
  const { time, errors } = on.traits;
  const { lateCycles, numRuns, cancelCycles } = scales[time];
  const open = (options: WorldOptions): Promise<World> => openWorld(on, options);
  describe(`the driver on ${on.name}`, () => {
    describe.each(["rings", "registers"] as const)("on %s", (mode) => {
      test("a hundred transfers at once, both ways, more than a ring has room for", async () => {
        await using world = await open({ mode, harness: rough });
        const { device, host } = world;
        const sources = Array.from({ length: 50 }, (_, index) => filled(world, 1000 + index, index + 1));
        await Promise.all(
          sources.map((source, index) => device.hostToCard(source, { cardAddress: index * 1100 })),
        );
        const targets = sources.map(({ lengthBytes }) => host.allocate({ lengthBytes, offset: 11 }));
        const others = Array.from({ length: 50 }, (_, index) => filled(world, 900, index + 100));
        await Promise.all([
          ...targets.map((target, index) => device.cardToHost(target, { cardAddress: index * 1100 })),
          ...others.map((other, index) => device.hostToCard(other, { cardAddress: 60_000 + index * 900 })),
        ]);
        for (const [index, target] of targets.entries())
          expect(target.read()).toEqual(sources[index]?.read());
      });

      test("one transfer of more elements than the ring has entries", async () => {
        await using world = await open({ mode });
        const { device, host } = world;
        const lengthBytes = device.identity.cardMemoryBytes;
        const source = filled(world, lengthBytes);
        const target = host.allocate({ lengthBytes, offset: 5 });
        await device.hostToCard(source);
        const { elements } = await device.cardToHost(target);
        expect(target.read()).toEqual(source.read());
        expect(elements).toBeGreaterThan(lengthBytes / 4096 / 2);
      });

      // Where a link injects none there is no such test.
      const withErrors = errors ? test : () => {};
      withErrors(
        "an error of the device fails its transfer, with kind, address and residue, and no other",
        async () => {
          await using world = await open({ mode, harness: slow });
          const { device, link, host } = world;
          const buffers = Array.from({ length: 5 }, (_, index) => filled(world, 512, index + 1));
          const victim = buffers[2] as HostBuffer;
          const [frame] = victim.mdl.pageFrameNumbers as [number];
          const address = BigInt(frame * 4096 + victim.mdl.byteOffset + 256) & ~7n;
          link.errors?.at(address as never, "read", "SLVERR");
          const results = await Promise.allSettled(
            buffers.map((buffer, index) => device.hostToCard(buffer, { cardAddress: index * 512 })),
          );
          expect(results.map(({ status }) => status)).toEqual(
            buffers.map((buffer) => (buffer === victim ? "rejected" : "fulfilled")),
          );
          const { reason } = results[2] as PromiseRejectedResult;
          expect(reason).toBeInstanceOf(TransferError);
          expect(reason).toMatchObject({ channel: "h2c", kind: "SLVERR", address });
          for (const [index, buffer] of buffers.entries()) {
            if (buffer === victim) continue;
            const back = host.allocate({ lengthBytes: 512 });
            await device.cardToHost(back, { cardAddress: index * 512 });
            expect(back.read()).toEqual(buffer.read());
          }
        },
      );

      test("a device that takes too long: who waits for whom; afterwards it works again", async () => {
        await using world = await open({ mode, harness: { readLatency: lateCycles } });
        const source = filled(world, 64);
        const timeoutMs = (100 * 1000) / world.link.clock.frequencyHz;
        let late = world.device.hostToCard(source, { timeoutMs });
        // A host that was held up for longer than that has found the end of the transfer when it looked.
        for (let times = 0; time === "wall" && times < 5 && (await isFulfilled(late)); times++)
          late = world.device.hostToCard(source, { timeoutMs });
        await expect(late).rejects.toThrow(TransferTimeoutError);
        await expect(late).rejects.toThrow(
          /h2c: no completion interrupt within 100 cycles\n {2}the driver waits for descriptor 1 of 1 of a transfer of 64 bytes; the device has 1, 0 wait behind them\n {2}STATUS 0x00000001 \(BUSY\)/,
        );
        await world.device.hostToCard(source);
      });

      test("a reset ends what is under way and the device works again", async () => {
        await using world = await open({ mode, harness: { readLatency: lateCycles, readOutstanding: 1 } });
        const { device } = world;
        const source = filled(world, 20_000);
        const under = [device.hostToCard(source), device.hostToCard(source)];
        const ends = Promise.allSettled(under);
        await world.link.idle(300);
        await device.reset();
        for (const end of await ends) {
          expect((end as PromiseRejectedResult).reason).toBeInstanceOf(DeviceResetError);
        }
        const target = world.host.allocate({ lengthBytes: 20_000 });
        await device.hostToCard(source);
        await device.cardToHost(target);
        expect(target.read()).toEqual(source.read());
      });

      test("a reset at once after a transfer was asked for ends it; one that is asked for during the reset follows it", async () => {
        await using world = await open({ mode, harness: slow });
        const { device, host } = world;
        const [first, second, third] = [1, 2, 3].map((seed) => filled(world, 700, seed)) as [
          HostBuffer,
          HostBuffer,
          HostBuffer,
        ];
        const before = device.hostToCard(first).catch((error: unknown) => error);
        const reset = device.reset();
        const during = device.hostToCard(second, { cardAddress: 1000 });
        await reset;
        expect(await before).toBeInstanceOf(DeviceResetError);
        await Promise.all([during, device.hostToCard(third, { cardAddress: 2000 })]);
        for (const [index, buffer] of [second, third].entries()) {
          const back = host.allocate({ lengthBytes: 700 });
          await device.cardToHost(back, { cardAddress: 1000 * (index + 1) });
          expect(back.read()).toEqual(buffer.read());
        }
      });

      test("resets at any cycle, two of them at once: transfers end well or are reset, the next is done", async () => {
        const ends = new Set<string>();
        for (const cycle of [0, ...cancelCycles]) {
          await using world = await open({ mode, harness: slow });
          for (const { status } of await resetAt(world, cycle)) ends.add(status);
        }
        if (time === "stepped") expect([...ends].sort()).toEqual(["fulfilled", "rejected"]);
      });

      test("a transfer cancelled at any cycle ends once, with its reason or well; those behind it end well", async () => {
        const reason = new Error("changed my mind");
        const ends = new Set<string>();
        for (const cycle of cancelCycles) {
          await using world = await open({ mode, harness: slow });
          const { device, host } = world;
          const [first, second, third] = [
            filled(world, 3000, 1),
            filled(world, 3000, 2),
            filled(world, 3000, 3),
          ];
          const cancel = new AbortController();
          const results = Promise.allSettled([
            device.hostToCard(first, { cardAddress: 0 }),
            device.hostToCard(second, { cardAddress: 3000, signal: cancel.signal }),
            device.hostToCard(third, { cardAddress: 6000 }),
          ]);
          await world.link.idle(cycle);
          cancel.abort(reason);
          const [one, two, three] = await results;
          expect([one.status, three.status]).toEqual(["fulfilled", "fulfilled"]);
          if (two.status === "rejected") expect(two.reason).toBe(reason);
          ends.add(two.status);
          const back = host.allocate({ lengthBytes: 3000 });
          await device.cardToHost(back, { cardAddress: 6000 });
          expect(back.read()).toEqual(third.read());
        }
        // How far the device is by then is not certain in wall time.
        if (time === "stepped") expect([...ends].sort()).toEqual(["fulfilled", "rejected"]);
      });
    });

    test("a device that is closed is not reset: nothing may touch the memory that its rings had", async () => {
      await using world = await open({});
      await world.device[Symbol.asyncDispose]();
      await expect(world.device.reset()).rejects.toThrow(
        new DeviceResetError("was closed", "it could be reset"),
      );
      expect(await world.device.registers.global.read("CONTROL")).toBe(0);
    });

    test("a signal that was aborted before: nothing is mapped", async () => {
      await using world = await open({});
      const signal = AbortSignal.abort(new Error("before"));
      await expect(world.device.hostToCard(filled(world, 64), { signal })).rejects.toThrow("before");
    });

    test("a time limit that is none is refused: nothing stays mapped, and the device works", async () => {
      await using world = await open({});
      const source = filled(world, 64);
      for (const timeoutMs of [Number.NaN, Number.POSITIVE_INFINITY, -1, -1e-9, Number.NEGATIVE_INFINITY]) {
        const refused = expect(world.device.hostToCard(source, { timeoutMs })).rejects;
        await refused.toThrow(
          new RangeError(`timeoutMs of ${timeoutMs}: not a time that has a number of cycles`),
        );
      }
      await world.device.hostToCard(source);
    });

    test("a request that waits for map registers is cancelled in the adapter's queue", async () => {
      await using world = await open({ mapRegisters: 4, harness: slow });
      const cancel = new AbortController();
      const first = world.device.hostToCard(filled(world, 12_000));
      const second = world.device.hostToCard(filled(world, 12_000), { signal: cancel.signal });
      const third = world.device.hostToCard(filled(world, 12_000));
      cancel.abort(new Error("no longer"));
      await expect(second).rejects.toThrow("no longer");
      await Promise.all([first, third]);
    });

    test("both channels get on alike under full load", async () => {
      await using world = await open({ harness: slow });
      const { device, host, link } = world;
      const ends = { h2c: [] as number[], c2h: [] as number[] };
      const load = async (id: "h2c" | "c2h"): Promise<void> => {
        await Promise.all(
          Array.from({ length: 40 }, async () => {
            const buffer = host.allocate({ lengthBytes: 2048 });
            await (id === "h2c" ? device.hostToCard(buffer) : device.cardToHost(buffer));
            ends[id].push(link.clock.cycle);
          }),
        );
      };
      await Promise.all([load("h2c"), load("c2h")]);
      const [h2c, c2h] = [ends.h2c.at(-1) as number, ends.c2h.at(-1) as number];
      expect(Math.max(h2c, c2h) / Math.min(h2c, c2h)).toBeLessThan(1.5);
    });

    test("any mix of transfers, errors and cancellations: each ends once and as it must, and the data are right", async () => {
      const job: fc.Arbitrary<Job> = fc.record({
        isRead: fc.boolean(),
        lengthBytes: fc.integer({ min: 1, max: 6000 }),
        fails: fc.nat(7).map((luck) => luck === 0),
        cancelAfter: fc.option(fc.integer({ min: 1, max: 4000 }), { nil: undefined, freq: 5 }),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(job, { minLength: 1, maxLength: 20, size: "max" }),
          fc.constantFrom("rings" as const, "registers" as const),
          fc.constantFrom({}, slow, rough),
          fc.constantFrom(32, 64),
          fc.bigInt({ min: 0n, max: 1_000_000n }),
          fc.option(fc.nat(4000), { nil: undefined, freq: 1 }),
          async (jobs, mode, harness, addressBits, seed, hit) => {
            await using world = await open({ mode, harness, addressBits, seed });
            await runJobs(world, jobs, addressBits, hit);
          },
        ),
        {
          numRuns,
          // Smaller ones are looked for where that takes no wall time.
          endOnFailure: time === "wall",
          // The record of a failure is there before its interrupt, and another interrupt makes the driver look.
          examples: [
            [[plain(true), { ...plain(true), fails: true }, plain(false)], "rings", {}, 32, 0n, undefined],
          ],
        },
      );
    }, 120_000);
  });
}
