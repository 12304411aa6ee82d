import { bindPins, hiltDma } from "../device-binding.ts";
import { type DeviceBinding, interruptsOf, type PortTable } from "../device-source.ts";
import { CocotbSettingsError } from "./errors.ts";
import type { CocotbTarget } from "./settings.ts";

/** Where the models of cocotbext-axi find the ports of a device; `sim/cocotb/hilt_cocotb/ports.py` has the other end. */
export interface DevicePorts {
  readonly clock: string;
  readonly reset: string;
  readonly activeLow: boolean;
  /** By vector. */
  readonly interrupts: readonly string[];
  readonly dataWidth: number;
  readonly registers: Table;
  readonly memory: Table;
}

/** Ports by signal that are called otherwise than by the prefix, and `null` for those that are not there. */
interface Table {
  readonly prefix: string;
  readonly ports: Readonly<Record<string, string | null>>;
}

const withoutIds = { awid: null, bid: null, arid: null, rid: null };

/**
 * Undefined for a device in the harness. Throws `CocotbSettingsError` for what only the harness can do, and `BindingError`
 * for a table with wrong entries.
 */
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
  const binding: DeviceBinding = device?.binding ?? hiltDma;
  bindPins(binding, device?.key);
  const { clock, reset, registers, memory, dataWidth, idWidth } = binding;
  return {
    ...{
      clock,
      interrupts: interruptsOf(binding),
      dataWidth,
      reset: reset.port,
      activeLow: reset.activeLow ?? false,
    },
    registers: tableOf(registers),
    memory: tableOf(memory, idWidth === 0 ? withoutIds : {}),
  };
}

function tableOf({ prefix, ports = {} }: PortTable, absent: Table["ports"] = {}): Table {
  return { prefix, ports: { ...absent, ...ports } };
}
