import { hiltDma } from "../device-binding.ts";
import type { PortTable } from "../device-source.ts";
import { CocotbSettingsError } from "./errors.ts";
import type { CocotbTarget } from "./settings.ts";

/** Where the models of cocotbext-axi find the ports of a device; `sim/cocotb/hilt_cocotb/axi.py` has the other end. */
export interface DevicePorts {
  readonly clock: string;
  readonly reset: string;
  readonly activeLow: boolean;
  readonly interrupt: string;
  readonly registers: Prefix;
  readonly memory: Prefix;
}

interface Prefix {
  readonly prefix: string;
  readonly bus_separator: "";
}

/** Undefined for a device in the harness. Throws `CocotbSettingsError` for what only the harness can do. */
export function devicePorts(
  target: string,
  { host = "harness", harness, device }: CocotbTarget,
): DevicePorts | undefined {
  if (host === "harness") return undefined;
  const others = Object.keys(harness ?? {}).filter((key) => key !== "maximumWindows");
  if (others.length > 0)
    throw new CocotbSettingsError(
      target,
      `harness.${others[0]}: with host "cocotbext-axi" there is no harness`,
    );
  const { clock, reset, interrupt, registers, memory } = device?.binding ?? hiltDma;
  return {
    ...{ clock, interrupt, reset: reset.port, activeLow: reset.activeLow ?? false },
    registers: prefixOf(target, "registers", registers),
    memory: prefixOf(target, "memory", memory),
  };
}

function prefixOf(target: string, room: string, { prefix, ports = {} }: PortTable): Prefix {
  const [odd] = Object.keys(ports);
  if (odd !== undefined)
    throw new CocotbSettingsError(
      target,
      `device.${room}.ports.${odd}: with host "cocotbext-axi" every port is found by its prefix`,
    );
  return { prefix, bus_separator: "" };
}
