import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { parseFileList } from "../../../src/engine/file-list.ts";
import { readTree } from "../../../src/engine/source-tree.ts";
import { parseNetlist } from "../../../src/engine/wasm/parse-netlist.ts";
import { elaborate } from "../../../src/engine/wasm/yosys.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";
import { type Input, runIcarus, stimulus } from "../../soak/icarus.ts";

/**
 * Every module of the controller and of the harness alone, under random inputs, in the built-in engine and in Icarus
 * Verilog: all outputs in every cycle. Registers and memories start at 0 in both, so that nothing is unknown.
 */
const SEED = 20_263n;
const CYCLES = 2000;
const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "hilt-rtl-modules-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Case {
  readonly parameters?: Readonly<Record<string, number>>;
  /** Inputs that keep one value, for a design that does nothing otherwise. */
  readonly held?: Readonly<Record<string, bigint>>;
  /** Contents of memories, by path. */
  readonly memories?: Readonly<Record<string, readonly bigint[]>>;
}

const filled = (count: number, value: (index: number) => bigint): bigint[] =>
  Array.from({ length: count }, (_, index) => value(index));
const all = 0xffff_ffffn;
const permissions = filled(64, (index) => (index % 5 === 0 ? 0n : all));
const words = (seed: bigint, count: number): bigint[] => {
  const random = new Random(seed);
  return filled(count, () => random.uint64());
};

/** Register accesses that set transfers and rings going, out of random memory. */
function commands(random: Random): bigint[] {
  const write = (address: number, value: number): bigint =>
    (1n << 62n) | (BigInt(address) << 32n) | BigInt(value);
  const of = (channel: number): bigint[] => [
    write(channel + 0x08, random.integer(0, 0x3000)),
    write(channel + 0x10, random.integer(0, 0x3000)),
    write(channel + 0x14, random.integer(0, 700)),
    write(channel + 0x44, 0x1000),
    write(channel + 0x54, 0x2000),
    write(channel + 0x40, random.integer(0, 1) * (0x501 | (random.integer(0, 3) << 1))),
    write(channel + 0x50, random.integer(0, 31)),
    write(channel, random.integer(1, 7)),
    (2n << 62n) | (BigInt(channel + 4 * random.integer(0, 24)) << 32n),
  ];
  return [
    write(0x1c, 1),
    write(0x24, 0x303),
    ...filled(28, () => 0n).flatMap((_, index) => of(index % 2 === 0 ? 0x100 : 0x200)),
  ];
}

const memory = { RAM_BYTES_LOG2: 14, REGION_BYTES_LOG2: 12 };
const tables = (path: string): Record<string, readonly bigint[]> => ({
  [`${path}ram`]: words(3n, 2048),
  [`${path}page_table`]: [2n, 0n, 3n, 1n],
  [`${path}read_permission`]: permissions,
  [`${path}write_permission`]: permissions,
});
const region = { cfg_region_enable: 1n, cfg_region_base_0: 0n };
const harnessMemory = { held: { ...region, cfg_region_enable: 15n }, memories: tables("") };
const top = {
  held: {
    ...region,
    host_command_tail: 250n,
    host_event_tail: 0n,
    ...{
      cfg_read_latency_min: 1n,
      cfg_read_latency_max: 6n,
      cfg_write_latency_min: 2n,
      cfg_write_latency_max: 2n,
    },
    ...{ cfg_stall_ar: 30n, cfg_stall_r: 60n, cfg_stall_w: 60n, cfg_stall_register: 20n },
    ...{ cfg_error_control_0: 0n, cfg_error_control_1: 0n },
    cfg_read_outstanding: 9n,
    cfg_write_outstanding: 5n,
  },
  memories: { ...tables("memory."), "commands.command": commands(new Random(8n)) },
};

/** Other cases than the module as it stands. */
const cases: Readonly<Record<string, readonly Case[]>> = {
  dma: [
    {},
    { parameters: { DATA_W: 32, ADDR_W: 40, BURST_BYTES_LOG2: 6, OUTSTANDING: 2 } },
    { parameters: { RINGS: 0, ADDR_W: 32 } },
  ],
  card_memory: [{ parameters: { BYTES_LOG2: 8 } }],
  dma_ring: [{}, { parameters: { WORD_BYTES_LOG2: 2, ADDR_W: 40 } }],
  dma_descriptor_fetch: [{}, { parameters: { WORD_BYTES_LOG2: 2 } }],
  hilt_harness_commands: [{ held: { tail: 250n }, memories: { command: commands(new Random(9n)) } }],
  hilt_harness_memory: [
    { ...harnessMemory, parameters: memory },
    { ...harnessMemory, parameters: { ...memory, DATA_W: 32 } },
  ],
  hilt_harness_rules: [{}, { parameters: { DATA_W: 32 } }],
  hilt_harness_late: [{ parameters: { ROUGH: 1 } }],
  hilt_harness_order: [{}, { parameters: { ROUGH: 1, SLOT_W: 10 } }],
  hilt_harness_ahead: [{}, { parameters: { ROUGH: 1 } }],
  hilt_harness_reads: [{}, { parameters: { ROUGH: 1 } }],
  hilt_harness_writes: [{}, { parameters: { ROUGH: 1 } }],
  hilt_harness_answers: [{}, { parameters: { ROUGH: 1 } }],
  hilt_harness: [{ ...top, parameters: memory }],
};

