export const coverageKinds = ["line", "branch", "toggle", "user"] as const;
type Kind = (typeof coverageKinds)[number];

/** What was counted, by kind: how many there are, how many were met at least once. */
export type CoverageTotals = Readonly<Record<Kind, { readonly hit: number; readonly total: number }>>;

/** A place in the source where something is counted; all instances and parameters of a module together. */
interface Point {
  readonly file: string;
  readonly line: number;
  readonly kind: Kind;
  /** Of a toggle the bit, and its direction where Verilator tells them apart; of a `cover` its label. */
  readonly name: string;
  /** Lines that run when the point is passed. */
  readonly lines: readonly number[];
  count: number;
}

/**
 * Adds up what Verilator's models have counted. `verilator_coverage` can do it too, but packages for Python lack it, and it
 * makes toggles lines.
 */
export class CoverageCounts {
  readonly #scope: string;
  readonly #top: string;
  readonly #points = new Map<string, Point>();

  /**
   * Only what stands in `scope`, an instance such as `hilt_harness.device`, and not in modules whose name begins with that
   * of the top module: Verilator has one hierarchy for all instances of a module, which may be no more than `hilt_harness.*`.
   */
  constructor(scope: string) {
    this.#scope = scope;
    this.#top = scope.split(".")[0] as string;
  }

  /** The text of a file that `Simulation.writeCoverage` wrote: a line for each point, `C 'key value key value ...' count`. */
  add(text: string): void {
    for (const line of text.split("\n")) {
      const end = line.lastIndexOf("' ");
      if (!line.startsWith("C '") || end < 0) continue;
      this.#count(fieldsOf(line.slice(3, end)), Number(line.slice(end + 2)));
    }
  }

  get totals(): CoverageTotals {
    const files = [...this.#byFile().values()];
    const lines = files.flatMap((points) => [...lineCounts(points).values()]);
    const totals = coverageKinds.map((kind) => {
      const counts =
        kind === "line" ? lines : this.#all.filter((point) => point.kind === kind).map(({ count }) => count);
      return [kind, { hit: counts.filter((count) => count > 0).length, total: counts.length }] as const;
    });
    return Object.fromEntries(totals) as CoverageTotals;
  }

  /** The format of lcov: toggles are branches of the line that declares the signal, `cover` statements are functions. */
  lcov(): string {
    const files = [...this.#byFile()].sort(([a], [b]) => (a < b ? -1 : 1));
    return files.map(([file, points]) => record(file, points)).join("");
  }

  get #all(): Point[] {
    return [...this.#points.values()];
  }

  #byFile(): Map<string, Point[]> {
    const files = new Map<string, Point[]>();
    for (const point of this.#all) {
      const points = files.get(point.file);
      if (points === undefined) files.set(point.file, [point]);
      else points.push(point);
    }
    return files;
  }

  #count(fields: ReadonlyMap<string, string>, count: number): void {
    const field = (key: string): string => fields.get(key) ?? "";
    const [, kind, module = ""] = /^v_(\w+)(?:\/(.*))?/.exec(field("page")) ?? [];
    if (!isKind(kind) || module.startsWith(this.#top) || !isWithin(field("h"), this.#scope)) return;
    const key = ["f", "l", "n", "o"].map(field).concat(kind).join("\n");
    const known = this.#points.get(key);
    if (known !== undefined) {
      known.count += count;
      return;
    }
    const [file, line, name] = [field("f"), Number(field("l")), field("o")];
    this.#points.set(key, { file, line, kind, name, lines: linesOf(field("S")), count });
  }
}

function isKind(kind: string | undefined): kind is Kind {
  return (coverageKinds as readonly (string | undefined)[]).includes(kind);
}

function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const part of text.split("\u0001")) {
    const at = part.indexOf("\u0002");
    if (at >= 0) fields.set(part.slice(0, at), part.slice(at + 1));
  }
  return fields;
}

/** `*` in a hierarchy stands for what differs between the instances of a module. */
function isWithin(hierarchy: string, scope: string): boolean {
  const path = hierarchy.replace(/^\./, "");
  const literal = path.split("*")[0] as string;
  return `${path}.`.startsWith(`${scope}.`) || (literal !== path && scope.startsWith(literal));
}

/** Such as `131,140-142`. */
function linesOf(text: string): number[] {
  return text
    .split(",")
    .filter((range) => range !== "")
    .flatMap((range) => {
      const [first = 0, last = first] = range.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

/** A line has run when one of the points that it belongs to was passed. */
function lineCounts(points: readonly Point[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { lines, count } of points)
    for (const line of lines) counts.set(line, Math.max(count, counts.get(line) ?? 0));
  return counts;
}

function record(file: string, points: readonly Point[]): string {
  const covers = points.filter(({ kind }) => kind === "user").map(nameCover);
  const branches = points.filter(({ kind }) => kind === "branch" || kind === "toggle");
  const lines = [...lineCounts(points)].sort(([a], [b]) => a - b);
  const isHit = ({ count }: { count: number }): boolean => count > 0;
  return [
    ...["TN:", `SF:${file}`],
    ...covers.map(({ line, name }) => `FN:${line},${name}`),
    ...covers.map(({ name, count }) => `FNDA:${count},${name}`),
    ...[`FNF:${covers.length}`, `FNH:${covers.filter(isHit).length}`],
    ...branchLines(branches),
    ...[`BRF:${branches.length}`, `BRH:${branches.filter(isHit).length}`],
    ...lines.map(([line, count]) => `DA:${line},${count}`),
    ...[`LF:${lines.length}`, `LH:${lines.filter(([, count]) => count > 0).length}`],
    "end_of_record\n",
  ].join("\n");
}

/** Functions of a file need names that differ. */
function nameCover(point: Point, index: number): Point {
  return { ...point, name: `${point.name.replaceAll(",", " ")} ${index + 1}` };
}

/** A block for the decisions of a line and one for each signal that it declares. */
function branchLines(points: readonly Point[]): string[] {
  const blocks = new Map<number, Map<string, number>>();
  const sorted = points.map((point) => ({ point, signal: signalOf(point) }));
  sorted.sort((a, b) => a.point.line - b.point.line);
  return sorted.map(({ point: { line, count }, signal }, index) => {
    const known = blocks.get(line) ?? new Map<string, number>();
    blocks.set(line, known);
    if (!known.has(signal)) known.set(signal, known.size);
    return `BRDA:${line},${known.get(signal)},${index},${count}`;
  });
}

function signalOf({ kind, name }: Point): string {
  return kind === "branch" ? "" : name.replace(/:[01]->[01]$/, "").replace(/\[\d+\]$/, "");
}
