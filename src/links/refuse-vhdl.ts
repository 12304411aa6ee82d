import { basename } from "node:path";
import { BindingError } from "./binding-error.ts";
import type { DeviceSource } from "./device-source.ts";

const VHDL = /\.vhdl?$/i;

export function isVhdl(file: string): boolean {
  return VHDL.test(file);
}

/** Throws `BindingError` where one of the device's files is VHDL and what reads it (`by`) takes Verilog alone. */
export function refuseVhdl({ files, key = "device" }: DeviceSource, by: string): void {
  const file = files.find(isVhdl);
  if (file !== undefined)
    throw new BindingError([`${key}.files: ${basename(file)} is VHDL, which ${by} does not read`]);
}
