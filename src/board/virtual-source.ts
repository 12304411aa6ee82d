import { join, resolve } from "node:path";
import { writeWhole } from "../core/write-whole.ts";
import type { ModelSource } from "../engine/engine.ts";
import { BOARD_SOURCES } from "../engine/verilator/model-program.ts";

/** What goes into the FPGA. */
export interface BoardDesign {
  /** The top module. */
  readonly top: string;
  /** Where what hilt writes for it is found; its name counts in the key of a model. */
  readonly folder: string;
  /** Absolute paths, in order; the top's own is the last. */
  readonly files: readonly string[];
  readonly includeDirectories: readonly string[];
  /** Parameters of the top. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Names of the top's ports, as the FPGA has them: what it receives is what the host sends. */
  readonly ports: { readonly clock: string; readonly receive: string; readonly transmit: string };
  /** The device's, whose ports are to have the width of what is connected to them. */
  readonly instance?: ModelSource["instance"];
}

/** How the characters of the line get to the board: bit by bit, or each in one cycle. */
export type LineMode = "bits" | "bytes";

/** Where the rules of AXI are. */
const HARNESS = join(BOARD_SOURCES, "../../harness");

/** Cycles of a bit, whatever the rate of the line is called: more of them show nothing else, and cost time. */
export const LINE_DIVIDER = 4;

/**
 * The board with the far end of its line, for the program of sim/verilator/board. The top is the one that goes into the
 * FPGA; what stands round it is written to the design's folder.
 */
export function virtualSource(board: BoardDesign, mode: LineMode): ModelSource {
  const wrapper = resolve(board.folder, `hilt_virtual_board_${mode}.v`);
  writeWhole(wrapper, wrapperText(board, mode));
  return {
    top: "hilt_virtual_board",
    files: [
      ...board.files,
      ...["hilt_board_line.v", "hilt_board_rules.v"].map((name) => join(BOARD_SOURCES, name)),
      join(HARNESS, "hilt_harness_rules.v"),
      wrapper,
    ],
    includeDirectories: [...board.includeDirectories, HARNESS],
    ...(board.instance === undefined ? {} : { instance: board.instance }),
    clock: "clk",
    stop: "stop",
  };
}

/** `board` is the name that every top gives to its `hilt_board`. */
function wrapperText({ top, parameters, ports, instance }: BoardDesign, mode: LineMode): string {
  const width = mode === "bits" ? 1 : 9;
  const settings = { ...parameters, LINE_W: width, DIVIDER_256: 256 * LINE_DIVIDER };
  const given = Object.entries(settings).map(([name, value]) => `.${name}(${value})`);
  return `// Written by hilt: a board's top with the far end of its line.
\`default_nettype none

module hilt_virtual_board (
    input  wire       clk,
    input  wire [11:0] divider,
    input  wire       send_valid,
    input  wire [9:0] send_frame,
    output wire       sent,
    input  wire [9:0] noise,
    output wire       received,
    output wire [7:0] received_byte,
    output wire       received_stop,
    output wire       event_parity,
    input  wire       seen,
    output wire       stop,
    output wire       idle
);
    wire [${width - 1}:0] rxd;
    wire [${width - 1}:0] txd;

    hilt_board_line #(.LINE_W(${width})) line (
        .clk(clk), .divider(divider), .rxd(rxd), .txd(txd),
        .send_valid(send_valid), .send_frame(send_frame), .sent(sent),
        .noise(noise), .received(received), .received_byte(received_byte), .received_stop(received_stop),
        .event_parity(event_parity), .seen(seen), .stop(stop)
    );

    ${top} #(${given.join(", ")}) fpga (.${ports.clock}(clk), .${ports.receive}(rxd), .${ports.transmit}(txd));

    assign idle = fpga.board.idle;
endmodule
${instance === undefined ? "" : RULES}
\`default_nettype wire
`;
}

/** Between the device and its bridge, without a change of either. */
const RULES = `
bind hilt_board hilt_board_rules #(.DATA_W(DATA_W)) rules (.*);
`;
