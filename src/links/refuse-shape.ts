import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { writeWhole } from "../core/write-whole.ts";
import type { Engine, ModelSource, PortShape } from "../engine/engine.ts";
import { requestKey, sourceKey } from "../engine/source-key.ts";
import { readTree } from "../engine/source-tree.ts";
import { BindingError } from "./binding-error.ts";
import { bindPins } from "./device-binding.ts";
import type { DeviceSource, PortTable } from "./device-source.ts";
import { deviceAlone, portsAlone } from "./explain-binding.ts";

/** Of what is refused: a cache of before does not know it. */
const RULES = "1";

/**
 * Before anything is built: throws `BindingError` for a device with more than hilt serves, which is one AXI4
 * master, one AXI4-Lite slave and one clock. What was found well is noted in the cache. A module that cannot be read, or lacks
 * a port that the table names, passes: its build says why.
 */
export async function refuseShape(
  device: DeviceSource,
  source: Pick<ModelSource, "files">,
  engine: Engine,
  cacheDirectory: string,
): Promise<void> {
  const alone = deviceAlone(device, source);
  const pins = bindPins(device.binding, device.key).pins.map(({ port }) => port);
  const key = sourceKey(requestKey(alone, [engine.name, RULES, ...pins]), readTree(alone));
  const note = join(resolve(cacheDirectory), "shapes", key);
  if (existsSync(note)) return;
  const ports = await portsAlone(alone, engine);
  if (ports === undefined || pins.some((pin) => !ports.some(({ name }) => name === pin))) return;
  const problems = shapeProblems(device, ports, new Set(pins));
  if (problems.length > 0) throw new BindingError(problems);
  writeWhole(note, "");
}

interface Found {
  readonly port: string;
  readonly prefix: string;
}

/** By the names that AXI gives to ports, of which the table uses `pins`. */
function shapeProblems(
  { key = "device", binding: { top, registers, memory } }: DeviceSource,
  ports: readonly PortShape[],
  pins: ReadonlySet<string>,
): string[] {
  const unused = ports.filter(({ name }) => !pins.has(name));
  const find = (direction: PortShape["direction"], pattern: RegExp): Found[] =>
    unused
      .filter((port) => port.direction === direction)
      .flatMap(({ name: port }) => {
        const match = pattern.exec(port);
        return match === null ? [] : [{ port, prefix: match[1] ?? "" }];
      });
  const buses = (direction: PortShape["direction"]): Found[] => [
    ...new Map(find(direction, /^(.*)a[rw]valid$/i).map((found) => [found.prefix, found])).values(),
  ];
  const ofBus = (direction: PortShape["direction"], bus: PortTable, signals: string): Found[] =>
    find(direction, new RegExp(`^(.*?)(?:${signals})$`, "i")).filter(({ prefix }) => prefix === bus.prefix);
  return [
    ...buses("output").map(
      ({ prefix, port }) =>
        `memory: ${top} has another AXI master, ${prefix} (port ${port}); hilt serves one`,
    ),
    ...buses("input").map(
      ({ prefix, port }) =>
        `registers: ${top} has another AXI slave, ${prefix} (port ${port}); hilt serves one`,
    ),
    ...ofBus("output", memory, "wid").map(
      ({ port }) => `memory: ${top} has the port ${port}, which is one of AXI3; hilt serves an AXI4 master`,
    ),
    ...ofBus("input", registers, "a[rw]len|a[rw]id|wid|wlast").map(
      ({ port }) =>
        `registers: ${top} has the port ${port}, which AXI4-Lite lacks; hilt serves an AXI4-Lite slave`,
    ),
    ...find("input", /^(?:.*_)?[a-z]{0,2}cl(?:oc)?k(?:\d+|_i|_in)?$/i).map(
      ({ port }) => `clock: ${top} has another clock, ${port}; hilt drives one`,
    ),
  ].map((problem) => `${key}.${problem}`);
}
