import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { LINE_DIVIDER } from "../src/board/virtual-source.ts";
import { type Model, type ModelSource, WAVES_TIME_PER_CYCLE } from "../src/engine/engine.ts";
import { VerilatorEngine } from "../src/engine/verilator-engine.ts";
import type { DeviceOnBoard } from "../src/links/board-design.ts";

/** What a virtual board's line has carried from its power-up on, in cycles. */
export interface RecordedLine {
  /** When what the board receives changed; the line is high before. */
  readonly received: readonly number[];
  /** How often what it sends changed. */
  readonly sentEdges: number;
}

/** Of a file of waves with `rxd` and `txd` of the wrapper, through `fst2vcd` of GTKWave. */
export function recordedLine(file: string): RecordedLine {
  const { status, stdout } = spawnSync("fst2vcd", [file], { encoding: "utf8", maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`fst2vcd cannot read ${file}`);
  return { received: edges(stdout, "rxd"), sentEdges: edges(stdout, "txd").length };
}

/** Cycles in which a signal of one bit changed after it was high for the first time. */
function edges(text: string, name: string): number[] {
  const id = new RegExp(`\\$var wire\\s+1 (\\S+) ${name}\\b`).exec(text)?.[1];
  if (id === undefined) throw new Error(`the waves have no signal ${name}`);
  const cycles: number[] = [];
  let [cycle, level] = [0, "1"];
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) cycle = Math.round(Number(line.slice(1)) / WAVES_TIME_PER_CYCLE);
    else if (line.slice(1) === id && line[0] !== level) {
      cycles.push(cycle);
      level = line[0] ?? level;
    }
  }
  return cycles;
}

/** The board's top, and nothing else of the board, with a line that repeats what was recorded. */
export async function buildReplay(
  design: DeviceOnBoard,
  { received }: RecordedLine,
  folder: string,
  cacheDirectory: string,
): Promise<Model> {
  const lengths = received.map((cycle, index) => cycle - (received[index - 1] ?? 0));
  const data = join(folder, "line.hex");
  writeFileSync(data, lengths.map((length) => `${length.toString(16)}\n`).join(""));
  const wrapper = join(folder, "replayed_line.v");
  writeFileSync(wrapper, wrapperText(design, data, lengths.length));
  const { files, includeDirectories } = design;
  const source: ModelSource = {
    ...{ top: "replayed_line", files: [...files, wrapper], includeDirectories, clock: "clk" },
  };
  return new VerilatorEngine({ cacheDirectory }).build(source);
}

function wrapperText({ top, parameters, ports }: DeviceOnBoard, data: string, count: number): string {
  const settings = { ...parameters, LINE_W: 1, DIVIDER_256: 256 * LINE_DIVIDER };
  const given = Object.entries(settings).map(([name, value]) => `.${name}(${value})`);
  return `\`default_nettype none
module replayed_line (
    input  wire clk,
    output reg [31:0] sent_edges
);
    reg [31:0] lengths [0:${count}];
    reg [31:0] at = 0;
    reg [31:0] left = 0;
    reg level = 1'b1;
    reg was = 1'b1;
    wire txd;

    initial begin
        $readmemh("${data}", lengths, 0, ${count - 1});
        left = lengths[0];
        sent_edges = 0;
    end

    always @(posedge clk) begin
        left <= left - 32'd1;
        if (left == 32'd1) begin
            level <= ~level;
            at <= at + 32'd1;
            left <= (at == ${count - 1}) ? 32'hffffffff : lengths[at + 32'd1];
        end
        was <= txd;
        if (was != txd) sent_edges <= sent_edges + 32'd1;
    end

    ${top} #(${given.join(", ")}) fpga (.${ports.clock}(clk), .${ports.receive}(level), .${ports.transmit}(txd));
endmodule
\`default_nettype wire
`;
}
