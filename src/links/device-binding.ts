import { BindingError } from "./binding-error.ts";
import {
  type DeviceBinding,
  type DeviceSource,
  interruptsOf,
  MOST_INTERRUPTS,
  type PortTable,
} from "./device-source.ts";

/** The hilt DMA controller of `rtl/dma`. */
export const hiltDma: DeviceBinding = {
  top: "dma",
  parameters: { DATA_W: 64, ADDR_W: 64, BUILD_HASH: "BUILD_HASH" },
  dataWidth: 64,
  addressWidth: 64,
  idWidth: 2,
  clock: "clk",
  reset: { port: "rst" },
  registers: { prefix: "s_axil_" },
  memory: { prefix: "m_axi_", ports: { awcache: "m_axi_awcache", arcache: "m_axi_arcache" } },
  interrupt: "irq",
};

/** How many interrupts a target's device has; our own without one. */
export function vectorsOf(device: DeviceSource | undefined): number {
  return interruptsOf(device?.binding ?? hiltDma).length;
}

/** Generated files by path from the repository root: the instance of our own device. */
export function bindingFiles(): ReadonlyMap<string, string> {
  return new Map([["sim/harness/dma/hilt_harness_device.vh", deviceInstance(hiltDma)]]);
}

interface Signal {
  readonly name: string;
  /** The expression in the harness; `address` and `id` are cut to the device's width. */
  readonly net: string;
  readonly width?: "address" | "id";
  /** The value of an output that the device may lack; without one it must be there. */
  readonly absent?: string;
  /** It is absent unless the table names it. */
  readonly isLeftOut?: boolean;
  /** An input of the device that it may lack. */
  readonly isOptionalInput?: boolean;
}

const liteSignals: readonly Signal[] = [
  ...["awaddr", "awvalid", "awready", "wdata"].map((name) => ({ name, net: `s_axil_${name}` })),
  { name: "awprot", net: "3'b000", isOptionalInput: true },
  { name: "wstrb", net: "4'b1111", isOptionalInput: true },
  ...["wvalid", "wready", "bresp", "bvalid", "bready"].map((name) => ({ name, net: `s_axil_${name}` })),
  { name: "arprot", net: "3'b000", isOptionalInput: true },
  ...["araddr", "arvalid", "arready"].map((name) => ({ name, net: `s_axil_${name}` })),
  ...["rdata", "rresp", "rvalid", "rready"].map((name) => ({ name, net: `s_axil_${name}` })),
];

/** An address of a register has as many bits as the device looks at. */
const LOOSE = new Set(["registers.awaddr", "registers.araddr"]);

const plain = (...names: string[]): Signal[] => names.map((name) => ({ name, net: name }));
const addressSignals = (channel: "aw" | "ar"): Signal[] => [
  { name: `${channel}id`, net: `${channel}id`, width: "id", absent: "4'd0" },
  { name: `${channel}addr`, net: `${channel}addr`, width: "address" },
  { name: `${channel}len`, net: `${channel}len`, absent: "8'd0" },
  { name: `${channel}size`, net: `${channel}size`, absent: "(DATA_W == 64) ? 3'd3 : 3'd2" },
  { name: `${channel}burst`, net: `${channel}burst`, absent: "2'b01" },
  { name: `${channel}cache`, net: `${channel}cache`, absent: "4'b0011", isLeftOut: true },
  { name: `${channel}prot`, net: `${channel}prot`, absent: "3'b000" },
  ...plain(`${channel}valid`, `${channel}ready`),
];
const memorySignals: readonly Signal[] = [
  ...addressSignals("aw"),
  ...plain("wdata", "wstrb", "wlast", "wvalid", "wready"),
  { name: "bid", net: "bid", width: "id", isOptionalInput: true },
  ...plain("bresp", "bvalid", "bready"),
  ...addressSignals("ar"),
  { name: "rid", net: "rid", width: "id", isOptionalInput: true },
  ...plain("rdata", "rresp", "rlast", "rvalid", "rready"),
];

/** The harness's nets are this wide. */
const FULL_WIDTH = { address: 64, id: 4 } as const;

/** A port of the device: what is connected to it, and by which entry of the table. */
export interface Pin {
  readonly port: string;
  readonly expression: string;
  readonly entry: string;
  readonly isLoose?: boolean;
}

/** The device's ports, and what is assigned beside them. Throws `BindingError` with every entry of the table that is wrong. */
export function bindPins(
  binding: DeviceBinding,
  key = "device",
): { readonly pins: readonly Pin[]; readonly assigns: readonly string[] } {
  const problems: string[] = [...checkWidths(binding), ...checkInterrupts(binding)];
  const { clock, reset } = binding;
  const pins: Pin[] = [
    { port: clock, expression: "clk", entry: "clock" },
    { port: reset.port, expression: reset.activeLow === true ? "~rst" : "rst", entry: "reset.port" },
  ];
  const assigns: string[] = [];
  for (const [room, signals] of [
    ["registers", liteSignals],
    ["memory", memorySignals],
  ] as const) {
    problems.push(...checkNames(binding[room], signals, room));
    for (const signal of signals) {
      const bound = bindSignal(binding, room, signal);
      if (typeof bound === "string") problems.push(bound);
      else {
        pins.push(...bound.pins);
        assigns.push(...bound.assigns);
      }
    }
  }
  pins.push(...interruptPins(binding));
  problems.push(...boundTwice(pins));
  if (problems.length > 0) throw new BindingError(problems.map((problem) => `${key}.${problem}`));
  return { pins, assigns };
}

