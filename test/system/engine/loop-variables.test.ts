import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import { type Circuit, compareWithIcarus, randomSteps } from "../../soak/icarus.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-loops-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Loops over variables of each kind, whose width or sign decides what comes out. */
const verilog = `
reg [0:4] asc; reg [7:3] off; reg signed [4:1] soff; reg one; reg [31:0] u32; reg [N:0] par;
reg signed [5:0] s6; reg [2:0] v3; reg [0:2] u; integer k, j;
always @* begin y0 = 0; for (asc = 0; asc < 16; asc = asc + 1) y0[asc] = a[asc & 7] ^ (asc - 5 > Q); end
always @* begin y1 = 0; for (off = 1; off < 16; off = off << 1) y1[off] = a[7 - {off}] ^ (off > Q); end
always @* begin y2 = 0; for (soff = 7; soff >= 0; soff = soff - 1) y2 = {y2, soff} + (soff * Q); end
always @* begin y3 = 0; for (one = 1; one; one = one + 1) y3 = {y3, a, one}; end
always @* begin y4 = 0; for (u32 = W - 9; u32 > 32'hffff_fff0; u32 = u32 - 4) y4 = y4 ^ (u32 >>> 1) ^ {a, 3'd0}; end
always @* begin y5 = 0; for (par = W; par < 16; par = par + M) y5[par] = par[3] ^ a[par[2:0]]; end
always @* begin y6 = 0; for (k = W - 1; k >= 0; k = k - 1) y6[k] = a[k] ^ (k - 9 < Q); end
always @* begin y7 = 0;
  for (k = 0; k < W; k = k + M) for (j = k; j < W; j = j + 1) y7 = y7 + (a[k] ^ a[j]) + (k - j < -2); end
always @* begin y8 = 0; for (s6 = -5; s6 < 5; s6 = s6 + 3'd2) y8 = (y8 << 1) ^ s6 ^ (s6 / 2) ^ a; end
always @* begin y9 = 0; for (v3 = 7; v3 != 0; v3 = v3 - 1) y9 = y9 + (~v3 & a) + {3{v3}} + &v3 + -v3; end
function [15:0] f(input [7:0] x, input [2:0] z); reg [4:0] i; integer q; begin
  f = z;
  for (i = W; i; i = i - 1) begin f[i] = x[i - 1] ^ (i - 4 < Q); for (q = i; q > 4; q = q - 1) f = f + q; end
end endfunction
localparam [15:0] C = f(8'h35, 3);
always @* y10 = f(a, a[2:0]) ^ C;
task t(input [7:0] x, output [15:0] o); reg [3:0] i; begin
  o = 0; for (i = 0; i < 12; i = i + 1) o[i] = x[i[2:0]] ^ ((i - 6) > Q);
end endtask
always @* t(a, y11);
always @(posedge clk) begin : blk reg [5:0] i; y12 <= 0;
  for (i = 0; i < 63; i = i + 1) if (i - 3 < 2) y12[i] <= a[i[2:0]]; else if (i[0]) y12[i] <= ^{a, i}; end
always @(posedge clk) for (u = 0; u < 7; u = u + 1'b1) y13[u * 2 +: 2] <= a[u] + u;
always @* begin y14 = 0; for (k = 0; k < W; k = k + 2)
  {y14[k + 16], {y14[k +: 2], y14[{1'b1, k[2:0], 1'b1}]}} = a[k +: 2] + a[W - 1 - k] + {k, 1'b1}; end`;