const { files, includeDirectories } = parseFileList(join(root, "sim/harness/top.f"), root);
const modules = files.map((file) => basename(file, ".v"));

/** A register of a channel and a value that makes something happen. */
function channelAccess(random: Random): readonly [offset: number, value: number] {
  const values: readonly (readonly [number, number])[] = [
    [0x00, random.integer(1, 7)],
    [0x08, random.integer(0, 0x3000)],
    [0x0c, 0],
    [0x10, random.integer(0, 0x3000)],
    [0x14, random.integer(0, 400)],
    [0x40, random.integer(0, 3) === 0 ? 0 : 0x401 | (random.integer(0, 3) << 1)],
    [0x44, 0x1000],
    [0x50, random.integer(0, 15)],
    [0x50, random.integer(0, 15)],
    [0x54, 0x2000],
    [0x5c, random.integer(0, 3) | (random.integer(0, 2) << 16)],
  ];
  return values[random.integer(0, values.length - 1)] as readonly [number, number];
}

function globalAccess(random: Random): readonly [offset: number, value: number] {
  const values = [
    [0x1c, random.integer(0, 19) === 0 ? 3 : 1],
    [0x20, 0xffff_ffff],
    [0x24, 0x303],
    [0x28, 1],
  ] as const;
  return values[random.integer(0, 3)] as readonly [number, number];
}

/** Inputs that are seldom 1, and seldom 0. */
const seldom = /^(quiesce|hold|channel_busy|failed|abort|stop|flush|halts)$/;
const mostly = /^(bus_master|enable|s_axil_.ready)$/;

/** What a host and a bus would do in a cycle, more or less: a reset now and then, addresses in a small range. */
function inputsOf(inputs: readonly Input[], cycle: number, random: Random): bigint[] {
  const isGlobal = inputs.some(({ name }) => name === "s_axil_wdata") && random.integer(0, 3) === 0;
  const [offset, value] = isGlobal ? globalAccess(random) : channelAccess(random);
  // Address and data of a write come together, so that they belong together.
  const isWrite = random.integer(0, 1);
  const block = isGlobal ? 0 : 0x100 * random.integer(1, 2);
  const known: Readonly<Record<string, number>> = {
    ...(inputs.some(({ name }) => name === "write_mask") ? { address: offset, write_data: value } : {}),
    ...{ write_mask: 0xffff_ffff, s_axil_awaddr: block + offset, s_axil_wdata: value, s_axil_wstrb: 15 },
    ...{ s_axil_awvalid: isWrite, s_axil_wvalid: isWrite },
    ...{ s_axil_araddr: block + 4 * random.integer(0, 24), read_address: 4 * random.integer(0, 24) },
  };
  return inputs.map(({ name, width }) => {
    if (name === "rst" && cycle < 2) return 1n;
    const likely = known[name];
    const isLikely = likely !== undefined && random.integer(0, 31) > 0;
    return BigInt.asUintN(width, isLikely ? BigInt(likely) : inputOf(name, width, random));
  });
}

function inputOf(name: string, width: number, random: Random): bigint {
  if (name === "rst") return random.integer(0, 399) === 0 ? 1n : 0n;
  if (seldom.test(name)) return random.integer(0, 39) === 0 ? 1n : 0n;
  if (mostly.test(name)) return random.integer(0, 39) === 0 ? 0n : 1n;
  const isSmall = /rdata$|addr$/.test(name) && random.integer(0, 1) === 0;
  return isSmall ? BigInt(8 * random.integer(0, 200)) : stimulus(random, width);
}

/** The source with everything that holds a value starting at 0. The variables of functions hold none. */
function zeroed(text: string): string {
  const late: string[] = [];
  let isInFunction = false;
  const lines = text.split("\n").map((line) => {
    if (/^\s*(?:end)?function\b/.test(line)) isInFunction = !line.includes("endfunction");
    if (isInFunction) return line;
    const found =
      /^\s*(output\s+)?reg\s+(\[[^\]]+\])?\s*(\w+)\s*(\[0:(.+)\])?\s*(\/\*.*\*\/)?\s*([;,]?)\s*(\/\/.*)?$/.exec(
        line,
      );
    if (found === null) {
      if (/^\s*(output\s+)?reg\b/.test(line)) throw new Error(`not understood: ${line}`);
      return line;
    }
    const [, port, , name, isMemory, last, , , comment = ""] = found;
    const zero =
      isMemory === undefined
        ? `initial ${name} = 0;`
        : `integer at_${name}; initial for (at_${name} = 0; at_${name} <= ${last}; at_${name} = at_${name} + 1) ${name}[at_${name}] = 0;`;
    if (port === undefined) return `${line.replace(comment, "")} ${zero}`;
    late.push(zero);
    return line;
  });
  return lines.join("\n").replace(/^endmodule/m, `${late.join("\n")}\nendmodule`);
}

