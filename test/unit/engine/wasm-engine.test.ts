import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { ModelSource, SimulationMessage } from "../../../src/engine/engine.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-engine-"));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;

function source(text: string, more: Partial<ModelSource> = {}, extension = "v"): ModelSource {
  const file = join(folder, `design${count++}.${extension}`);
  writeFileSync(file, text);
  return { top: "top", files: [file], clock: "clk", ...more };
}

const cacheDirectory = join(folder, "cache");
const engine = new WasmEngine({ cacheDirectory });

describe("what it cannot do right it refuses, with construct, file and line", () => {
  test.each([
    [
      "an asynchronous load",
      "always @(posedge clk or posedge a)\n if (a) q <= b; else q <= ~b;",
      /:2: .*asynchronous load/,
    ],
    [
      "set and reset in one register",
      "wire r = ~a;\n always @(posedge clk or posedge a or posedge b) if (a) q <= 0; else if (b) q <= 1; else q <= r;",
      /:3: .*both an asynchronous set and an asynchronous reset/,
    ],
    [
      "a clock made by a blocking assignment",
      "reg half; always @(posedge clk)\n half = ~half;\n always @(posedge half) q <= b;",
      /:2: .*the clock half, made by a blocking assignment/,
    ],
    [
      "the same, after other blocks on its line",
      "reg half, z; always @(posedge clk) if (a) z <= b; always @(posedge clk) begin if (a == b) half = ~half; end always @(posedge half) q <= z;",
      /:2: .*the clock half, made by a blocking assignment/,
    ],
    [
      "the same, in a concatenation",
      "reg [1:0] half; reg z; always @(posedge clk)\n {z, half[1]} = {a, ~half[1]};\n always @(posedge half[1]) q <= z;",
      /:2: .*the clock half, made by a blocking assignment/,
    ],
    [
      "an item of a case with x by a parameter",
      "localparam P = 1'bx;\n always @(posedge clk)\n case (a) P: q <= b; default: q <= 0; endcase",
      /:4: .*an item of a case with x or z that is not a number/,
    ],
    [
      "the same, in a module whose instance gives the parameter",
      "wire w; part #(.P(2'b1x)) part({a, b}, w);\n always @(posedge clk) q <= w;\n endmodule\n module part(input [1:0] a, output reg y); parameter P = 2'b0; always @*\n case (a) P: y = 1; default: y = 0; endcase",
      /:2: .*an item of a case with x or z that is not a number/,
    ],
    ["a tri-state driver", "wire w = a ? b : 1'bz;\n always @(posedge clk) q <= w;", /:2: .*tri-state/],
    [
      "a combinational loop",
      "wire x; wire y = x ^ a;\n assign x = y & b;\n always @(posedge clk) q <= x;",
      /:[23]: .*combinational loop/,
    ],
    [
      "a display outside a clocked block",
      'always @* begin q = b;\n if (a) $display("x"); end',
      /:3: .*\$display outside/,
    ],
  ])("%s", async (_name, body, message) => {
    const text = `module top(input clk, input a, input b, output reg q);\n${body}\nendmodule\n`;
    await expect(engine.build(source(text))).rejects.toThrow(message);
  });

  test("a clock made by <= is none of them, whatever else its block's line assigns by =", async () => {
    const text =
      "module top(input clk, input a, output reg q);\nreg half, z; initial half = 0; always @(posedge clk) begin z = half == a; half <= ~half; end always @(posedge half) q <= z;\nendmodule\n";
    await expect(engine.build(source(text))).resolves.toBeDefined();
  });

  test("a syntax error names its line", async () => {
    await expect(engine.build(source("module top(input clk);\nassign = ;\nendmodule\n"))).rejects.toThrow(
      /design\d+\.v:2: /,
    );
  });

  test("a file that is not there is named", async () => {
    const files = [join(folder, "missing.v")];
    await expect(engine.build({ top: "top", files, clock: "clk" })).rejects.toThrow("missing.v");
  });
});