const systemVerilog = `
typedef logic [4:0] five; byte b; shortint h; int unsigned iu; logic [3:0] l; five t; bit [2:0] c;
always_comb begin y0 = 0; for (b = 8'd125; b > 0; b++) y0 = y0 + (b >>> 1) + a; end
always_comb begin y1 = 0; for (iu = 3; iu < 4; iu--) y1 = y1 + (iu * Q) + a; end
always_comb begin y2 = 0; for (l = 1; l != 0; l += 2'd3) y2 = {y2, l} ^ a; end
always_comb begin y3 = 0; for (t = 20; t > 2; t -= 3) y3 = {y3, t} ^ (a - t); end
always_comb begin y4 = 0; for (int i = 0; i < 8; i++) y4[i] = (i - 4 < Q) ^ a[i]; end
always_comb begin y5 = 0; for (c = 0; c < 7; ++c) y5[c] = (c - 4 < Q) ^ a[c]; end
always_comb begin y6 = 0; for (h = 1; h > 0; h <<= 1) y6 = y6 ^ h ^ a; end
always_comb begin y7 = 0; for (logic [3:0] i = 0; i < 8; i++) y7[i] = (i - 4 < Q) ^ a[i]; end
always_comb begin y8 = 0; for (int unsigned i = 0; i < 8; i++) y8[i] = (i - 4 < Q) ^ a[i]; end`;

/** Loops over variables of the module, in functions, tasks and blocks of every kind. */
const shared = `
integer k, j; reg [3:0] n; reg signed [4:0] s; reg [7:0] m [0:3]; wire [7:0] counted = count(a) + old(~a);
initial for (k = 0; k < 4; k = k + 1) m[k] = k;
function [3:0] count(input [7:0] x); begin count = 0; for (k = 0; k < 8; k = k + 1) count = count + x[k]; end endfunction
function [7:0] old; input [7:0] x; reg t; begin old = 0;
  for (n = 0; n < 8; n = n + 1) begin t = x[n[2:0]] ^ (n - 3 > 2); old[7 - n] = t; end end endfunction
function automatic [7:0] nested(input [7:0] x); integer k; begin nested = 0;
  for (k = 0; k < 5; k = k + 1) nested = nested + x[k] * count(x >> 1); end endfunction
task reverse; input [7:0] x; output [15:0] z; begin z = 0; for (k = 0; k < 8; k = k + 1) z[k] = x[7 - k]; end endtask
task store(input [7:0] x); for (s = 7; s >= 0; s = s - 1) y3[s + 8] <= x[s] ^ (s < 3); endtask
always @* begin y0 = counted; for (j = 0; j < 4; j = j + 1) y0 = y0 + nested(a); y0 = y0 ^ old(a); end
always @* reverse(a, y1);
always @(posedge clk) begin y2 = 0; reverse(~a, y2); for (n = 0; n < 8; n = n + 1) y2[n + 8] = m[n[1:0]][n]; end
always @(posedge clk) begin y3 <= 0; store(a); m[a[1:0]] <= a; for (k = 0; k < 4; k = k + 1) y3[k] <= a[k + 2]; end
always @* begin y4 = 0; for (s = -3; s < 4; s = s + 1) y4 = y4 + s * a; end`;

