import { basename } from "node:path";
import { isVhdl, refuseVhdl } from "../refuse-vhdl.ts";
import { CocotbSettingsError } from "./errors.ts";
import type { CocotbTarget, SimulatorName } from "./settings.ts";

/** The standard that GHDL and NVC get the files as. */
export const VHDL_STANDARD = "--std=08";

const WHOLE = /^-?\d+$/;
const vhdlOnly: readonly SimulatorName[] = ["ghdl", "nvc"];
const verilogOnly: readonly SimulatorName[] = ["icarus", "verilator"];

/** Whether this simulator reads VHDL and nothing else. */
export function takesVhdlAlone(simulator: SimulatorName): boolean {
  return vhdlOnly.includes(simulator);
}

/** Of the file with the design's top, which is the last one. */
export function languageOf(files: readonly string[]): "verilog" | "vhdl" {
  return isVhdl(files.at(-1) ?? "") ? "vhdl" : "verilog";
}

/** Throws `CocotbSettingsError` or `BindingError` for what this simulator cannot read, or what its language does not have. */
export function checkLanguage(target: string, { simulator, host, device }: CocotbTarget): void {
  const refuse = (problem: string): never => {
    throw new CocotbSettingsError(target, problem);
  };
  if (!takesVhdlAlone(simulator)) {
    if (device !== undefined && verilogOnly.includes(simulator)) refuseVhdl(device, simulator);
    return;
  }
  if (host !== "cocotbext-axi")
    refuse(`host: must be "cocotbext-axi"; hilt's harness is Verilog, which ${simulator} does not read`);
  if (device === undefined)
    refuse(`device: is missing; hilt's own controller is Verilog, which ${simulator} does not read`);
  const { files = [], includeDirectories = [], binding } = device ?? {};
  const file = files.find((each) => !isVhdl(each));
  if (file !== undefined)
    refuse(
      `device.files: ${basename(file)} does not end in .vhd or .vhdl, and ${simulator} reads VHDL alone`,
    );
  if (includeDirectories.length > 0) refuse("device.includeDirectories: VHDL does not include files");
  if (Object.keys(binding?.defines ?? {}).length > 0) refuse("device.defines: VHDL has no macros");
  for (const [name, value] of Object.entries(binding?.parameters ?? {}))
    if (!WHOLE.test(String(value)))
      refuse(`device.parameters.${name}: ${value}: ${simulator} takes whole numbers below 2^31 as generics`);
}
