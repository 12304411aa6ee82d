import { expect, test } from "vitest";
import { moverBinding, moverVerilog } from "../system/foreign/mover.ts";
import { projectOf } from "./user-project.ts";

/** Devices that hilt does not serve are refused by name, with nothing built: what is wrong with a bus shows late. */

const ports = (text: string): string =>
  moverVerilog.replace("output reg         intr", `${text}    output reg         intr`);
/** Without an AXI4-Lite slave: what were its ports are nets. */
const bare = moverVerilog
  .replaceAll(/^ {4}(?:input|output) +(?:wire|reg) +(?:\[\d+:0\] +)?S_\w+,\n/gm, "")
  .replaceAll(/S_[AWBR]\w*/g, "nothing")
  .replaceAll(/^ *(?:wire (?:write|read) |assign nothing|nothing |if \(nothing).*\n/gm, "")
  .replace("    reg [31:0] from;", "    wire [31:0] nothing = 0, write = 0, read = 0;\n    reg [31:0] from;");

interface Shape {
  readonly verilog: string;
  readonly change?: object;
  /** What is said of `targets.NAME.device`. */
  readonly refused: RegExp;
}

const shapes: Readonly<Record<string, Shape>> = {
  twoMasters: {
    verilog: ports("    output wire M01_ARVALID,\n    input wire M01_ARREADY,\n"),
    refused: /memory: mover has another AXI master, M01_ \(port M01_ARVALID\); hilt serves one/,
  },
  wide: {
    verilog: moverVerilog.replaceAll(/\[31:0\] (M00_[RW]DATA)/g, "[127:0] $1"),
    change: { dataWidth: 64 },
    refused: /dataWidth is 64, port M00_RDATA of mover has 128/,
  },
  noRegisters: { verilog: bare, refused: /registers\.ports\.wvalid: mover has no port S_WVALID/ },
  axi3: {
    verilog: ports("    output wire [3:0] M00_WID,\n"),
    refused: /memory: mover has the port M00_WID, which is one of AXI3; hilt serves an AXI4 master/,
  },
  fullSlave: {
    verilog: ports("    input wire [7:0] S_AWLEN,\n"),
    refused: /registers: mover has the port S_AWLEN, which AXI4-Lite lacks; hilt serves an AXI4-Lite slave/,
  },
  twoClocks: {
    verilog: ports("    input wire m_aclk,\n"),
    refused: /clock: mover has another clock, m_aclk; hilt drives one/,
  },
};

const deviceOf = (name: string): object => {
  return { files: [`hdl/${name}.v`], ...moverBinding, ...shapes[name]?.change };
};
const targets = Object.keys(shapes).flatMap((name) => [
  [`${name}-board`, { link: "uart", board: "virtual-icebreaker", device: deviceOf(name) }],
  [`${name}-slot`, { link: "slot", device: deviceOf(name) }],
]);
const simulators = [
  ["twoMasters", "wasm"],
  ["axi3", "verilator"],
].map(([name = "", engine]) => {
  return [name, { link: "simulator", engine, device: deviceOf(name) }] as const;
});
const project = projectOf({
  "hilt.config.mjs": `export default ${JSON.stringify({ targets: Object.fromEntries([...targets, ...simulators]) })};`,
  "a.hil.ts": 'import { test } from "hilt";\ntest("never runs", ({ link }) => void link);\n',
  ...Object.fromEntries(Object.entries(shapes).map(([name, { verilog }]) => [`hdl/${name}.v`, verilog])),
});

test("on a virtual board and in a slot: by the key of the table, all targets of a run", () => {
  const { status, stdout, stderr } = project.hilt("run", "--target", targets.map(([name]) => name).join(","));
  for (const [name, { refused }] of Object.entries(shapes))
    for (const link of ["board", "slot"])
      expect(stdout + stderr).toMatch(new RegExp(`targets\\.${name}-${link}\\.device\\.${refused.source}`));
  expect(stdout + stderr).not.toMatch(/device model built|E_BUILD/);
  expect(status).toBe(2);
});

test("in a simulator: a bus that nobody would answer, on both engines", () => {
  const names = simulators.map(([name]) => name);
  const { status, stdout, stderr } = project.hilt("run", "--target", names.join(","));
  for (const name of names) {
    const { refused } = shapes[name] as Shape;
    expect(stdout + stderr).toMatch(new RegExp(`targets\\.${name}\\.device\\.${refused.source}`));
  }
  expect(stdout + stderr).not.toMatch(/device model built|E_BUILD/);
  expect(status).toBe(2);
});

// One for each way to find out: other ports than the table's, other widths, and ports that are missing.
test.each(["twoMasters", "wide", "noRegisters"])("before a bitstream is made: %s", (name) => {
  const { refused } = shapes[name] as Shape;
  const { status, stdout, stderr } = project.hilt(
    ...["boards", "build", "icebreaker", "--target", `${name}-board`],
  );
  expect(stderr).toMatch(new RegExp(`targets\\.${name}-board\\.device\\.${refused.source}`));
  expect(stderr).toMatch(/\[E_CONFIG\]/);
  expect([status, stdout]).toEqual([2, ""]);
});

test("a bitstream has the device of one target", () => {
  const boards = (...args: string[]) => {
    const { status, stderr } = project.hilt("boards", ...args);
    return [status, stderr];
  };
  const wide = ["--target", "wide-board"];
  expect(boards("start", "virtual-icebreaker", ...wide)).toEqual([
    2,
    expect.stringMatching(/hilt boards start: --target goes with build/),
  ]);
  expect(boards("build", "icebreaker", ...wide, "--target", "axi3-board")).toEqual([
    2,
    expect.stringMatching(/hilt boards build: one --target/),
  ]);
  expect(boards("build", "icebreaker", "--target", "desk")).toEqual([
    2,
    expect.stringMatching(/no target desk; there is twoMasters-board/),
  ]);
});
