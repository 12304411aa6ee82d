import type { Circuit } from "./icarus.ts";
import type { JudgeName } from "./judges.ts";

/** A fault of a simulator that the campaign compares with, for which others agree with the standard and with each other. */
export interface JudgeFault {
  readonly judge: JudgeName;
  readonly what: string;
  /** What the smallest module has that a campaign finds with it. */
  readonly pattern: RegExp;
  /** Its smallest input; `test/system/engine/judge-faults.test.ts` fails when the judge no longer has the fault. */
  readonly smallest: {
    readonly circuit: Circuit;
    readonly inputs: readonly bigint[];
    readonly right: bigint;
    readonly given: bigint;
  };
}

const input = (name: string, width: number) => ({ name, width, signed: false });
/** The generator makes none. */
const NEVER = /^(?!)/;
const ALL_65 = 0x1_ffff_ffff_ffff_ffffn;

export const judgeFaults: readonly JudgeFault[] = [
  {
    judge: "icarus",
    what: "Icarus Verilog 11: the quotient or remainder of more than 64 bits is lost where the dividend's upper bits are all ones",
    pattern: / [/%] /,
    smallest: {
      circuit: {
        inputs: [input("a", 65)],
        outputs: [{ name: "y", width: 65 }],
        text: "module top(input clk, input [64:0] a, output [64:0] y); assign y = a / 65'd1; endmodule\n",
      },
      inputs: [ALL_65],
      right: ALL_65,
      given: 0n,
    },
  },
  {
    judge: "verilator",
    what: "Verilator 5.006: a read of a[i -: n] that lies partly outside gives nothing of what lies inside",
    pattern: NEVER,
    smallest: {
      circuit: {
        inputs: [input("a", 4), input("i", 3)],
        outputs: [{ name: "y", width: 3 }],
        text: "module top(input clk, input [3:0] a, input [2:0] i, output [2:0] y); wire [5:2] b = a; assign y = b[i -: 3]; endmodule\n",
      },
      inputs: [3n, 3n],
      right: 6n,
      given: 0n,
    },
  },
  {
    judge: "verilator",
    what: "Verilator 5.006: a power of 2 that leaves its 32 bits is not 0 where something is divided by it",
    pattern: / \*\* /,
    smallest: {
      circuit: {
        inputs: [input("i", 31), input("k", 33)],
        outputs: [{ name: "y", width: 32 }],
        text: "module top(input clk, input [30:0] i, input [32:0] k, output [31:0] y); assign y = i % ((32'sd2 ** (7'd127 & k)) | 1); endmodule\n",
      },
      inputs: [5n, 33n],
      right: 0n,
      given: 5n,
    },
  },
  ...(["icarus", "verilator"] as const).map(
    (judge): JudgeFault => ({
      judge,
      what: "Icarus Verilog 11, Verilator 5.006: an index of more than 32 bits is taken modulo 2^32; the bit is not there",
      pattern: NEVER,
      smallest: {
        circuit: {
          inputs: [input("a", 2), input("i", 33)],
          outputs: [{ name: "y", width: 1 }],
          text: "module top(input clk, input [1:0] a, input [32:0] i, output y); assign y = a[i]; endmodule\n",
        },
        inputs: [3n, 0x1_0000_0000n],
        right: 0n,
        given: 1n,
      },
    }),
  ),
];

/** Modules on which Icarus Verilog ends with an assertion of its own, or does not end. */
export const icarusCrashes = [
  {
    what: "Icarus Verilog 11: a bit select by a net of which parts have drivers",
    pattern: /vvp_fun_part_var_sa::recv_vec4_pv.*Assertion/,
    circuit: {
      inputs: [input("i", 31)],
      outputs: [{ name: "y", width: 1 }],
      text: "module top(input clk, input [30:0] i, output y); wire [1:0] n; assign n[0] = ^i; assign y = i[n]; endmodule\n",
    },
    inputs: [5n],
  },
  {
    what: "Icarus Verilog 11: an array of one net that is an element of a memory, by $signed",
    pattern: /compile_array_alias.*Assertion/,
    circuit: {
      inputs: [input("i", 2)],
      outputs: [{ name: "y", width: 8 }],
      text: "module top(input clk, input [1:0] i, output [7:0] y); reg signed [7:0] m [0:3]; wire signed [7:0] n; assign n = m[i]; wire [7:0] w [0:0]; assign w[0] = $signed(n); assign y = w[0]; endmodule\n",
    },
    inputs: [1n],
  },
  {
    what: "Icarus Verilog 11: a division of more than 64 bits in a block, which does not end",
    pattern: /^vvp: did not end within/,
    circuit: {
      inputs: [input("a", 127), input("b", 65)],
      outputs: [{ name: "y", width: 127 }],
      text: "module top(input clk, input [126:0] a, input [64:0] b, output reg [126:0] y); always @* y = a / b; endmodule\n",
    },
    inputs: [2n ** 127n - 2n, 2n ** 65n - 1n],
  },
] as const;

export function isIcarusCrash(message: string): boolean {
  return icarusCrashes.some(({ pattern }) => pattern.test(message));
}

export function knownFault(judge: JudgeName, text: string): JudgeFault | undefined {
  return judgeFaults.find((fault) => fault.judge === judge && fault.pattern.test(text));
}
