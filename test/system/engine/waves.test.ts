import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RecordedSignal } from "../../../src/engine/engine.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-waves-"));
afterAll(() => rmSync(folder, { recursive: true }));

const PYTHON = fileURLToPath(new URL("../../../.cache/python/bin/python", import.meta.url));
const CYCLES = 5;

const source = String.raw`
module top(input clk, output [31:2] descending, output [0:7] ascending, output [-3:2] negative, output [3:3] one);
  reg [31:2] d = 30'h2000_0001; reg [0:7] a = 8'h81; reg [-3:2] n = 6'h21;
  assign descending = d; assign ascending = a; assign negative = n; assign one = d[3];
  reg [2:0] \q.with.dots = 1; reg \a[3] = 0; reg [6:0] mem [3:5]; reg [7:0] big [0:99];
  always @(posedge clk) begin
    d <= {d[30:2], d[31]}; a <= {a[1:7], a[0]}; n <= n + 1; \q.with.dots <= \q.with.dots + 1; \a[3] <= ~\a[3] ;
    mem[\q.with.dots ] <= mem[\q.with.dots ] + n; big[d[8:2]] <= a;
  end
  child \inst.dot (.clk(clk), .x(a[0]));
  generate genvar g; for (g = 0; g < 2; g = g + 1) begin : lane child inner (.clk(clk), .x(a[1])); end endgenerate
endmodule
module child(input clk, input x); reg [3:1] \end$ = 5; always @(posedge clk) \end$ <= \end$ + x; endmodule
`;

let file: string;
let recorded: readonly RecordedSignal[];

beforeAll(async () => {
  const verilog = join(folder, "top.v");
  writeFileSync(verilog, source);
  file = join(folder, "waves ä.vcd");
  const engine = new WasmEngine({ cacheDirectory: join(folder, "cache") });
  const model = await engine.build({ top: "top", files: [verilog], clock: "clk", waves: ["**", "big[7]"] });
  const simulation = model.open();
  const stop = simulation.recordWaves(file);
  simulation.run(CYCLES);
  recorded = await stop();
  simulation.close();
});

/** Name with scopes and range, and the values of all times, as a reader that is not ours gives them. */
type Reading = Readonly<Record<string, readonly string[]>>;

function python(script: string): Reading {
  const { stdout, stderr, status } = spawnSync(PYTHON, ["-c", script, file], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Reading;
}

const VCDVCD = `
import json, sys
from vcdvcd import VCDVCD
vcd = VCDVCD(sys.argv[1])
print(json.dumps({name: [value for _, value in vcd[name].tv] for name in vcd.signals}))
`;

const PYVCD = `
import json, sys
from vcd.reader import tokenize, TokenKind
scopes, names, values = [], {}, {}
with open(sys.argv[1], "rb") as file:
    for token in tokenize(file):
        if token.kind is TokenKind.SCOPE: scopes.append(token.scope.ident)
        elif token.kind is TokenKind.UPSCOPE: scopes.pop()
        elif token.kind is TokenKind.VAR:
            var = token.var
            index = var.bit_index
            bits = "" if index is None else "[%d:%d]" % index if isinstance(index, tuple) else "[%d]" % index
            names[var.id_code] = ".".join(scopes + [var.reference]) + bits
            values[names[var.id_code]] = []
        elif token.kind is TokenKind.CHANGE_SCALAR: values[names[token.scalar_change.id_code]].append(token.scalar_change.value)
        elif token.kind is TokenKind.CHANGE_VECTOR: values[names[token.vector_change.id_code]].append(bin(token.vector_change.value)[2:])
print(json.dumps(values))
`;

/** After each edge; a value that stays is written once. */
const expected: Reading = {
  "top.clk": ["1", "0", "1", "0", "1", "0", "1", "0", "1", "0"],
  "top.a[0:7]": ["11", "110", "1100", "11000", "110000"],
  "top.ascending[0:7]": ["11", "110", "1100", "11000", "110000"],
  "top.d[31:2]": ["11", "110", "1100", "11000", "110000"],
  "top.descending[31:2]": ["11", "110", "1100", "11000", "110000"],
  "top.n[-3:2]": ["100010", "100011", "100100", "100101", "100110"],
  "top.negative[-3:2]": ["100010", "100011", "100100", "100101", "100110"],
  "top.one[3:3]": ["1", "0"],
  "top.a[3]": ["1", "0", "1", "0", "1"],
  "top.\\q.with.dots[2:0]": ["10", "11", "100", "101", "110"],
  "top.\\inst.dot.x": ["0"],
  "top.\\inst.dot.end$[3:1]": ["110"],
  "top.lane[0].inner.x": ["0"],
  "top.lane[0].inner.end$[3:1]": ["101"],
  "top.lane[1].inner.x": ["0"],
  "top.lane[1].inner.end$[3:1]": ["101"],
  "top.mem[3][6:0]": ["0", "100011"],
  "top.mem[4][6:0]": ["0", "100100"],
  "top.mem[5][6:0]": ["0", "100101"],
  // A memory of more than 32 elements only where a pattern names its elements.
  "top.big[7][7:0]": ["0"],
};

test("vcdvcd finds the declared ranges, names, elements and values", () => {
  expect(python(VCDVCD)).toEqual(expected);
});

test("pyvcd finds them, and drops the mark of an escaped name", () => {
  const plain = Object.entries(expected).map(([name, values]) => [name.replaceAll("\\", ""), values]);
  expect(python(PYVCD)).toEqual(Object.fromEntries(plain));
});

test("GTKWave's reader finds them, and the viewer's files name them so", () => {
  const fst = join(folder, "waves.fst");
  expect(spawnSync("vcd2fst", [file, fst]).status).toBe(0);
  const { stdout } = spawnSync("fst2vcd", [fst], { encoding: "utf8" });
  const names = [...stdout.matchAll(/^\$var \w+ \d+ \S+ (.*) \$end$/gm)].map(([, name]) =>
    (name as string).replace(" ", ""),
  );
  expect(names.sort()).toEqual(recorded.map(({ path, range }) => `${nameIn(path)}${range}`).sort());
  expect(recorded.map(({ path, range }) => `${path}${range}`).sort()).toEqual(Object.keys(expected).sort());
});

/** Without its scopes. */
function nameIn(path: string): string {
  return /(\\\S*|[^.]*)$/.exec(path.replace("\\inst.dot.", ""))?.[0] ?? "";
}
