import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

interface Change {
  readonly time: number;
  readonly value: bigint;
}

/** A file of waves as a viewer sees it; FST through `fst2vcd` of GTKWave. */
export class VcdReader {
  readonly timescale: string;
  /** Of all changes, in order. */
  readonly times: readonly number[];
  /** With ranges of bits, as viewers call them. */
  readonly fullNames: readonly string[];
  /** By hierarchical name, without ranges. */
  readonly #ids: ReadonlyMap<string, string>;
  readonly #changes: ReadonlyMap<string, readonly Change[]>;

  constructor(path: string) {
    const [header = "", body = ""] = textOf(path).split("$enddefinitions $end\n");
    this.timescale = /\$timescale\s+(.*?)\s+\$end/.exec(header)?.[1] ?? "";
    const variables = variablesOf(header);
    this.fullNames = variables.map(({ name, range }) => `${name}${range}`);
    this.#ids = new Map(variables.map(({ name, id }) => [name, id]));
    const changes = new Map<string, Change[]>();
    const times: number[] = [];
    let time = 0;
    for (const line of body.split("\n")) {
      if (line.startsWith("#")) {
        time = Number(line.slice(1));
        times.push(time);
      }
      const [, bits, long = "", bit, short = ""] = /^b([01]+) (\S+)$|^([01])(\S+)$/.exec(line) ?? [];
      const value = bits ?? bit;
      const id = bits === undefined ? short : long;
      if (value === undefined) continue;
      const change = { time, value: BigInt(`0b${value}`) };
      const known = changes.get(id);
      if (known === undefined) changes.set(id, [change]);
      else known.push(change);
    }
    this.times = times;
    this.#changes = changes;
  }

  get names(): string[] {
    return [...this.#ids.keys()];
  }

  /** What the signal holds from `time` on. */
  at(name: string, time: number): bigint | undefined {
    const id = this.#ids.get(name);
    if (id === undefined) throw new Error(`no signal ${name}`);
    return this.#changes.get(id)?.findLast((change) => change.time <= time)?.value;
  }
}

function variablesOf(header: string): { name: string; range: string; id: string }[] {
  const scopes: string[] = [];
  return header.split("\n").flatMap((line) => {
    // `$scope module NAME $end` or `$var wire WIDTH ID NAME RANGE $end`
    const [keyword, , second = "", id = "", name = "", range = ""] = line.trim().split(/\s+/);
    if (keyword === "$scope") scopes.push(second);
    else if (keyword === "$upscope") scopes.pop();
    else if (keyword === "$var")
      return [{ name: [...scopes, name].join("."), range: range.startsWith("[") ? range : "", id }];
    return [];
  });
}

function textOf(path: string): string {
  if (path.endsWith(".vcd")) return readFileSync(path, "utf8");
  const { status, stdout, error } = spawnSync("fst2vcd", [path], { encoding: "utf8", maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`fst2vcd ${path}: ${error?.message ?? status}`);
  return stdout;
}
