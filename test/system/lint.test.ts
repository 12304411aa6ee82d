import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parseFileList } from "../../src/engine/file-list.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

const tops = [
  { top: "dma", list: "rtl/dma/dma.f" },
  { top: "bridge", list: "rtl/bridge/bridge.f" },
  { top: "hilt_harness", list: "sim/harness/top.f" },
];

function output(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  if (error !== undefined) throw error;
  return `${stdout}${stderr}${status === 0 ? "" : `exit code ${status}`}`;
}

test.each(tops)("$top has nothing that Verilator, Icarus or Yosys complains about", ({ top, list }) => {
  const { files, includeDirectories } = parseFileList(join(root, list), root);
  const includes = includeDirectories.map((directory) => `-I${directory}`);
  expect(files.length).toBeGreaterThan(5);
  expect(output("verilator", ["--lint-only", "-Wall", "--top-module", top, ...includes, ...files])).toBe("");
  expect(output("iverilog", ["-g2005", "-Wall", "-tnull", "-s", top, ...includes, ...files])).toBe("");
  const script = `read_verilog ${includes.join(" ")} ${files.join(" ")}; hierarchy -check -top ${top}; proc; check -assert`;
  expect(output("yosys", ["-q", "-p", script])).toBe("");
});

test("no memory of the bridge is asked in synthesis for what is being written to it", () => {
  const { files } = parseFileList(join(root, "rtl/bridge/bridge.f"), root);
  const script = `read_verilog ${files.join(" ")}; hierarchy -top bridge; proc; flatten; opt; memory_dff`;
  const log = output("yosys", ["-p", script]);
  expect(log.match(/merging output FF to cell/g)?.length).toBe(7);
  expect(log).not.toContain("transparent");
});

test.each([
  ["32 bits of data", ["-GDATA_W=32", "-GBURST_BYTES_LOG2=10"]],
  ["32 bits of address", ["-GADDR_W=32"]],
  ["40 bits of address", ["-GADDR_W=40"]],
  ["no rings", ["-GRINGS=0"]],
  ["no completions", ["-GCOMPLETIONS=0"]],
  ["neither compact descriptors nor coalescing", ["-GCOMPACT=0", "-GCOALESCING=0"]],
])("the controller is clean with %s", (_name, parameters) => {
  const { files, includeDirectories } = parseFileList(join(root, "rtl/dma/dma.f"), root);
  const includes = includeDirectories.map((directory) => `-I${directory}`);
  const args = ["--lint-only", "-Wall", "--top-module", "dma", ...parameters, ...includes, ...files];
  expect(output("verilator", args)).toBe("");
});

test.each([1, 9])("the far end of a virtual board's line is clean with a wire of %i bits", (width) => {
  const file = "sim/verilator/board/hilt_board_line.v";
  expect(output("verilator", ["--lint-only", "-Wall", `-GLINE_W=${width}`, file])).toBe("");
  const icarus = ["-g2005", "-Wall", "-tnull", `-Philt_board_line.LINE_W=${width}`, "-s", "hilt_board_line"];
  expect(output("iverilog", [...icarus, file])).toBe("");
});

test.each([
  ["32 bits of data and of address", ["-GDATA_W=32", "-GADDR_W=32", "-GID_W=1"]],
  ["40 bits of address, 8 lines, and a line of bytes", ["-GADDR_W=40", "-GIRQ_LINES=8", "-GLINE_W=9"]],
  ["the smallest rings", ["-GMTU=64", "-GUP_LOG2=7", "-GDOWN_LOG2=9", "-GREAD_LOG2=9"]],
  ["the largest rings", ["-GMTU=4096", "-GUP_LOG2=13", "-GDOWN_LOG2=14", "-GREAD_LOG2=14"]],
])("the bridge is clean with %s", (_name, parameters) => {
  const { files } = parseFileList(join(root, "rtl/bridge/bridge.f"), root);
  expect(
    output("verilator", ["--lint-only", "-Wall", "--top-module", "bridge", ...parameters, ...files]),
  ).toBe("");
});

test.each([
  ["LINE_W", 8],
  ["DIVIDER_256", 1023],
  ["DATA_W", 128],
  ["ADDR_W", 31],
  ["ID_W", 5],
  ["IRQ_LINES", 9],
  ["MTU", 8192],
  ["UP_LOG2", 14],
  ["DOWN_LOG2", 8],
  ["READ_LOG2", 8],
  ["REGISTER_ADDRESS_W", 33],
])("the bridge refuses %s = %i by name", (name, value) => {
  const { files } = parseFileList(join(root, "rtl/bridge/bridge.f"), root);
  const text = output("iverilog", [
    "-g2005",
    `-Pbridge.${name}=${value}`,
    "-tnull",
    "-s",
    "bridge",
    ...files,
  ]);
  expect(text).toContain(`Unknown module type: ${name}_must_be_`);
});

test.each([
  ["DATA_W", 128],
  ["ADDR_W", 31],
  ["ADDR_W", 65],
  ["CARD_BYTES_LOG2", 11],
  ["CARD_BYTES_LOG2", 31],
  ["BURST_BYTES_LOG2", 3],
  ["BURST_BYTES_LOG2", 12],
  ["OUTSTANDING", 0],
  ["OUTSTANDING", 256],
  ["RING_ENTRIES_LOG2", 0],
  ["RING_ENTRIES_LOG2", 17],
])("the controller refuses %s = %i by name in all three tools", (name, value) => {
  const { files, includeDirectories } = parseFileList(join(root, "rtl/dma/dma.f"), root);
  const includes = includeDirectories.map((directory) => `-I${directory}`);
  const refused = `${name}_must_be_`;
  const icarus = ["-g2005", `-Pdma.${name}=${value}`, "-tnull", "-s", "dma", ...includes, ...files];
  expect(output("iverilog", icarus)).toContain(`Unknown module type: ${refused}`);
  const verilator = ["--lint-only", "--top-module", "dma", `-G${name}=${value}`, ...includes, ...files];
  expect(output("verilator", verilator)).toMatch(new RegExp(`Cannot find.*${refused}`));
  const script = `read_verilog -defer ${includes.join(" ")} ${files.join(" ")}; hierarchy -check -top dma -chparam ${name} ${value}`;
  expect(output("yosys", ["-q", "-p", script])).toContain(refused);
});

test.each([
  { DATA_W: 32, BURST_BYTES_LOG2: 3 },
  { DATA_W: 32, BURST_BYTES_LOG2: 10 },
  { BURST_BYTES_LOG2: 4 },
  { ADDR_W: 32 },
  { CARD_BYTES_LOG2: 12 },
  { CARD_BYTES_LOG2: 30 },
  { OUTSTANDING: 1 },
  { OUTSTANDING: 255 },
  { RING_ENTRIES_LOG2: 1 },
])("the controller takes the ends of what its parameters may be: %o", (parameters) => {
  const { files, includeDirectories } = parseFileList(join(root, "rtl/dma/dma.f"), root);
  const includes = includeDirectories.map((directory) => `-I${directory}`);
  const set = Object.entries(parameters).map(([name, value]) => `-Pdma.${name}=${value}`);
  expect(output("iverilog", ["-g2005", "-tnull", ...set, "-s", "dma", ...includes, ...files])).toBe("");
});
