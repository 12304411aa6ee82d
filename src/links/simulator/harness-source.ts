import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeWhole } from "../../core/write-whole.ts";
import type { ModelSource } from "../../engine/engine.ts";
import { parseFileList } from "../../engine/file-list.ts";
import { bindPins, definesOf, deviceInstance, hiltDma } from "../device-binding.ts";
import { type DeviceBinding, type DeviceSource, interruptsOf } from "../device-source.ts";
import { refuseVhdl } from "../refuse-vhdl.ts";
import { isRough } from "./harness-settings.ts";
import type { HarnessSettings } from "./settings.ts";

/** Root of the installation: the folder that holds `rtl` and `sim`, the same from `src` and from `dist`. */
export const ROOT: string = fileURLToPath(new URL("../../..", import.meta.url));

/** The harness's top module. What hilt adds to a design begins with this name, which leaves a device all others. */
export const HARNESS = "hilt_harness";

/** Sizes that the Verilog and the host must agree on; passed to the harness as parameters. */
export const RAM_BYTES_LOG2 = 25;
export const REGION_BYTES_LOG2 = 24;

/**
 * The harness round our own device, as an engine builds it. `root`: of another copy of the Verilog. `harness`: what host
 * memory is to do (`isRough`).
 */
export function harnessSource(root: string = ROOT, harness?: HarnessSettings): ModelSource {
  return modelSource(parseFileList(join(root, "sim/harness/top.f"), root), hiltDma, harness);
}

/**
 * The harness round any device. Its instance is written to `directory`. Throws `BindingError` with the entries of the
 * table that are wrong.
 */
export function boundSource(
  device: DeviceSource,
  directory: string,
  harness?: HarnessSettings,
  root: string = ROOT,
): ModelSource {
  const { binding } = device;
  refuseVhdl(device, "hilt's harness, which is Verilog,");
  const instance = deviceInstance(binding, device.key);
  const defines = definesOf(binding);
  const folder = join(
    directory,
    createHash("sha256").update(instance).update(defines).digest("hex").slice(0, 16),
  );
  const [file, macros] = [join(folder, "hilt_harness_device.vh"), join(folder, "hilt_harness_defines.v")];
  keep(file, instance);
  keep(macros, defines);
  const lists = parseFileList(join(root, "sim/harness/harness.f"), root);
  const files = [...(defines === "" ? [] : [macros]), ...device.files, ...lists.files];
  const loose = bindPins(binding).pins.flatMap(({ port, isLoose }) => (isLoose === true ? [port] : []));
  const includeDirectories = [folder, ...lists.includeDirectories, ...(device.includeDirectories ?? [])];
  return {
    ...modelSource({ files, includeDirectories }, binding, harness),
    instance: { name: "device", file, loose },
  };
}

/** What is there may be something else than its folder's name says: a cache is carried about, and edited. */
function keep(file: string, text: string): void {
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeWhole(file, text);
}

function modelSource(
  lists: Required<Pick<ModelSource, "files" | "includeDirectories">>,
  binding: DeviceBinding,
  harness?: HarnessSettings,
): ModelSource {
  const { length: lines } = interruptsOf(binding);
  return {
    top: HARNESS,
    ...lists,
    parameters: {
      ...{ DATA_W: binding.dataWidth, RAM_BYTES_LOG2, REGION_BYTES_LOG2 },
      // The model of a device with one is the same whether its binding is a list.
      ...(lines === 1 ? {} : { IRQ_LINES: lines }),
      ...(isRough(harness) ? { ROUGH: 1 } : {}),
    },
    clock: "clk",
    stop: "stop",
  };
}
