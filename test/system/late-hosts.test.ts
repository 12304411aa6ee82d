import { expect, test } from "vitest";
import type { Clock } from "../../src/bus/clock.ts";
import type { Link } from "../../src/bus/link.ts";
import { type LogicalAddress, logicalAddress, PAGE_SIZE } from "../../src/core/address.ts";
import { silentLog } from "../../src/core/log.ts";
import { Random } from "../../src/core/random.ts";
import { DmaDevice } from "../../src/driver/dma-device.ts";
import { DeviceResetError, TransferTimeoutError } from "../../src/driver/errors.ts";
import { field, type GlobalName } from "../../src/driver/register-file.ts";
import { openSimulator } from "../../src/links/simulator/open-simulator.ts";
import type { HarnessSettings } from "../../src/links/simulator/settings.ts";
import type { HostBuffer } from "../../src/memory/host-buffer.ts";
import { HostMemory } from "../../src/memory/host-memory.ts";
import { channelBlock, globalBlock } from "../../src/spec/registers.ts";
import { DmaSystem } from "../../src/wdm/dma-system.ts";
import { replaced } from "../contract/faulty-links/faulty-link.ts";
import { adapterOf } from "../unit/wdm/host.ts";

const RESET = field("CONTROL", "RESET");
const BUSY = field("STATUS", "BUSY");
const H2C_STATUS =
  channelBlock.instances.h2c + channelBlock.registers.find(({ name }) => name === "STATUS")!.offset;
const SLOW_HZ = 1_000_000;
/** So long that no limit of the driver's is longer, where the device has the slow clock. */
const SLEEP_CYCLES = 50_000;

interface World extends AsyncDisposable {
  readonly link: Link;
  readonly host: HostMemory;
  readonly device: DmaDevice;
}

interface WorldOptions {
  readonly mode?: "rings" | "registers";
  readonly harness?: HarnessSettings;
  /** Of a device with a slow clock: what its link says that it moves in a second. */
  readonly bytesPerSecond?: number;
  /** What else happens before the driver gets an answer. */
  readonly meanwhile?: (answer: Answer) => Promise<void>;
}

/** What a read of a register gave, or that a wait for the interrupt was met: then there is no address. */
interface Answer {
  readonly link: Link;
  readonly address: number | undefined;
  readonly value: number;
}

/** The driver on a link in stepped time whose interrupts are messages, as a card's are. */
async function openWorld(options: WorldOptions = {}): Promise<World> {
  const { mode = "rings", harness = {}, bytesPerSecond, meanwhile } = options;
  const simulator = await openSimulator(
    "late",
    { engine: "wasm", interrupts: "message", harness },
    { seed: 1n, cacheDirectory: ".hilt/cache", log: silentLog },
  );
  const clock: Clock = {
    ...{ kind: "simulated", frequencyHz: SLOW_HZ },
    get cycle() {
      return simulator.clock.cycle;
    },
  };
  const link = replaced<Link>(simulator, {
    ...(bytesPerSecond === undefined ? {} : { clock, pace: { accessMs: 0.01, bytesPerSecond } }),
    async readRegister(address) {
      const value = await simulator.readRegister(address);
      await meanwhile?.({ link: simulator, address, value });
      return value;
    },
    listen(options) {
      const listener = simulator.listen(options);
      return {
        async wait(limitCycles, signal) {
          const isMet = await listener.wait(limitCycles, signal);
          if (isMet) await meanwhile?.({ link: simulator, address: undefined, value: 1 });
          return isMet;
        },
      };
    },
  });
  const host = new HostMemory(link.memory, new Random(1n));
  const system = new DmaSystem({ host, windows: link.windows });
  const device = await DmaDevice.open({ link, adapter: adapterOf(system), mode });
  return {
    ...{ link, host, device },
    async [Symbol.asyncDispose]() {
      await device[Symbol.asyncDispose]();
      expect(system.findings).toEqual([]);
      host.checkGuards();
      await simulator[Symbol.asyncDispose]();
    },
  };
}

/** Does something at the first answers after `arm` that it is about; once, by default. */
class Happening {
  times = 0;
  #left = 0;
  readonly #isAbout: (answer: Answer) => boolean;
  readonly #what: (answer: Answer) => Promise<unknown>;

  constructor(isAbout: (answer: Answer) => boolean, what: (answer: Answer) => Promise<unknown>) {
    this.#isAbout = isAbout;
    this.#what = what;
  }

