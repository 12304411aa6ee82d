import type { RecordedSignal } from "../engine.ts";

/** Writes value changes in the format of IEEE 1364-2005, section 18. Only changes are written. */
export class VcdWriter {
  readonly #out: { write(text: string): unknown };
  readonly #signals: readonly { readonly width: number; readonly id: string }[];
  readonly #last: (bigint | undefined)[] = [];

  constructor(out: { write(text: string): unknown }, signals: readonly RecordedSignal[], timescale: string) {
    this.#out = out;
    this.#signals = signals.map(({ width }, index) => ({ width, id: identifier(index) }));
    const scopes: string[] = [];
    const enter = (wanted: readonly string[]): void => {
      const common = wanted.findIndex((scope, depth) => scopes[depth] !== scope);
      const kept = common < 0 ? wanted.length : common;
      for (; scopes.length > kept; scopes.pop()) out.write("$upscope $end\n");
      for (const scope of wanted.slice(kept)) {
        scopes.push(scope);
        out.write(`$scope module ${scope} $end\n`);
      }
    };
    out.write(`$timescale ${timescale} $end\n`);
    for (const [index, { path, width, range }] of signals.entries()) {
      const parts = path.split(".");
      enter(parts.slice(0, -1));
      const name = range === "" ? parts.at(-1) : `${parts.at(-1)} ${range}`;
      out.write(`$var wire ${width} ${identifier(index)} ${name} $end\n`);
    }
    enter([]);
    out.write("$enddefinitions $end\n");
  }

  /** `values` of the first signals, if not of all. */
  sample(time: number, values: readonly bigint[]): void {
    let text = "";
    for (const [index, value] of values.entries()) {
      if (value === this.#last[index]) continue;
      this.#last[index] = value;
      const { width, id } = this.#signals[index] as { width: number; id: string };
      text += width === 1 ? `${value}${id}\n` : `b${value.toString(2)} ${id}\n`;
    }
    if (text !== "") this.#out.write(`#${time}\n${text}`);
  }
}

/** Short names from the printable characters, as the format asks for. */
function identifier(index: number): string {
  const digit = String.fromCharCode(33 + (index % 94));
  return index < 94 ? digit : digit + identifier(Math.floor(index / 94) - 1);
}
