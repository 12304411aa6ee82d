import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Simulation } from "../../../src/engine/engine.ts";
import { type DeviceMutant, deviceMutants, splitAtMarks } from "./device-mutants.ts";
import { SWITCH, withSwitch } from "./side-by-side.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
/** Where the modules of a file stand in the controller. */
const places: Readonly<Record<string, readonly string[]>> = {
  "byte_rotate.v": ["card.write_rotate", "card.read_rotate"],
  "card_memory.v": ["card"],
  "dma.v": [""],
  "dma_beat_lanes.v": ["h2c.beat_lanes", "c2h.beat_lanes"],
  "dma_burst_issuer.v": ["h2c.issuer", "c2h.issuer"],
  "dma_c2h.v": ["c2h"],
  "dma_channel.v": ["h2c_channel", "c2h_channel"],
  "dma_coalesce.v": ["h2c_channel.rings.ring.coalesce", "c2h_channel.rings.ring.coalesce"],
  "dma_completion_writer.v": [
    "h2c_channel.rings.ring.completion.writer",
    "c2h_channel.rings.ring.completion.writer",
  ],
  "dma_descriptor_fetch.v": ["h2c_channel.rings.ring.fetch", "c2h_channel.rings.ring.fetch"],
  "dma_h2c.v": ["h2c"],
  "dma_read_mux.v": ["read_mux"],
  "dma_registers.v": ["registers"],
  "dma_ring.v": ["h2c_channel.rings.ring", "c2h_channel.rings.ring"],
  "dma_write_mux.v": ["write_mux"],
};

/** Copies the controller to `folder`, with every mutant in it, each behind a switch: one build for all of them. */
export function copySwitched(folder: string): void {
  cpSync(join(root, "rtl"), join(folder, "rtl"), { recursive: true });
  for (const file of new Set(deviceMutants.map((mutant) => mutant.file))) {
    const path = join(folder, "rtl/dma", file);
    writeFileSync(path, switched(readFileSync(path, "utf8"), file));
  }
}

function switched(text: string, file: string): string {
  const edits = new Map<number, { readonly end: number; text: string }>();
  for (const [index, mutant] of deviceMutants.entries()) {
    if (mutant.file !== file) continue;
    for (const { from, to } of [mutant, ...(mutant.also ?? [])]) {
      const { before, expression, after } = splitAtMarks(from);
      const at = text.indexOf(before + expression + after);
      if (at < 0) throw new Error(`${file}: there is no "${from}"`);
      const start = at + before.length;
      const known = edits.get(start)?.text ?? `(${expression})`;
      edits.set(start, {
        end: start + expression.length,
        text: `((${SWITCH}[0] == 8'd${index + 1}) ? (${to}) : ${known})`,
      });
    }
  }
  const last = [...edits].sort(([a], [b]) => b - a);
  const changed = last.reduce(
    (rest, [start, edit]) => rest.slice(0, start) + edit.text + rest.slice(edit.end),
    text,
  );
  return withSwitch(changed);
}

/** Turns a mutant on, before anything is asked of the device. */
export function switchOn(simulation: Pick<Simulation, "array">, mutant: DeviceMutant): void {
  const { file, channel = "" } = mutant;
  for (const place of placesOf(file).filter((one) => one.startsWith(channel)))
    simulation.array(`device.${place}${SWITCH}`).bytes[0] = deviceMutants.indexOf(mutant) + 1;
}

/** Where the switches of a file of `rtl/dma` are in the controller, each with a point at its end. */
export function placesOf(file: string): string[] {
  return (places[file] as readonly string[]).map((place) => (place === "" ? "" : `${place}.`));
}
