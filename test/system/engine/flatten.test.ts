import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import type { Bit, Netlist, YosysJson, YosysModule } from "../../../src/engine/wasm/netlist.ts";
import { parseNetlist } from "../../../src/engine/wasm/parse-netlist.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";
import { compareWithIcarus, randomSteps } from "../../soak/icarus.ts";

/** Instances are put together by the engine itself: beside Yosys' own `flatten`, and beside Icarus Verilog. */
const CHILD = fileURLToPath(new URL("../../../src/engine/wasm/yosys-child.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "hilt flatten ä "));
afterAll(() => rmSync(folder, { recursive: true }));
const engine = new WasmEngine({ cacheDirectory: join(folder, "cache") });

const NESTED = `
module top(input clk, input [7:0] d, output [7:0] y, output [0:3] z, output through, input \\odd.port , output [15:0] memory);
  wire [7:0] part [0:1];
  wire \\u1.q ; assign \\u1.q = d[0];
  inner #(.N(3)) u1(.clk(clk), .d(d), .q(part[0]), .fixed(2'b10), .same(through));
  inner #(.N(5)) \\u.2 (.clk(clk), .d({d[3:0], part[0][3:0]}), .q(part[1]), .fixed({d[1], 1'b1}));
  genvar i;
  generate for (i = 0; i < 3; i = i + 1) begin : g
    leaf l(.clk(clk), .a(d[i]), .b(z[i]), .\\3$ (\\odd.port ));
  end endgenerate
  leaf last(.clk(clk), .a(1'b1), .b(z[3]), .\\3$ (clk));
  assign y = part[0] ^ part[1];
  assign memory = {8'd0, part[1]};
endmodule
module inner #(parameter N = 1) (input clk, input [7:0] d, output [7:0] q, input [1:0] fixed, output same);
  reg [7:0] m [0:15];
  reg [9:2] held = N;
  wire [3:0] unused = {2{fixed ^ d[1:0]}};
  assign same = d[0];
  always @(posedge clk) begin
    held <= held + d + fixed;
    m[d[3:0]] <= held;
    if (d == N) $display("%m %d", held);
  end
  wire b;
  leaf \\$deep (.clk(clk), .a(d[7]), .b(b), .\\3$ (fixed[0]));
  assign q = m[d[7:4]] + {7'd0, b};
endmodule
module leaf(input clk, input a, output b, input \\3$ );
  reg r; initial r = 1;
  always @(posedge clk) r <= a ^ \\3$ ;
  assign b = r;
endmodule
`;

function yosys(passes: string): YosysJson {
  const script = `read_verilog -defer design.v; hierarchy -check -top top; proc -noopt; ${passes}`;
  const input = JSON.stringify({ files: { "design.v": NESTED }, script });
  const { stdout, stderr } = spawnSync(process.execPath, [CHILD], {
    input,
    encoding: "utf8",
    maxBuffer: 1e8,
  });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout.slice(stdout.indexOf("\n")));
}

/** With the paths that Yosys gives what it has flattened. */
function flattenedByYosys(): Netlist {
  const json = yosys("flatten");
  const { memories = {}, netnames } = json.modules["top"] as YosysModule;
  const pathOf = (name: string): string[] =>
    (netnames[name] ?? memories[name])?.attributes["hdlname"]?.split(" ") ?? [name];
  const netlist = parseNetlist(json);
  return {
    ...netlist,
    signals: netlist.signals.map((signal) => ({ ...signal, path: pathOf(signal.name) })),
    memories: new Map(
      [...netlist.memories].map(([name, memory]) => [name, { ...memory, path: pathOf(name) }]),
    ),
  };
}

/** Everything that has a name, with the names of all else that has the same bits. */
function described({ signals, memories, ports, cells }: Netlist): string[] {
  const named = [...signals, ...ports].filter(({ name }) => !name.startsWith("$"));
  const holders = new Map<Bit, string[]>();
  const hold = (bit: Bit, name: string): void => void holders.set(bit, [...(holders.get(bit) ?? []), name]);
  for (const { name, bits } of named) for (const [at, bit] of bits.entries()) hold(bit, `${name}:${at}`);
  const bitsOf = (bits: readonly Bit[]): string =>
    bits.map((bit) => (typeof bit === "string" ? bit : holders.get(bit)?.sort().join("="))).join(" ");
  const tasks = cells.filter(({ type }) => type === "$print" || type.startsWith("$mem"));
  return [
    ...named.map(({ bits, ...rest }) => `${JSON.stringify(rest)} ${bitsOf(bits)}`),
    ...[...memories.values()].map((memory) => JSON.stringify(memory)),
    ...tasks.map((cell) => [cell.name, cell.place, cell.text("MEMID")].join(" ")),
  ].sort();
}

test("names, paths, places and connections are those of Yosys' own flatten", () => {
  const own = described(parseNetlist(yosys("")));
  expect(own).toEqual(described(flattenedByYosys()));
  expect(own.filter((line) => line.includes('"u.2.$deep.r"'))).toHaveLength(1);
});

describe("constants at the ports of an instance", () => {
  const operators = "+ - * / % & | ^ ~^ && || == != < <= > >= << >> <<< >>>".split(" ");
  const unary = "+ - ~ ! & | ^ ~& ~| ~^".split(" ");

  test("give what Icarus has, of any operator, signed or not, alone and with what is not constant", async () => {
    const random = new Random(20_901n);
    const lines = [false, true].flatMap((isSigned) => {
      const [a, b] = isSigned ? ["$signed(a)", "$signed(b)"] : ["a", "b"];
      return [
        ...operators.map((operator) => `${a} ${operator} ${b}`),
        ...unary.map((operator) => `${operator} ${a}`),
        `b[2] ? ${a} : ${b}`,
        `a[b[2:0] +: 3]`,
        `b[a[1:0]] ? b : {b, a}`,
        `pick(a[1:0], ${b})`,
      ];
    });
    const outputs = lines.map((_, index) => ({ name: `y${index}`, width: 20 }));
    const list = outputs.map(({ name }) => `output [19:0] ${name}`).join(", ");
    const values = [0, 1, 255, 128, random.integer(2, 254)];
    const names = (each: number): string =>
      outputs.map(({ name }) => `.${name}(w${each}_${name})`).join(", ");
    const instances = values.flatMap((first, each) => [
      ...outputs.map(({ name }) => `wire [19:0] w${each}_${name};`),
      `sub u${each}(.a(8'd${first}), .b(${each % 2 === 0 ? "b" : `8'd${values[(each + 2) % 5]}`}), ${names(each)});`,
    ]);
    const sum = outputs.map(
      ({ name }) =>
        `assign ${name} = ${values.map((_, each) => `(w${each}_${name} << ${each})`).join(" ^ ")};`,
    );
    const text = `module top(input clk, input [7:0] b, ${list});
${[...instances, ...sum].join("\n")}
endmodule
module sub(input [7:0] a, input [7:0] b, ${list});
function [19:0] pick(input [1:0] s, input [7:0] v);
  case (s) 0: pick = v; 1: pick = 5; 2: pick = {v, v}; default: pick = ~v; endcase
endfunction
${lines.map((line, index) => `assign y${index} = ${line};`).join("\n")}
endmodule
`;
    const inputs = [{ name: "b", width: 8, signed: false }];
    const steps = randomSteps({ inputs, outputs, text }, random, 400);
    const { compared, difference } = await compareWithIcarus("constants", { inputs, outputs, text }, steps, {
      folder,
    });
    expect(difference).toBeUndefined();
    expect(compared).toBeGreaterThan((400 * outputs.length) / 2);
  });

  test("decide what is part of the design: no loop, no tri-state driver, nothing undriven where they choose another way", async () => {
    const file = join(folder, "chosen.v");
    writeFileSync(
      file,
      `module top(input clk, input [3:0] d, output [3:0] y, output [3:0] x, output k);
wire [3:0] back;
sub u(.clk(clk), .d(d), .choose(1'b0), .mask(4'b0000), .back(back), .y(back));
wire [3:0] other;
sub v(.clk(clk), .d(d), .choose(1'b1), .mask(4'b1111), .back(d), .y(other));
assign y = back; assign x = other;
gate g(.clk(clk), .en(1'b1), .k(k));
endmodule
module sub(input clk, input [3:0] d, input choose, input [3:0] mask, input [3:0] back, output [3:0] y);
wire [3:0] nobody;
wire [3:0] three = choose ? d : 4'bz;
assign y = choose ? back + 1 : ((back & mask) | (d + (nobody & mask & {4{choose}})));
endmodule
module gate(input clk, input en, output reg k);
wire gated = clk & en;
initial k = 0;
always @(posedge gated) k <= ~k;
endmodule
`,
    );
    const model = await engine.build({ top: "top", files: [file], clock: "clk" });
    expect(model.warnings).toEqual([]);
    const simulation = model.open({ seed: 1n });
    simulation.port("d").write(6);
    expect(simulation.run(3)).toBe(3);
    const values = ["y", "x", "k"].map((name) => simulation.port(name).read());
    expect(values).toEqual([6, 7, 1]);
  });
});
