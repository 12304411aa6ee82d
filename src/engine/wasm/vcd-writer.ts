import type { ScopedName } from "./scoped-names.ts";

/** A signal of the file; scopes from the top on. */
export interface VcdSignal extends ScopedName {
  readonly width: number;
  readonly range: string;
}

/** Writes value changes in the format of IEEE 1364-2005, section 18. */
export class VcdWriter {
  readonly #out: { write(text: string): unknown };
  readonly #signals: readonly { readonly width: number; readonly id: string }[];
  #time: number | undefined;

  constructor(out: { write(text: string): unknown }, signals: readonly VcdSignal[], timescale: string) {
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
    for (const [index, { scopes: wanted, name, width, range }] of signals.entries()) {
      enter(wanted);
      out.write(`$var wire ${width} ${identifier(index)} ${range === "" ? name : `${name} ${range}`} $end\n`);
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
