/** Verilog of designs that other RTL is made of; each has a clock and one output `y`, which shows what it has done. */
export interface BenchDesign {
  readonly name: string;
  readonly text: string;
  /** Enough for a tenth of a second and more. */
  readonly cycles: number;
}

const MACHINES = 200;
const CELLS = 20_000;

export const benchDesigns: readonly BenchDesign[] = [
  { name: "AES, S-boxes as arrays", text: aes(), cycles: 2_000_000 },
  { name: `${MACHINES} small state machines`, text: machines(MACHINES), cycles: 50_000 },
];

/** AES (FIPS 197) with 128 bits, one round a cycle, again and again: 20 constant arrays. */
function aes(): string {
  const elements = substitution().map((value, index) => `assign sbox[${index}] = 8'd${value};`);
  return `module words(input [31:0] a, output [31:0] y);
wire [7:0] sbox [0:255];
${elements.join("\n")}
assign y = {sbox[a[31:24]], sbox[a[23:16]], sbox[a[15:8]], sbox[a[7:0]]};
endmodule
module top(input clk, output [127:0] y);
reg [127:0] s, k; reg [3:0] round; reg [7:0] rcon;
initial begin s = 128'h3243f6a8885a308d313198a2e0370734; k = 128'h2b7e151628aed2a6abf7158809cf4f3c; round = 0; rcon = 1; end
wire [127:0] b; wire [31:0] t;
words w0(s[127:96], b[127:96]), w1(s[95:64], b[95:64]), w2(s[63:32], b[63:32]), w3(s[31:0], b[31:0]), wk({k[23:0], k[31:24]}, t);
wire [127:0] h = {b[127:120], b[87:80], b[47:40], b[7:0], b[95:88], b[55:48], b[15:8], b[103:96],
  b[63:56], b[23:16], b[111:104], b[71:64], b[31:24], b[119:112], b[79:72], b[39:32]};
function [7:0] double(input [7:0] a); double = {a[6:0], 1'b0} ^ (a[7] ? 8'h1b : 8'h00); endfunction
function [31:0] mix(input [31:0] c); reg [7:0] p, q, u, v; begin {p, q, u, v} = c;
  mix = {double(p) ^ double(q) ^ q ^ u ^ v, p ^ double(q) ^ double(u) ^ u ^ v,
    p ^ q ^ double(u) ^ double(v) ^ v, double(p) ^ p ^ q ^ u ^ double(v)}; end endfunction
wire [127:0] m = {mix(h[127:96]), mix(h[95:64]), mix(h[63:32]), mix(h[31:0])};
wire [31:0] k0 = k[127:96] ^ t ^ {rcon, 24'd0}, k1 = k[95:64] ^ k0, k2 = k[63:32] ^ k1, k3 = k[31:0] ^ k2;
always @(posedge clk) if (round == 10) begin round <= 0; rcon <= 1; k <= {k[126:0], k[127]}; s <= s ^ k; end
  else begin round <= round + 1; rcon <= double(rcon); k <= {k0, k1, k2, k3};
    s <= (round == 9 ? h : m) ^ {k0, k1, k2, k3}; end
assign y = s;
endmodule
`;
}

/** Inverse in GF(2^8), then the affine transformation of FIPS 197, section 5.1.1. */
function substitution(): number[] {
  const power: number[] = [];
  for (let value = 1; power.length < 255; ) {
    power.push(value);
    const doubled = (value << 1) ^ ((value & 0x80) === 0 ? 0 : 0x11b);
    value ^= doubled;
  }
  return Array.from({ length: 256 }, (_, value) => {
    const inverse = value === 0 ? 0 : (power[(255 - power.indexOf(value)) % 255] as number);
    return [1, 2, 3, 4].reduce(
      (sum, by) => sum ^ (((inverse << by) | (inverse >> (8 - by))) & 0xff),
      inverse ^ 0x63,
    );
  });
}

/** Each with its own random inputs: what comes next is hard to predict for a processor too. */
function machines(count: number): string {
  const sum = Array.from({ length: count / 4 }, (_, index) => `o[${32 * index} +: 32]`).join(" ^ ");
  return `module machine #(parameter [15:0] SEED = 1) (input clk, input [15:0] in, output reg [7:0] out);
reg [3:0] state; reg [7:0] count, sum; reg [15:0] noise;
initial begin state = 0; count = 0; noise = SEED; sum = 0; out = 0; end
always @(posedge clk) begin
  noise <= {noise[15] ^ noise[13] ^ noise[12] ^ noise[10] ^ in[0], noise[15:1]} ^ {15'd0, noise[0] ^ in[3]};
  case (state)
    0: if (noise[0]) begin state <= 1; count <= noise[7:0]; end
    1: begin sum <= sum + count; if (in[1]) state <= 2; else state <= 3; end
    2: begin count <= count - 1; if (count == 0) state <= 4; else if (noise[2]) state <= 3; end
    3: begin sum <= sum ^ noise[15:8]; state <= noise[1] ? 5 : 2; end
    4: begin out <= sum; state <= 6; end
    5: begin sum <= {sum[6:0], sum[7]}; if (noise[3]) state <= 6; end
    6: begin count <= count + 3; state <= in[2] ? 7 : 8; end
    7: begin out <= out ^ count; state <= 9; end
    8: if (noise[4:0] == 0) state <= 10; else state <= 9;
    9: begin sum <= sum - noise[7:0]; state <= noise[5] ? 10 : 11; end
    10: begin out <= sum + count; state <= 0; end
    11: begin state <= noise[6] ? 0 : 4; count <= sum; end
    default: state <= 0;
  endcase
end
endmodule
module top(input clk, output [31:0] y);
reg [15:0] in; initial in = 16'hace1;
always @(posedge clk) in <= {in[0] ^ in[2] ^ in[3] ^ in[5], in[15:1]};
wire [${8 * count - 1}:0] o;
genvar i; generate for (i = 0; i < ${count}; i = i + 1) begin : each
  machine #(.SEED(i * 331 + 7)) m(clk, in ^ i, o[8 * i +: 8]); end endgenerate
reg [31:0] h; initial h = 0;
always @(posedge clk) h <= {h[30:0], h[31]} ^ ${sum};
assign y = h;
endmodule
`;
}

/** Registers that depend on each other across the whole design, some 7 cells each. */
export function largeDesign(cells: number = CELLS): BenchDesign {
  const count = Math.round(cells / 7);
  const other = (index: number, factor: number, offset: number): string =>
    `r${(index * factor + offset) % count}`;
  const lines = Array.from({ length: count }, (_, i) => {
    const sum = `(${other(i, 1, 1)} ^ ${other(i, 13, 5)}) + (${other(i, 31, 11)} & 16'd${(i * 77) % 65_536})`;
    return `reg [15:0] r${i} = 16'd${i % 65_536}; always @(posedge clk) if (${other(i, 7, 3)}[${i % 16}]) r${i} <= ${sum}; else if (${other(i, 3, 1)} < r${i}) r${i} <= r${i} - 16'd${i % 97};`;
  });
  const text = `module top(input clk, output [31:0] y);\n${lines.join("\n")}\nassign y = {r0, r1 ^ r${count - 1}};\nendmodule\n`;
  return { name: `${cells} cells`, text, cycles: 500 };
}
