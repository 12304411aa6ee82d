import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildBitstream } from "../src/board/build-bitstream.ts";
import { loadBoard } from "../src/board/load-board.ts";
import { BOARDS } from "../src/board/own-boards.ts";
import { parseFileList } from "../src/engine/file-list.ts";
import { boardDesign } from "../src/links/board-design.ts";
import { breaker } from "../test/system/board/breaker-device.ts";
import { type Figure, figure } from "./figure.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What is synthesised alone, for iCE40, with its other parameters as they stand in the Verilog. */
const modules = [
  { what: "link", top: "link", parameters: {} },
  { what: "bridge, 32 bits", top: "bridge", parameters: { DATA_W: 32, ADDR_W: 32 } },
  { what: "bridge, 64 bits", top: "bridge", parameters: { DATA_W: 64, ADDR_W: 64 } },
] as const;

/** The size of the bridge in Verilog, and the clock that it stands on the boards, with a small device on it. */
export async function measureBridge(directory: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { what, top, parameters } of modules) {
    const cells = cellsOf(top, parameters);
    const note = ["SB_DFF", "SB_CARRY", "SB_RAM40_4K"].map((kind) => `${count(cells, kind)} ${kind}`);
    figures.push(figure(`${what}, iCE40`, "LUT4", [count(cells, "SB_LUT4")], note.join(", ")));
  }
  // The ECP5's tools are those of test/requirements.txt.
  process.env["PATH"] = `${process.env["PATH"]}:${join(ROOT, ".cache/python/bin")}`;
  const { signal } = new AbortController();
  for (const name of ["icebreaker", "ulx3s"]) {
    const board = loadBoard(name, [BOARDS]);
    const design = boardDesign(board, breaker, join(directory, "boards"));
    const built = await buildBitstream(board, design, join(directory, "bitstreams", name), signal);
    const used = built.utilisation.map((row) => `${row.used} of ${row.available} ${row.what}`);
    figures.push(
      figure(`bridge with a small device, ${name}`, "MHz", [built.maximumHz / 1e6], used.join(", ")),
    );
  }
  return figures;
}

/** How many cells there are of each kind. */
function cellsOf(top: string, parameters: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  const { files } = parseFileList(join(ROOT, "rtl/bridge/bridge.f"), ROOT);
  const values = Object.entries(parameters).map(([name, value]) => `-chparam ${name} ${value}`);
  const script = [
    `read_verilog ${files.map((file) => `"${file}"`).join(" ")}`,
    `hierarchy -check -top ${top} ${values.join(" ")}`,
    `synth_ice40 -top ${top}`,
    "stat",
  ].join("; ");
  const options = { encoding: "utf8", maxBuffer: 2 ** 28 } as const;
  const { status, stdout, stderr, error } = spawnSync("yosys", ["-p", script], options);
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(stderr);
  const statistics = stdout.slice(stdout.lastIndexOf("Printing statistics"));
  const rows = [...statistics.matchAll(/^\s+(SB_\w+)\s+(\d+)$/gm)];
  return new Map(rows.map(([, kind = "", cells]) => [kind, Number(cells)]));
}

/** Of all kinds that begin so: a flip-flop has one for each combination of enable and reset. */
function count(cells: ReadonlyMap<string, number>, prefix: string): number {
  return [...cells].reduce((sum, [kind, each]) => (kind.startsWith(prefix) ? sum + each : sum), 0);
}
