import { join, resolve } from "node:path";
import type { ModelSource } from "../../engine/engine.ts";
import type { DeviceSource } from "../device-source.ts";
import { boundSource, harnessSource, ROOT } from "../simulator/harness-source.ts";
import type { HarnessSettings } from "../simulator/settings.ts";

/** The C++ of a slot, and the Verilog that puts host memory outside of the model. */
export const SLOT_SOURCES: string = join(ROOT, "sim/verilator/slot");

/** The device in the harness, whose host memory is what the slot's client has mapped. */
export function slotSource(
  device: DeviceSource | undefined,
  cacheDirectory: string,
  settings?: HarnessSettings,
): ModelSource {
  const harness =
    device === undefined
      ? harnessSource(undefined, settings)
      : boundSource(device, join(resolve(cacheDirectory), "devices"), settings);
  return {
    ...harness,
    files: [...harness.files, join(SLOT_SOURCES, "host_memory.cpp")],
    includeDirectories: [...(harness.includeDirectories ?? []), SLOT_SOURCES],
    defines: { ...harness.defines, HILT_HOST_OUTSIDE: "1" },
  };
}
