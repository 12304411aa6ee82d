import { expect } from "vitest";
import type { Link } from "../../src/bus/link.ts";
import type { Traits } from "../../src/bus/traits.ts";
import { Random } from "../../src/core/random.ts";
import { DmaDevice } from "../../src/driver/dma-device.ts";
import type { HarnessSettings } from "../../src/links/simulator/settings.ts";
import type { HostBuffer } from "../../src/memory/host-buffer.ts";
import { HostMemory } from "../../src/memory/host-memory.ts";
import { DmaSystem } from "../../src/wdm/dma-system.ts";
import { busMasterAdapter } from "../bus-master.ts";
import { BusMasterWatch } from "../soak/bus-master-watch.ts";

/** A link that the driver is tried on. */
export interface DriverTarget {
  readonly name: string;
  /** A fresh device whose host memory behaves as `harness` says. */
  readonly open: (harness: HarnessSettings, seed: bigint) => Promise<Link>;
  readonly traits: Pick<Traits, "time" | "errors">;
}

export interface World extends AsyncDisposable {
  readonly link: Link;
  readonly host: HostMemory;
  readonly system: DmaSystem;
  readonly device: DmaDevice;
}

export interface WorldOptions {
  readonly mode?: "rings" | "registers";
  readonly harness?: HarnessSettings;
  readonly seed?: bigint;
  readonly addressBits?: number;
  readonly mapRegisters?: number;
}

export async function openWorld(target: DriverTarget, options: WorldOptions): Promise<World> {
  const { mode = "rings", harness = {}, seed = 1n, addressBits = 64, mapRegisters = 4096 } = options;
  const link = await target.open(harness, seed);
  const host = new HostMemory(link.memory, new Random(seed));
  const system = new DmaSystem({
    host,
    windows: link.windows,
    mapRegisters,
  });
  const adapter = busMasterAdapter(system, addressBits);
  // A simulator gives its events with their cycles.
  const isStepped = target.traits.time === "stepped";
  const watch = isStepped ? new BusMasterWatch(link, { read: false, write: false }) : undefined;
  const device = await DmaDevice.open({ link, adapter, mode });
  return {
    ...{ link, host, system, device },
    async [Symbol.asyncDispose]() {
      await device[Symbol.asyncDispose]();
      expect(watch?.late).toBeUndefined();
      expect(system.findings).toEqual([]);
      expect(system.holdings({ isEnding: true })).toEqual([]);
      host.checkGuards();
      await link[Symbol.asyncDispose]();
    },
  };
}

export function filled({ host }: World, lengthBytes: number, seed = 1): HostBuffer {
  const buffer = host.allocate({ lengthBytes, offset: (seed * 37) % 4096 });
  buffer.write(new Random(BigInt(seed)).bytes(lengthBytes));
  return buffer;
}
