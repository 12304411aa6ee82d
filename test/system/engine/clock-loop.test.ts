import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { silentLog } from "../../../src/core/log.ts";
import { Random } from "../../../src/core/random.ts";
import type { ModelSource } from "../../../src/engine/engine.ts";
import { readTree } from "../../../src/engine/source-tree.ts";
import { clockLoop } from "../../../src/engine/verilator/clock-loop.ts";
import { SourceCopies } from "../../../src/engine/verilator/source-copies.ts";
import { findToolchain } from "../../../src/engine/verilator/toolchain.ts";
import { translate } from "../../../src/engine/verilator/translate.ts";
import { VerilatorEngine } from "../../../src/engine/verilator-engine.ts";
import { harnessSource } from "../../../src/links/simulator/harness-source.ts";
import { newVerilator } from "../../new-verilator.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-clock-loop-"));
afterAll(() => rmSync(folder, { recursive: true }));

const PORTS = "input wire clk, input wire rst, input wire [7:0] d, output reg [7:0] q, output wire [7:0] w";

interface Design {
  readonly what: string;
  /** Nothing but its rising edge is used of the clock. */
  readonly isPlain: boolean;
  readonly body: string;
  readonly beside?: string;
}

const designs: readonly Design[] = [
  {
    what: "a register and logic on inputs",
    isPlain: true,
    body: "always @(posedge clk) q <= rst ? 8'd0 : q + d; assign w = q ^ d;",
  },
  {
    what: "a register that is reset at any time",
    isPlain: true,
    body: "always @(posedge clk or posedge rst) if (rst) q <= 8'd3; else q <= q + d; assign w = ~q;",
  },
  {
    what: "a register that another one resets",
    isPlain: true,
    body: "reg r; always @(posedge clk) r <= d[0]; always @(posedge clk or posedge r) if (r) q <= 8'd0; else q <= q + 8'd1; assign w = {7'd0, r};",
  },
  {
    what: "a divided clock",
    isPlain: true,
    body: "reg h; reg [7:0] c; initial begin h = 0; c = 0; end always @(posedge clk) h <= ~h; always @(posedge h) c <= c + d; always @(negedge h) q <= c; assign w = c;",
  },
  {
    what: "a latch on an input",
    isPlain: true,
    body: "reg [7:0] l; always @* if (d[7]) l = d; always @(posedge clk) q <= l; assign w = l;",
  },
  {
    what: "a memory that is read at once",
    isPlain: true,
    body: "reg [7:0] m [0:15]; always @(posedge clk) begin m[d[3:0]] <= d; q <= m[d[7:4]]; end assign w = m[d[3:0]];",
  },
  {
    what: "assertions about what was before the edge",
    isPlain: true,
    body: "always @(posedge clk) q <= rst ? 8'd0 : q + 8'd1; assign w = q; assert property (@(posedge clk) q[1:0] != 2'd3 || !$past(q[1])) else $display(\"%0d %0d\", q, w);",
  },
  {
    what: "time in logic on inputs",
    isPlain: false,
    body: "always @(posedge clk) q <= d; assign w = d + $time;",
  },
  {
    what: "both edges",
    isPlain: false,
    body: "reg [7:0] n; always @(negedge clk) n <= d + q; always @(posedge clk) q <= n; assign w = n;",
  },
  {
    what: "the clock as data",
    isPlain: false,
    body: "always @(posedge clk) q <= q + {7'd0, clk} + d; assign w = {8{clk}};",
  },
  {
    what: "a gated clock",
    isPlain: false,
    body: "wire g = clk & d[0]; always @(posedge g) q <= q + d; assign w = {7'd0, g};",
  },
  {
    what: "any change of the clock",
    isPlain: false,
    body: "reg [7:0] c; initial c = 0; always @(clk) c = c + 8'd1; always @(posedge clk) q <= d; assign w = c;",
  },
  {
    what: "a module of its own with another clock",
    isPlain: false,
    body: "inner inner (.clk(~clk), .d(d), .q(w)); always @(posedge clk) q <= w;",
    beside:
      "module inner(input wire clk, input wire [7:0] d, output reg [7:0] q); /* verilator no_inline_module */ initial q = 0; always @(posedge clk) q <= d + q; endmodule",
  },
  {
    what: "words about inputs",
    isPlain: false,
    body: 'always @* if (d == 8\'d7) $display("seven"); always @(posedge clk) q <= d; assign w = d;',
  },
];

const versions = { "5.006 or what is on the PATH": undefined, "the newest": newVerilator() };

describe.each(Object.entries(versions))("Verilator %s", (name, verilator) => {
  const directory = join(folder, name.replace(/\W/g, ""));

  async function loopOf(source: ModelSource, into: string): Promise<string | undefined> {
    mkdirSync(join(directory, into), { recursive: true });
    const copies = new SourceCopies(join(directory, into), source, readTree(source));
    copies.write();
    await translate(source, copies, findToolchain(verilator), silentLog, {
      limitSeconds: 600,
      work: into,
    });
    return clockLoop(join(directory, into), source.clock);
  }

  test("steps the controller in its harness by the rising edge", async () => {
    expect(await loopOf(harnessSource(), "harness")).toMatch(/void hilt_rise\([\s\S]*void hilt_fall\(/);
  });

  test.each(designs.map((design) => [design.what, design] as const))("%s", async (what, design) => {
    const id = what.replace(/\W/g, "");
    mkdirSync(directory, { recursive: true });
    const file = join(directory, `${id}.v`);
    writeFileSync(file, `module top(${PORTS});\n${design.body}\nendmodule\n${design.beside ?? ""}\n`);
    const source: ModelSource = { top: "top", files: [file], clock: "clk" };
    const loop = await loopOf(source, id);
    expect(loop !== undefined).toBe(design.isPlain);
    // Without a loop both of these are stepped in the same way.
    if (!design.isPlain) return;
    // With coverage it is stepped by both edges always.
    expect(await play(source, directory, verilator)).toEqual(
      await play({ ...source, coverage: true }, directory, verilator),
    );
  });
});

/** What the outputs are and what is said, behind each of many short runs. */
async function play(
  source: ModelSource,
  directory: string,
  verilator: string | undefined,
): Promise<string[]> {
  const engine = new VerilatorEngine({
    cacheDirectory: join(directory, "cache"),
    ...(verilator === undefined ? {} : { verilator }),
  });
  const model = await engine.build(source);
  const seen: string[] = [];
  const simulation = model.open({ seed: 5n, onMessage: ({ text }) => seen.push(text) });
  const random = new Random(11n);
  const [rst, d, q, w] = ["rst", "d", "q", "w"].map((port) => simulation.port(port));
  for (let step = 0; step < 200; step++) {
    rst?.write(random.integer(0, 7) === 0 ? 1 : 0);
    d?.write(random.integer(0, 255));
    simulation.run(random.integer(0, 3));
    seen.push(`${simulation.cycle} ${q?.read()} ${w?.read()}`);
  }
  simulation.close();
  return seen;
}
