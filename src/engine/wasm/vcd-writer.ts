import type { RecordedSignal } from "../engine.ts";

/** Writes value changes in the format of IEEE 1364-2005, section 18. */
export class VcdWriter {
  readonly #out: { write(text: string): unknown };
  readonly #signals: readonly { readonly width: number; readonly id: string }[];
  #time: number | undefined;

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

  /** Signal `index` changes; `time` never goes back. */
  change(time: number, index: number, value: bigint | number): void {
    const { width, id } = this.#signals[index] as { width: number; id: string };
    const moment = time === this.#time ? "" : `#${time}\n`;
    this.#time = time;
    this.#out.write(width === 1 ? `${moment}${value}${id}\n` : `${moment}b${value.toString(2)} ${id}\n`);
  }
}

/** Short names from the printable characters, as the format asks for. */
function identifier(index: number): string {
  const digit = String.fromCharCode(33 + (index % 94));
  return index < 94 ? digit : digit + identifier(Math.floor(index / 94) - 1);
}