function namesOfPorts(file: string): string[] {
  const found = readFileSync(file, "utf8").matchAll(
    /^\s*(?:input|output)\s+(?:wire|reg)\s+(?:\[[^\]]+\])?\s*(\w+)/gm,
  );
  return [...found].map((match) => match[1] as string).filter((name) => name !== "clk");
}

/** The engine wants a clock, also for a module that has none. */
async function clocked(name: string): Promise<string> {
  const source = { top: name, files, includeDirectories, clock: "clk" };
  const { ports } = parseNetlist(await elaborate(source, readTree(source)));
  const declared = ports.map((port) => `${port.direction} wire [${port.bits.length - 1}:0] ${port.name}`);
  const pins = ports.map((port) => `.${port.name}(${port.name})`);
  const file = join(folder, `${name}_clocked.v`);
  writeFileSync(
    file,
    `module ${name}_clocked(input wire clk, ${declared.join(", ")});\n${name} inner(${pins.join(", ")});\nendmodule\n`,
  );
  return file;
}

async function compare(name: string, index: number, { parameters = {}, held = {}, memories = {} }: Case) {
  const random = new Random(SEED).fork(`${name} ${index}`);
  const file = files.find((path) => basename(path, ".v") === name) as string;
  const isClocked = /input\s+wire\s+clk,/.test(readFileSync(file, "utf8"));
  const sources = isClocked ? files : [...files, await clocked(name)];
  const top = isClocked ? name : `${name}_clocked`;
  const source = { top, files: sources, includeDirectories, parameters, clock: "clk" };
  const model = await new WasmEngine({ cacheDirectory: ".hilt/cache" }).build(source);
  const simulation = model.open();
  const ports = namesOfPorts(file).map((port) => simulation.port(port));
  const inputs = ports
    .filter(({ direction }) => direction === "input")
    .map((port): Input => ({ name: port.name, width: port.width, signed: false }));
  const outputs = ports.filter(({ direction }) => direction === "output");
  const steps = Array.from({ length: CYCLES }, (_, cycle) => {
    const values = inputsOf(inputs, cycle, random);
    return inputs.map((input, at) => held[input.name] ?? (values[at] as bigint));
  });
  const prepare: string[] = [];
  for (const [path, content] of Object.entries(memories)) {
    const { bytes, elementBytes } = simulation.array(path);
    for (const [at, value] of content.entries()) {
      for (let byte = 0; byte < elementBytes; byte++) {
        bytes[at * elementBytes + byte] = Number((value >> BigInt(8 * byte)) & 0xffn);
      }
      prepare.push(`t.${path}[${at}] = 64'h${value.toString(16)};`);
    }
  }
  const found = steps.map((values) => {
    for (const [at, input] of inputs.entries()) simulation.port(input.name).write(values[at] as bigint);
    simulation.run(0);
    const row = outputs.map((output) => simulation.port(output.name).readBig().toString(16));
    simulation.run(1);
    return row;
  });
  const copies = sources.map((file) => {
    const copy = join(folder, `zeroed-${basename(file)}`);
    writeFileSync(copy, zeroed(readFileSync(file, "utf8")));
    return copy;
  });
  const prefix = join(folder, `${name}-${index}.`);
  const reference = runIcarus(
    {
      prefix,
      files: copies,
      includeDirectories,
      top,
      parameters,
      prepare: prepare.join(" "),
      inputs,
      outputs,
    },
    steps,
  );
  return {
    outputs,
    found,
    reference: reference.map((row) =>
      row.map((each) => (/x/.test(each) ? each : BigInt(`0b${each}`).toString(16))),
    ),
  };
}

describe("alone and under random inputs the built-in engine agrees with Icarus Verilog", () => {
  const each = modules.flatMap((name) => (cases[name] ?? [{}]).map((one, index) => ({ name, index, one })));

  test.each(each)("on $name, case $index", async ({ name, index, one }) => {
    const { outputs, found, reference } = await compare(name, index, one);
    expect(reference).toHaveLength(CYCLES);
    for (const [cycle, row] of reference.entries()) {
      const differing = outputs.flatMap((output, at) =>
        row[at] === found[cycle]?.[at]
          ? []
          : [`${output.name} in cycle ${cycle} is ${found[cycle]?.[at]}, in Icarus ${row[at]}`],
      );
      expect(differing).toEqual([]);
    }
    // A comparison of outputs that never move shows nothing.
    const moving = outputs.filter((_, at) => new Set(found.map((row) => row[at])).size > 1);
    expect(moving.length).toBeGreaterThan(outputs.length / 3);
  });
});