  arm(times = 1): void {
    this.#left = times;
  }

  readonly meanwhile = async (answer: Answer): Promise<void> => {
    if (this.#left === 0 || !this.#isAbout(answer)) return;
    this.#left--;
    this.times++;
    await this.#what(answer);
  };
}

function isOf(name: GlobalName, isMet: (value: number) => boolean): (answer: Answer) => boolean {
  const address = globalBlock.registers.find((each) => each.name === name)!.offset;
  return (answer) => answer.address === address && isMet(answer.value);
}

function isError(causes: number): boolean {
  return field("IRQ_STATUS", "H2C_ERROR").of(causes) === 1;
}

function logicalOf({ mdl }: HostBuffer): LogicalAddress {
  const [frame = 0] = mdl.pageFrameNumbers;
  return logicalAddress(BigInt(frame * PAGE_SIZE + mdl.byteOffset));
}

const sleeps = ({ link }: Answer): Promise<void> => link.idle(SLEEP_CYCLES);

function filled({ host }: World, lengthBytes: number, seed = 1): HostBuffer {
  const buffer = host.allocate({ lengthBytes });
  buffer.write(new Random(BigInt(seed)).bytes(lengthBytes));
  return buffer;
}

function milliseconds({ link }: World, cycles: number): number {
  return (1000 * cycles) / link.clock.frequencyHz;
}

const modes = ["rings", "registers"] as const;

test.each(modes)(
  "a host that falls asleep after it has looked at the device ends no transfer that the device ends meanwhile: %s",
  async (mode) => {
    const sleep = new Happening(
      isOf("IRQ_STATUS", (value) => value === 0),
      sleeps,
    );
    await using world = await openWorld({ mode, harness: { readLatency: 20 }, ...sleep });
    const { device, host } = world;
    const long = host.allocate({ lengthBytes: 16_384 });
    const timeoutMs = milliseconds(world, 10_000);
    sleep.arm();
    await Promise.all([
      device.cardToHost(long, { timeoutMs }),
      device.hostToCard(filled(world, 64), { timeoutMs }),
    ]);
    expect(sleep.times).toBe(1);
  },
);

test("a cause that comes while another is served raises no message, and is served all the same", async () => {
  const limit = 10_000;
  const sleep = new Happening(
    () => true,
    ({ link }) => link.idle(limit + 5000),
  );
  await using world = await openWorld({ harness: { stalls: { w: 0.8 } }, ...sleep });
  const { device, host, link } = world;
  const options = { timeoutMs: milliseconds(world, limit) };
  const start = link.clock.cycle;
  // The host sleeps before it asks for causes, and when it has been given the first: the line stays high for the second.
  sleep.arm(2);
  await Promise.all([
    device.hostToCard(filled(world, 64), options),
    device.cardToHost(host.allocate({ lengthBytes: 8 * 4096 }), options),
  ]);
  expect(sleep.times).toBe(2);
  expect(link.clock.cycle - start, "it was served when its time was over").toBeLessThan(3.5 * limit);
});

test("a transfer may take longer than its limit when each of its elements ends in time, though its interrupt comes at the end", async () => {
  await using world = await openWorld({ harness: { stalls: { r: 0.8 } } });
  const source = filled(world, 16 * 4096);
  const start = world.link.clock.cycle;
  const limit = 5000;
  await world.device.hostToCard(source, { timeoutMs: milliseconds(world, limit) });
  expect(world.link.clock.cycle - start).toBeGreaterThan(5 * limit);
});

test("an error that is read before its transfer is taken back is no other transfer's", async () => {
  const cancel = new AbortController();
  const error = new Happening(isOf("IRQ_STATUS", isError), async () => {
    cancel.abort("taken back");
    await first;
  });
  await using world = await openWorld({ harness: { readLatency: 20 }, ...error });
  const { device, link } = world;
  const [failing, ...others] = [1, 2, 3].map((seed) => filled(world, 512, seed)) as [HostBuffer, HostBuffer];
  link.errors!.at(logicalOf(failing), "read", "SLVERR");
  error.arm();
  const first = device.hostToCard(failing, { signal: cancel.signal }).catch((reason: unknown) => reason);
  await Promise.all(others.map((other) => device.hostToCard(other)));
  expect(await first).toBe("taken back");
  expect(error.times).toBe(1);
});

test("an error that is read before a reset is not of what the device does after it", async () => {
  const error = new Happening(isOf("IRQ_STATUS", isError), () => device.reset());
  await using world = await openWorld({ ...error });
  const { device, link } = world;
  const failing = filled(world, 512);
  const release = link.errors!.at(logicalOf(failing), "read", "SLVERR");
  error.arm();
  await expect(device.hostToCard(failing)).rejects.toBeInstanceOf(DeviceResetError);
  expect(error.times).toBe(1);
  release();
  await device.hostToCard(failing);
});

/** A word of 8 bytes takes some 100 cycles: a burst of 2 KiB is longer than what a short transfer may take alone. */
const crowded = { harness: { stalls: { r: 0.99, w: 0.99 } }, bytesPerSecond: 60_000 } as const;

test.each(["h2c", "c2h"] as const)(
  "a byte has the time of what the other channel has under way ahead of it: %s carries the load",
  async (load) => {
    await using world = await openWorld(crowded);
    const { device, host, link } = world;
    const byteLate = async (): Promise<number> => {
      await link.idle(2000);
      const start = link.clock.cycle;
      await (load === "h2c"
        ? device.cardToHost(host.allocate({ lengthBytes: 1 }))
        : device.hostToCard(filled(world, 1)));
      return link.clock.cycle - start;
    };
    const loads = [1, 2, 3, 4].map((seed) => filled(world, 4096, seed));
    const [cycles] = await Promise.all([
      byteLate(),
      ...loads.map((each) => (load === "h2c" ? device.hostToCard(each) : device.cardToHost(each))),
    ]);
    expect(cycles).toBeGreaterThan(20_000);
  },
);

test("a device that does nothing has the time of its own bytes, and three times that of the open windows", async () => {
  await using world = await openWorld({ harness: { readLatency: 60_000 }, bytesPerSecond: 1e6 });
  const { device, host, link } = world;
  const late = device.hostToCard(filled(world, 64)).catch((error: unknown) => error);
  await link.idle(1000);
  const bytes = [...link.windows.live].reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
  expect(bytes).toBeGreaterThan(64);
  const error = await late;
  expect(error).toBeInstanceOf(TransferTimeoutError);
  // 10 ms and an access of 10 us; a byte takes a cycle.
  expect(error).toMatchObject({ waitedCycles: 10_010 + 2 * 64 + 3 * bytes });
  await device.cardToHost(host.allocate({ lengthBytes: 64 }), unlimited);
});

/** Device time without an end, for what is about another limit. */
const unlimited = { timeoutMs: 1000 };

test("a reset waits for what is under way for as long as the pace of the link asks", async () => {
  await using world = await openWorld({ harness: { readLatency: 30_000 }, bytesPerSecond: 1e6 });
  const { device } = world;
  const source = filled(world, 64);
  const end = device.hostToCard(source, unlimited).catch((error: unknown) => error);
  await world.link.idle(1000);
  await device.reset();
  expect(await end).toBeInstanceOf(DeviceResetError);
  await device.hostToCard(source, unlimited);
});

test("a host that falls asleep with an answer in hand asks again before it gives up a reset", async () => {
  const sleep = new Happening(
    isOf("CONTROL", (value) => RESET.of(value) === 1),
    sleeps,
  );
  await using world = await openWorld({ harness: { readLatency: 1000 }, bytesPerSecond: 1e9, ...sleep });
  const { device } = world;
  const source = filled(world, 64);
  const end = device.hostToCard(source, unlimited).catch((error: unknown) => error);
  await world.link.idle(300);
  sleep.arm();
  await device.reset();
  expect(sleep.times).toBe(1);
  expect(await end).toBeInstanceOf(DeviceResetError);
  await device.hostToCard(source, unlimited);
});

test("a host that falls asleep with an answer in hand asks again before it gives up a channel", async () => {
  const isStatus = ({ address, value }: Answer): boolean => address === H2C_STATUS && BUSY.of(value) === 1;
  const sleep = new Happening(isStatus, sleeps);
  await using world = await openWorld({ harness: { readLatency: 1000 }, bytesPerSecond: 1e9, ...sleep });
  const { device } = world;
  const source = filled(world, 64);
  const cancel = new AbortController();
  const options = { ...unlimited, signal: cancel.signal };
  const end = device.hostToCard(source, options).catch((reason: unknown) => reason);
  await world.link.idle(300);
  sleep.arm();
  cancel.abort("taken back");
  expect(await end).toBe("taken back");
  expect(sleep.times).toBe(1);
  await device.hostToCard(source, unlimited);
});
