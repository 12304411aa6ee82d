import type { Circuit } from "../icarus.ts";
import type { Design } from "./library.ts";
import type { DesignPort } from "./ports.ts";
import type { Role } from "./stimuli.ts";

/** The design under a top with the clock `clk`, whatever its own is called and whether it has one. */
export function wrapped(
  design: Design,
  ports: readonly DesignPort[],
  inputs: readonly DesignPort[],
  roles: readonly Role[],
): Circuit {
  const plain = (name: string): string => `p_${name.replaceAll(/\W/g, "_")}`;
  const outputs = ports.filter(({ direction }) => direction === "output");
  const driven = inputs.filter((_, index) => roles[index] !== "clock");
  const isClock = (port: DesignPort): boolean => roles[inputs.indexOf(port)] === "other clock";
  const clock = inputs.find((_, index) => roles[index] === "clock");
  const range = ({ width }: DesignPort): string => `[${width - 1}:0]`;
  const declared = [
    "input clk",
    ...driven.map((port) => `input ${range(port)} ${plain(port.name)}`),
    // Something must be driven.
    ...(driven.length === 0 ? ["input [0:0] p_unused"] : []),
    ...outputs.map((port) => `output ${range(port)} ${plain(port.name)}`),
  ];
  const pins = ports.map((port) => `.\\${port.name} (${port === clock ? "clk" : plain(port.name)})`);
  const signals = driven.map((port) => ({
    ...{ name: plain(port.name), width: port.width, signed: false },
    isClock: isClock(port),
  }));
  return {
    inputs: signals.length === 0 ? [{ name: "p_unused", width: 1, signed: false }] : signals,
    outputs: outputs.map((port) => ({ name: plain(port.name), width: port.width })),
    text: `module top(${declared.join(", ")});\n${design.name} dut(${pins.join(", ")});\nendmodule\n`,
    files: design.files,
    includeDirectories: design.includeDirectories,
    // Some sources have another text for Verilator; it defines this itself, and all are to read the same.
    defines: ["VERILATOR"],
  };
}
