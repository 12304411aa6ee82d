import { silentLog } from "../core/log.ts";
import { WasmEngine } from "../engine/wasm-engine.ts";
import type { DeviceOnBoard } from "./board-design.ts";
import type { DeviceSource } from "./device-source.ts";
import { explainPorts } from "./explain-binding.ts";
import { refuseShape } from "./refuse-shape.ts";

/**
 * Before a bitstream is made: throws `BindingError` for a device that is not what its table says, or has more than a board
 * serves. Tools for FPGAs cut and pad what is connected.
 */
export async function checkBoardDevice(
  device: DeviceSource,
  design: DeviceOnBoard,
  cacheDirectory: string,
): Promise<void> {
  const engine = new WasmEngine({ cacheDirectory, log: silentLog });
  const { files, includeDirectories, parameters, instance } = design;
  // What stands between the pins of a board and the device.
  const source = {
    ...{ top: "hilt_board", files, includeDirectories, parameters, clock: "clk" },
    ...(instance === undefined ? {} : { instance }),
  };
  await refuseShape(device, source, engine, cacheDirectory);
  const error = await explainPorts(device, source, engine);
  if (error !== undefined) throw error;
}