describe("what a design says", () => {
  const text = (body: string): string =>
    `module top(input clk, input [7:0] d, output reg [7:0] q);\n${body}\nalways @(posedge clk) q <= d;\nendmodule\n`;

  async function play(body: string, values: readonly number[], extension = "v") {
    const messages: SimulationMessage[] = [];
    const model = await engine.build(source(text(body), {}, extension));
    const simulation = model.open({ onMessage: (message) => messages.push(message) });
    for (const value of values) {
      simulation.port("d").write(value);
      simulation.run(1);
    }
    return { simulation, messages };
  }

  test("$display formats as Verilog does, in order, from the values before the edge", async () => {
    const { messages } = await play(
      'initial $display("hello"); always @(posedge clk) begin if (d > 1) $display("d=%d %0d %h %b%%", d, d, d, d[1:0]); $write("%s|%0d", "ab", $signed(d)); end',
      [1, 255],
    );
    expect(messages.map(({ text: each }) => each)).toEqual([
      "hello\n",
      "ab|1",
      "d=255 255 ff 11%\n",
      "ab|-1",
    ]);
    expect(messages[2]).toMatchObject({ kind: "display", cycle: 1, place: expect.stringMatching(/:2$/) });
  });

  test.each([
    ["$finish", "if (d == 3) $finish;", "finish", ""],
    ["$fatal with a message", 'if (d == 3) $fatal(1, "d is %0d", d);', "fatal", "d is 3"],
    ["$error", 'if (d == 3) $error("bad");', "error", "bad"],
  ])("%s ends the simulation", async (_name, statement, kind, said) => {
    const { simulation } = await play(`always @(posedge clk) ${statement}`, [1, 3, 5, 7]);
    expect(simulation.end).toMatchObject({ kind, cycle: 1 });
    expect(simulation.end?.text.trim()).toBe(said);
    expect(simulation.cycle).toBe(2);
  });

  test("assert, assume and cover say where", async () => {
    const body = "always @(posedge clk) begin cover (d == 2);\n assert (d != 3); end";
    const { simulation, messages } = await play(body, [2, 3, 5], "sv");
    expect(messages.map(({ kind, cycle }) => [kind, cycle])).toEqual([
      ["cover", 0],
      ["assert", 1],
    ]);
    expect(simulation.end?.place).toMatch(/:3$/);
  });

  test("a design that never comes to rest is told so", async () => {
    const model = await engine.build(
      source(
        "module top(input clk, output reg a, output reg b);\nwire c = clk ^ a ^ b;\ninitial begin a = 0; b = 0; end\nalways @(posedge c) a <= ~a;\nalways @(negedge c) b <= ~b;\nendmodule\n",
      ),
    );
    expect(() => model.open().run(3)).toThrow(/never comes to rest/);
  });
});

describe("the cache", () => {
  const text = `\`include "step.vh"\nmodule top(input clk, output reg [7:0] q);\ninitial q = 0;\nalways @(posedge clk) q <= q + \`STEP;\nendmodule\n`;

  test("gives the same model again, notices an edit of an included file, and does not trust a damaged entry", async () => {
    writeFileSync(join(folder, "step.vh"), "`define STEP 8'd1\n");
    const design = source(text);
    const own = join(folder, "own-cache");
    const build = () => new WasmEngine({ cacheDirectory: own }).build(design);
    const after3 = async (): Promise<[boolean, number]> => {
      const model = await build();
      const simulation = model.open();
      simulation.run(3);
      return [model.fromCache, simulation.port("q").read()];
    };
    expect(await after3()).toEqual([false, 3]);
    expect(await after3()).toEqual([true, 3]);
    const [entry] = readdirSync(own) as [string];
    const bytes = readFileSync(join(own, entry));
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    writeFileSync(join(own, entry), bytes);
    expect(await after3()).toEqual([false, 3]);
    writeFileSync(join(folder, "step.vh"), "`define STEP 8'd2\n");
    expect(await after3()).toEqual([false, 6]);
  });
});

describe("files of $readmemh", () => {
  const text = (name: string): string =>
    `module top #(parameter FILE = "${name}") (input clk, input [1:0] a, output [7:0] q);\nreg [7:0] m [0:3];\ninitial $readmemh(FILE, m);\nassign q = m[a];\nendmodule\n`;
  const first = async (design: ModelSource): Promise<number> => {
    const simulation = (await engine.build(design)).open();
    simulation.run(0);
    return simulation.port("q").read();
  };

  test.each(["beside.hex", "./beside.hex", "../beside.hex"])("%s stands beside the source", async (name) => {
    const path = join(folder, name);
    try {
      writeFileSync(path, "5a\n");
      const design = source(text(name));
      expect(await first(design)).toBe(0x5a);
      writeFileSync(path, "5b\n");
      expect(await first(design)).toBe(0x5b);
    } finally {
      rmSync(path);
    }
  });

  test("one that is not there is named with the line", async () => {
    await expect(engine.build(source(text("nowhere.hex")))).rejects.toThrow(/:3: .*nowhere\.hex/);
  });
});

