import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Board, divider256 } from "../board/board.ts";
import type { BoardDesign } from "../board/virtual-source.ts";
import { writeWhole } from "../core/write-whole.ts";
import type { ModelSource } from "../engine/engine.ts";
import { parseFileList } from "../engine/file-list.ts";
import { readTree } from "../engine/source-tree.ts";
import { bindPins, definesOf, deviceInstance, hiltDma } from "./device-binding.ts";
import { type DeviceBinding, type DeviceSource, interruptsOf } from "./device-source.ts";
import { refuseVhdl } from "./refuse-vhdl.ts";

/** Root of the installation: the folder that holds `rtl`, `sim` and `boards`, the same from `src` and from `dist`. */
const ROOT: string = fileURLToPath(new URL("../..", import.meta.url));

/** A board with a device in it. */
export interface DeviceOnBoard extends BoardDesign {
  /** The first 32 bits of SHA-256 over sources, parameters and constraints: what the device and its bridge say of themselves. */
  readonly buildHash: number;
}

/**
 * What `board` is made of with `device` in it, or with our own controller. The device's instance is written to a folder in
 * `directory`. Throws `BindingError` with the entries of the device's table that are wrong, and `BuildError` for a file that cannot be read.
 */
export function boardDesign(
  board: Board,
  device: DeviceSource | undefined,
  directory: string,
): DeviceOnBoard {
  const { binding, files, includeDirectories } = device ?? ownDevice(board);
  if (device !== undefined) refuseVhdl(device, `the top of board ${board.name}, which is Verilog,`);
  const text = deviceInstance(binding, device?.key);
  const { length: lines } = interruptsOf(binding);
  const defines = definesOf(binding);
  // A model that is kept is found by the names of its files.
  const name = `${board.name}-${digestOf(text + defines).slice(0, 16)}`;
  const folder = resolve(directory, name);
  const [instance, macros] = [join(folder, "hilt_harness_device.vh"), join(folder, "hilt_harness_defines.v")];
  writeWhole(instance, text);
  if (defines !== "") writeWhole(macros, defines);
  const round = parseFileList(join(ROOT, "boards/board.f"), ROOT);
  const design = {
    top: "top",
    files: [...(defines === "" ? [] : [macros]), ...files, ...round.files, join(board.folder, "top.v")],
    includeDirectories: [folder, ...round.includeDirectories, ...(includeDirectories ?? [])],
    parameters: {
      DIVIDER_256: divider256(board),
      DATA_W: binding.dataWidth,
      ADDR_W: binding.addressWidth,
      // The top of a board of somebody's own may lack it, as long as one line is enough.
      ...(lines === 1 ? {} : { IRQ_LINES: lines }),
    },
  };
  const buildHash = hashOf(design, readFileSync(join(board.folder, board.constraints)));
  const loose = bindPins(binding).pins.flatMap(({ port, isLoose }) => (isLoose === true ? [port] : []));
  return {
    ...design,
    parameters: { ...design.parameters, BUILD_HASH: buildHash },
    ports: { clock: board.clock.port, receive: board.uart.receive, transmit: board.uart.transmit },
    instance: { name: "device", file: instance, loose },
    folder,
    buildHash,
  };
}

/** Our controller, with the parameters that it has on this board. */
function ownDevice({ device }: Board): DeviceSource {
  const { DATA_W = 64, ADDR_W = 64 } = device;
  const binding: DeviceBinding = {
    ...hiltDma,
    dataWidth: DATA_W === 32 ? 32 : 64,
    addressWidth: ADDR_W,
    parameters: { ...hiltDma.parameters, ...device },
  };
  return { binding, ...parseFileList(join(ROOT, "rtl/dma/dma.f"), ROOT) };
}

function digestOf(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Where the files lie does not count. */
function hashOf(
  design: Pick<ModelSource, "top" | "files" | "includeDirectories"> & {
    readonly parameters: Readonly<Record<string, number>>;
  },
  constraints: Uint8Array,
): number {
  const { files } = readTree({ ...design, clock: "" });
  const included = [...files.keys()].filter((path) => !design.files.includes(path));
  const contents = [
    ...design.files.map((path) => digestOf(files.get(path) as Buffer)),
    ...included.map((path) => digestOf(files.get(path) as Buffer)).sort(),
  ];
  const all = JSON.stringify([contents, design.parameters, digestOf(constraints)]);
  return createHash("sha256").update(all).digest().readUInt32BE(0);
}
