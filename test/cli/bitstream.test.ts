import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { parameterLiteral } from "../../src/engine/parameter-literal.ts";
import { root, UserProject } from "./user-project.ts";

/** Of one command. The ULX3S takes some 3 minutes of CPU time. */
const LIMIT_MS = 1_200_000;
/** The tools of test/requirements.txt come after those of the machine. */
const PATH = `${process.env["PATH"]}${delimiter}${join(root, ".cache/python/bin")}`;

/** As the FPGA's datasheet has them, and the bytes by which its configuration begins. */
const boards = [
  {
    name: "icebreaker",
    clockMhz: 12,
    cells: { what: "ICESTORM_LC", available: 5280 },
    file: "design.bin",
    preamble: [0x7e, 0xaa, 0x99, 0x7e],
  },
  {
    name: "ulx3s",
    clockMhz: 25,
    cells: { what: "TRELLIS_COMB", available: 24288 },
    file: "design.bit",
    preamble: [0xff, 0xff, 0xbd, 0xb3],
  },
];

test.each(boards)(
  "hilt boards build makes a bitstream for the $name, with our controller beside the bridge, in time for its clock",
  ({ name, clockMhz, cells, file, preamble }) => {
    using project = new UserProject({}, LIMIT_MS);
    const { status, stdout, stderr } = project.hiltIn({ PATH }, "boards", "build", name);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(Number(/^clock: up to ([\d.]+) MHz$/m.exec(stdout)?.[1])).toBeGreaterThan(clockMhz);
    const used = new RegExp(`^${cells.what} +(\\d+) +of ${cells.available}$`, "m").exec(stdout)?.[1];
    expect(Number(used)).toBeLessThan(cells.available);
    const hash = /^build: 0x([0-9a-f]{8})$/m.exec(stdout)?.[1] ?? "none";
    const folder = join(project.path, ".hilt/boards", name);
    const script = readFileSync(join(folder, "synthesis.ys"), "utf8");
    expect(script).toContain(`-chparam BUILD_HASH ${parameterLiteral(Number.parseInt(hash, 16))}`);
    expect(readFileSync(join(folder, file)).includes(Buffer.from(preamble))).toBe(true);
    // What becomes of the FPGA stands in the log of each run.
    console.log(`${name}\n${stdout}`);
  },
  LIMIT_MS + 20_000,
);
