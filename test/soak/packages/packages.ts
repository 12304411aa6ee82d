import { fileURLToPath } from "node:url";
import { installedPackage } from "./installed.ts";
import { type Design, Library } from "./library.ts";

/** Benches with delays, proofs and the tops of boards, which need cells of a vendor. */
const BENCH = String.raw`testbench|/tb_|_tb\.v|/formal/|monitor\.v`;

/** The packages by the folder that they install, with what of them is left out. */
const skipped: Readonly<Record<string, string | undefined>> = {
  basil: undefined,
  hls4ml: undefined,
  lambdalib: "/(padring|iolib)/|tb_",
  libsv: undefined,
  pythondata_cpu_lm32: undefined,
  pythondata_cpu_marocchino: undefined,
  pythondata_cpu_mor1kx: undefined,
  pythondata_cpu_picorv32: "/scripts/|/dhrystone/|demo|icebreaker|spram",
  pythondata_cpu_serv:
    "/bench/|chameleon|pll|clock_gen|servant_(?!arbiter|gpio|mux|ram|timer)|serv(ax|clone10|is|ive|ix|us|ice)",
  pythondata_cpu_vexriscv: "VexRiscv_|/scripts/",
  sc_neurocore: undefined,
  umi: undefined,
  zynet: undefined,
};

export const packageNames = Object.keys(skipped);

/** Every module of a package, and of the programs that this project adds to it (`programs/`). */
export function designsOf(name: string): Design[] {
  const skip = new RegExp([BENCH, skipped[name]].filter((each) => each !== undefined).join("|"));
  const own = fileURLToPath(new URL(`./programs/${name}`, import.meta.url));
  return new Library([installedPackage(name), own], skip).designs();
}
