import type { Port, Simulation } from "../../engine/engine.ts";
import type { Bank } from "../../memory/physical-memory.ts";
import { applySettings } from "../simulator/harness-settings.ts";
import type { HarnessSettings } from "../simulator/settings.ts";

/** Words of the settings in `sim/cocotb/hilt_cocotb.v` that a test begins with. */
const WORDS = 39;

/** Where the word is that says whether the host hears of events: after those, and 0 with each reset. */
export const HEARD_OFFSET: number = 4 * WORDS;

/** Where the harness's inputs lie: the word, the first bit in it, and how many bits. */
const places: Readonly<Record<string, readonly [word: number, shift: number, width: number]>> = {
  cfg_seed: [0, 0, 64],
  cfg_read_latency_min: [2, 0, 32],
  cfg_read_latency_max: [3, 0, 32],
  cfg_write_latency_min: [4, 0, 32],
  cfg_write_latency_max: [5, 0, 32],
  cfg_read_outstanding: [6, 0, 32],
  cfg_write_outstanding: [7, 0, 32],
  cfg_stall_ar: [8, 0, 8],
  cfg_stall_aw: [8, 8, 8],
  cfg_stall_w: [8, 16, 8],
  cfg_stall_r: [8, 24, 8],
  cfg_stall_b: [9, 0, 8],
  cfg_stall_register: [9, 8, 8],
  cfg_stall_limit: [36, 0, 32],
  cfg_reorder_read: [37, 0, 8],
  cfg_reorder_write: [37, 8, 8],
  cfg_interleave: [37, 16, 8],
  cfg_junk: [37, 24, 8],
  cfg_data_ahead: [38, 0, 8],
  cfg_ready_after_valid: [38, 8, 8],
  cfg_region_enable: [10, 0, 32],
  cfg_region_base_0: [11, 0, 64],
  cfg_region_base_1: [13, 0, 64],
  cfg_region_base_2: [15, 0, 64],
  cfg_region_base_3: [17, 0, 64],
};

/** The settings of a test as the simulator gets them. Throws `RangeError` with the name of a bad one. */
export function settingsWords(settings: HarnessSettings, seed: bigint, banks: readonly Bank[]): Uint8Array {
  const words = new DataView(new ArrayBuffer(4 * WORDS));
  const port = (name: string): Pick<Port, "write"> => ({
    write(value) {
      const [word, shift, width] = places[name] as readonly [number, number, number];
      if (width === 64) words.setBigUint64(4 * word, BigInt.asUintN(64, BigInt(value)), true);
      else if (width === 32) words.setUint32(4 * word, Number(value), true);
      else words.setUint8(4 * word + shift / 8, Number(value));
    },
  });
  applySettings({ port } as Pick<Simulation, "port">, settings, seed);
  for (const [index, { base }] of banks.entries()) port(`cfg_region_base_${index}`).write(base);
  port("cfg_region_enable").write(2 ** banks.length - 1);
  return new Uint8Array(words.buffer);
}