function interruptPins(binding: DeviceBinding): Pin[] {
  const ports = interruptsOf(binding);
  const entryOf = (vector: number): string =>
    typeof binding.interrupt === "string" ? "interrupt" : `interrupt[${vector}]`;
  return ports.map((port, vector) => ({
    port,
    expression: ports.length === 1 ? "irq" : `irq[${vector}]`,
    entry: entryOf(vector),
  }));
}

function boundTwice(pins: readonly Pin[]): string[] {
  const first = new Map<string, string>();
  return pins.flatMap(({ port, entry }) => {
    const other = first.get(port);
    if (other === undefined) first.set(port, entry);
    return other === undefined ? [] : [`${entry}: port ${port} is that of ${other}`];
  });
}

/** `hilt_harness_device.vh`: the instance of the device inside `sim/harness/hilt_harness.v`. Throws `BindingError`. */
export function deviceInstance(binding: DeviceBinding, key?: string): string {
  const { pins, assigns } = bindPins(binding, key);
  const parameters = Object.entries(binding.parameters ?? {}).map(
    ([name, value]) => `    .${name}(${value})`,
  );
  const list = parameters.length === 0 ? "" : ` #(\n${parameters.join(",\n")}\n)`;
  return [
    `// The device in the harness: module ${binding.top}, bound by its table of ports. Generated, do not edit.`,
    `${binding.top}${list} device (`,
    pins.map(({ port, expression }) => `    .${port}(${expression})`).join(",\n"),
    ");",
    ...assigns,
    "",
  ].join("\n");
}

function bindSignal(
  binding: DeviceBinding,
  room: "registers" | "memory",
  { name, net, width, absent, isLeftOut, isOptionalInput = false }: Signal,
): { pins: readonly Pin[]; assigns: readonly string[] } | string {
  const table = binding[room];
  const full = width === undefined ? 0 : FULL_WIDTH[width];
  const bits = width === "address" ? binding.addressWidth : width === "id" ? binding.idWidth : 0;
  const isAbsent = lacks(table, name, isLeftOut) || (width === "id" && bits === 0);
  if (isAbsent && absent !== undefined) return { pins: [], assigns: [`assign ${net} = ${absent};`] };
  if (isAbsent && isOptionalInput) return { pins: [], assigns: [] };
  if (isAbsent) return `${room}.ports.${name}: a device cannot lack it`;
  const port =
    table.ports?.[name] ?? `${table.prefix}${table.upperCase === true ? name.toUpperCase() : name}`;
  const entry = `${room}.ports.${name}`;
  const isLoose = LOOSE.has(`${room}.${name}`);
  if (bits === full) return { pins: [{ port, expression: net, entry, isLoose }], assigns: [] };
  return {
    pins: [{ port, expression: `${net}[${bits - 1}:0]`, entry }],
    assigns: isOptionalInput ? [] : [`assign ${net}[${full - 1}:${bits}] = ${full - bits}'d0;`],
  };
}

/** `isLeftOut`: it must be named to be there. */
function lacks({ ports = {} }: PortTable, name: string, isLeftOut = false): boolean {
  return ports[name] === null || (isLeftOut && ports[name] === undefined);
}

function checkNames(table: PortTable, signals: readonly Signal[], room: string): string[] {
  const names = signals.map((signal) => signal.name);
  return Object.keys(table.ports ?? {})
    .filter((name) => !names.includes(name))
    .map((name) => `${room}.ports.${name}: no such signal; there are ${names.join(", ")}`);
}

function checkInterrupts(binding: DeviceBinding): string[] {
  const { length } = interruptsOf(binding);
  return length > 0 && length <= MOST_INTERRUPTS
    ? []
    : [`interrupt: a device has 1 to ${MOST_INTERRUPTS} interrupts, not ${length}`];
}

function checkWidths({ addressWidth, idWidth, dataWidth }: DeviceBinding): string[] {
  const check = (name: string, value: number, min: number, max: number): string[] =>
    Number.isInteger(value) && value >= min && value <= max
      ? []
      : [`${name}: ${value} is not between ${min} and ${max}`];
  return [
    ...check("addressWidth", addressWidth, 32, FULL_WIDTH.address),
    ...check("idWidth", idWidth, 0, FULL_WIDTH.id),
    ...(dataWidth === 32 || dataWidth === 64 ? [] : [`dataWidth: ${dataWidth} is not 32 or 64`]),
  ];
}

/** The first file of the design: a macro is known to all files after it. */
export function definesOf({ defines = {} }: DeviceBinding): string {
  return Object.entries(defines)
    .map(([name, value]) => `\`define ${name}${value === true ? "" : ` ${value}`}\n`)
    .join("");
}