describe("a simulation", () => {
  const text = `module top #(parameter START = 0) (input clk, input rst, input [3:0] limit, output stop, output reg [15:0] n, output [7:0] seen);
reg [7:0] memory [0:15];
assign stop = n[3:0] == limit && limit != 0;
assign seen = memory[n[3:0]];
always @(posedge clk) if (rst) n <= START; else begin n <= n + 16'd1; memory[n[3:0]] <= n[7:0] ^ 8'h80; end
endmodule\n`;

  test("stops before the edge, counts edges, shares its memories, and takes parameters", async () => {
    const model = await engine.build(source(text, { stop: "stop", parameters: { START: 2 } }));
    const simulation = model.open({ seed: 5n });
    simulation.port("rst").write(1);
    expect(simulation.run(1)).toBe(1);
    simulation.port("rst").write(0);
    expect(simulation.port("n").read()).toBe(2);
    simulation.port("limit").write(5);
    expect(simulation.run(100)).toBe(3);
    expect([simulation.port("n").read(), simulation.port("stop").read(), simulation.cycle]).toEqual([
      5, 1, 4,
    ]);
    expect(simulation.run(100)).toBe(0);
    const { bytes, depth, elementBytes } = simulation.array("memory");
    expect([depth, elementBytes, ...bytes.subarray(2, 5)]).toEqual([16, 1, 0x82, 0x83, 0x84]);
    bytes[5] = 0x77;
    simulation.port("limit").write(0);
    expect(simulation.port("seen").read()).toBe(0x77);
  });

  test("a wide division by zero is 0, and a wide index reaches as far as it says", async () => {
    const model = await engine.build(
      source(
        "module top(input clk, input [99:0] a, input signed [89:0] i, output [99:0] d, output [99:0] r, output [3:0] p); assign d = a / i[89:85]; assign r = a % i[89:85]; assign p = a[i +: 4]; endmodule",
      ),
    );
    const simulation = model.open();
    const results = (a: bigint, i: bigint): bigint[] => {
      simulation.port("a").write(a);
      simulation.port("i").write(i);
      return ["d", "r", "p"].map((name) => simulation.port(name).readBig());
    };
    expect(results(2n ** 99n + 5n, 0n)).toEqual([0n, 0n, 5n]);
    expect(results(2n ** 99n + 5n, 98n)).toEqual([0n, 0n, 2n]);
    expect(results(2n ** 99n + 5n, -2n)).toEqual([(2n ** 99n + 5n) / 31n, (2n ** 99n + 5n) % 31n, 4n]);
    expect(results(7n, 2n ** 88n)[2]).toBe(0n);
    expect(results(7n, -(2n ** 89n) + 1n)[2]).toBe(0n);
  });

  test("an address of more than 32 bits that leaves the memory reads 0 and writes nothing", async () => {
    const wide = `module top(input clk, input [7:0] h, input [3:0] a, input [7:0] d, output [7:0] q, output [7:0] o);
reg [7:0] m [0:15]; reg [7:0] n [2:9]; assign q = m[{h, 32'd0, a}]; assign o = n[{h, 32'd0, a}];
always @(posedge clk) begin m[{h, 32'd0, a}] <= d; n[{h, 70'd0, a}] <= d; end
endmodule\n`;
    const simulation = (await engine.build(source(wide))).open();
    const step = (h: number, d: number): number[] => {
      for (const [name, value] of Object.entries({ h, d, a: 3 })) simulation.port(name).write(value);
      simulation.run(1);
      return [simulation.port("q").read(), simulation.port("o").read()];
    };
    expect([step(0, 5), step(1, 6), step(128, 7), step(0, 8)]).toEqual([
      [5, 5],
      [0, 0],
      [0, 0],
      [8, 8],
    ]);
    simulation.port("h").write(1);
    simulation.run(1);
    simulation.port("h").write(0);
    simulation.run(0);
    expect(simulation.port("q").read()).toBe(8);
  });

  test("registers without a reset start from the seed", async () => {
    const model = await engine.build(
      source("module top(input clk, output reg [63:0] q); always @(posedge clk) q <= q; endmodule"),
    );
    const value = (seed?: bigint) =>
      model
        .open(seed === undefined ? {} : { seed })
        .port("q")
        .readBig();
    expect(value()).toBe(0n);
    expect(value(1n)).toBe(value(1n));
    expect(value(1n)).not.toBe(value(2n));
  });

  test("traced signals are readable by hierarchical name", async () => {
    const inner =
      "module inner(input clk, output reg [3:0] n); initial n = 0; always @(posedge clk) n <= n + 4'd1; endmodule\n";
    const outer = "module top(input clk, output [3:0] n); inner deep(clk, n); endmodule\n";
    const simulation = (await engine.build(source(inner + outer, { trace: ["deep.*"] }))).open();
    simulation.run(5);
    const signal = simulation.signals.find(({ name }) => name === "deep.n");
    expect(signal?.read()).toBe(5n);
  });

  test("a port or memory that is not there is named, with those that are", async () => {
    const simulation = (await engine.build(source(text, { stop: "stop" }))).open();
    expect(() => simulation.port("nothing")).toThrow(/no port nothing; it has .*limit/);
    expect(() => simulation.array("nothing")).toThrow(/no memory nothing; it has memory/);
  });
});
