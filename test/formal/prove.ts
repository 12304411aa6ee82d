import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A change of a module's text; what is replaced stands there once. */
export type Mutation = readonly [from: string, to: string];

export interface Proof {
  /** Of a file of `test/formal`, or of the module itself. */
  readonly top: string;
  /** Of `test/formal`. */
  readonly files: readonly string[];
  /** Of `rtl/bridge`. */
  readonly modules: readonly string[];
  readonly parameters: Readonly<Record<string, number>>;
  /** Cycles that the induction looks at beyond the first. */
  readonly depth?: number;
}

/**
 * A proof by induction of all assertions (Yosys, `sat -tempinduct`), in every state that a reset can leave. The memories
 * are left out: any byte may come out of them. `mutation` is of the first module.
 */
export function prove(proof: Proof, mutation: Mutation = ["", ""]): "proven" | "refuted" {
  const { top, files, modules, parameters, depth = 1 } = proof;
  const folder = mkdtempSync(join(tmpdir(), "hilt formal ä-"));
  try {
    const [first = "", ...others] = modules.map((name) => join(root, "rtl/bridge", `${name}.v`));
    const text = readFileSync(first, "utf8");
    if (mutation[0] !== "" && text.split(mutation[0]).length !== 2)
      throw new Error(`not once in ${first}: ${mutation[0]}`);
    const mutant = join(folder, "module.v");
    writeFileSync(
      mutant,
      text.replace(mutation[0], () => mutation[1]),
    );
    const sources = [...files.map((file) => join(root, "test/formal", file)), mutant, ...others];
    const script = [
      `read_verilog -formal -I test/formal ${sources.map((file) => `"${file}"`).join(" ")}`,
      ...Object.entries(parameters).map(([name, value]) => `chparam -set ${name} ${value} ${top}`),
      `hierarchy -top ${top}; proc; flatten; memory_nordff; delete t:$memrd* t:$memwr* t:$mem* t:$meminit*`,
      "setundef -undriven -anyseq; async2sync; dffunmap; opt_clean",
      `sat -verify -prove-asserts -set-assumes -tempinduct -maxsteps ${depth} ${top}`,
    ].join("\n");
    const file = join(folder, "proof.ys");
    writeFileSync(file, script);
    const { stdout, stderr, error } = spawnSync("yosys", ["-s", file], { cwd: root, encoding: "utf8" });
    if (error !== undefined) throw error;
    if (stdout.includes("Induction step proven: SUCCESS!")) return "proven";
    if (`${stdout}${stderr}`.includes("Called with -verify and proof did fail!")) return "refuted";
    throw new Error(stdout.slice(-2000) + stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
