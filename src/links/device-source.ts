/**
 * How a device is connected: which of its ports is which signal. Our own device is bound by the same table as anybody's.
 */
export interface DeviceBinding {
  /** The device's top module. */
  readonly top: string;
  /** Its parameters: numbers, or Verilog expressions. */
  readonly parameters?: Readonly<Record<string, number | string>> | undefined;
  /** Macros that its files see. */
  readonly defines?: Readonly<Record<string, string | true>> | undefined;
  /** Bits of the AXI4 data bus. */
  readonly dataWidth: 32 | 64;
  /** Bits of an AXI4 address, 32 to 64. */
  readonly addressWidth: number;
  /** Bits of an AXI4 ID, 0 to 4; 0 when the device has no ID ports. */
  readonly idWidth: number;
  readonly clock: string;
  readonly reset: { readonly port: string; readonly activeLow?: boolean | undefined };
  /** The AXI4-Lite slave with the device's registers. */
  readonly registers: PortTable;
  /** The AXI4 master to host memory. */
  readonly memory: PortTable;
  /** Each a level, active high: one, or several, of which the first is vector 0. */
  readonly interrupt: string | readonly string[];
}

/**
 * Ports by signal name in lower case (`awaddr`, `wvalid`): a prefix for all, and single ones that are called otherwise
 * (a name) or that the device lacks (`null`).
 */
export interface PortTable {
  readonly prefix: string;
  /** The signals' part of the names is in upper case (`M_AXI_AWADDR`). */
  readonly upperCase?: boolean | undefined;
  readonly ports?: Readonly<Record<string, string | null>> | undefined;
}

/** The most interrupts of a device: the bridge to a serial line has as many. */
export const MOST_INTERRUPTS = 8;

/** The interrupts' ports, by vector. */
export function interruptsOf({ interrupt }: Pick<DeviceBinding, "interrupt">): readonly string[] {
  return typeof interrupt === "string" ? [interrupt] : interrupt;
}

/** A device with its table. */
export interface DeviceSource {
  /** Its place in the configuration, for messages. */
  readonly key?: string;
  readonly binding: DeviceBinding;
  /** Absolute paths, in order. */
  readonly files: readonly string[];
  readonly includeDirectories?: readonly string[];
}