/** Loops of more steps than are left in one piece. */
const long = `
localparam L = 200; localparam B = 5; integer i, j, k, m, e; wire [L-1:0] v = {25{a}} ^ (200'd1 << a) ^ (a << 77);
function [15:0] high(input [L-1:0] bits); integer q; begin
  high = 0; for (q = 0; q <= L - 1; q = q + 1) if (bits[q]) high = q;
end endfunction
function integer sum(input integer n); integer q; begin
  sum = 0; for (q = 0; q < n; q = q + 1) if (q[0]) sum = sum + q;
end endfunction
localparam [15:0] S = sum(L);
always @* y0 = high(v) + S;
always @* begin y1 = 0; for (i = 0; i < L; i = i + 1) begin : named reg bit_i; bit_i = v[i]; if (bit_i) y1 = i; end end
always @* begin y2 = L; for (i = L - 1; i >= 0; i = i - 1) if (!v[i]) y2 = i; end
always @* begin y3 = 0; for (i = 1; i < L; i = i + 2) case (v[i -: 2]) 1: y3 = y3 + 1; 2: y3 = y3 ^ i; default: ; endcase end
always @* begin y4 = 0;
  for (i = 0; i < 20; i = i + 1) for (j = i + 1; j < 20; j = j + 1) if (v[i] && v[j]) y4 = y4 + (i ^ j); end
always @* begin y5 = 0; for (m = L; m > 3; m = m - 1) if (v[m - 1]) y5 = y5 + m; y5 = {y5, m[15:0]}; end
always @* begin y6 = 0; for (e = 5; e < L - 196; e = e + 1) if (v[e]) y6 = e; y6 = y6 + e; end
always @(posedge clk) begin y7 <= 0; for (k = 0; k < 129; k = k + 1) if (v[k]) y7 <= k; else if (k == Q) y7[3] <= 1; end
always_comb begin y8 = 0; for (int z = 0; z < L; z++) if (v[z]) y8 = {y8, y8[63]} ^ z; end
genvar g; generate for (g = 0; g < 2; g = g + 1) begin : both reg odd; integer y;
  always @* begin odd = 0; for (y = 0; y < L; y = y + 1) if (v[y] && y[0] == g) odd = !odd; end
  always @* y9[g] = odd;
end endgenerate
reg [7:0] n, d, late; reg [31:0] w; reg [40:0] wide;
always @* begin y10 = 0; for (n = 0; n != 200; n = n + 1'b1) if (v[n]) y10 = {y10, n}; y10 = y10 + n; end
always @* begin y11 = 0; for (d = 8'd199; d != 0; d = d - 8'd1) if (v[d]) y11 = {y11, d}; y11 = y11 + d; end
always @* begin y12 = 0; for (w = L - 1; w >= 4; w = w - 2) if (v[w]) y12 = y12 * 3 + w; y12 = y12 + w; end
always @* begin y13 = 0; for (late = L + 80; late < L; late = late + 1) if (v[late]) y13 = y13 * 3 + late; end
integer r, t;
always @* begin y18 = 0; for (r = 0; r < B; r = r + 1) if (v[r])
  for (t = 0; t < B; t = t + 1) if (r != t && v[t]) y18 = y18 * 3 + r - t; end
always @* begin y14 = 0; for (int unsigned z = 1; z != L; z++) if (v[z]) y14 = {y14, y14[63]} ^ z; end
always @* begin y15 = 0; for (i = L - 1; i != -1; i = i - 1) if (v[i]) y15 = y15 * 3 + i; y15 = y15 + i; end
always @* begin y16 = 0; for (wide = L; wide > 1; wide = wide - 1) if (v[wide - 1]) y16 = y16 * 3 + wide; end
always @* begin y17 = 0; for (d = 250; d != 150; d = d + 1) if (d > L ? v[d - L] : v[d]) y17 = y17 * 3 + d; end`;

test.each([
  ["loops.v", verilog, 15],
  ["loops.sv", systemVerilog, 9],
  ["long.sv", long, 19],
  ["shared.v", shared, 5],
])("loops are over values of their variable's width and sign: %s", async (name, items, count) => {
  const outputs = Array.from({ length: count }, (_, index) => ({ name: `y${index}`, width: 64 }));
  const ports = outputs.map((port) => `output reg [63:0] ${port.name}`).join(", ");
  const constants =
    "parameter [3:0] W = 8; parameter N = 4; parameter signed [7:0] Q = -3; localparam [2:0] M = 1;";
  const text = `module top(input clk, input [7:0] a, ${ports});\n${constants}${items}\nendmodule\n`;
  const circuit: Circuit = {
    ...{ inputs: [{ name: "a", width: 8, signed: false }], outputs },
    ...(name.endsWith(".sv") ? { text: "", parts: [{ name, text }] } : { text }),
  };
  const steps = randomSteps(circuit, new Random(7n), 40);
  const { difference, compared } = await compareWithIcarus("loops", circuit, steps, { folder });
  expect(difference?.split("\n")[0]).toBeUndefined();
  expect(compared).toBeGreaterThan(36 * count);
});
