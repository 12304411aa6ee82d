/** Writes value changes in the format of IEEE 1364-2005, section 18. Only changes are written. */
export class VcdWriter {
  readonly #out: { write(text: string): unknown };
  readonly #signals: readonly { readonly width: number; readonly id: string }[];
  readonly #last: (bigint | undefined)[] = [];

  constructor(
    out: { write(text: string): unknown },
    signals: readonly { readonly name: string; readonly width: number }[],
    timescale: string,
  ) {
    this.#out = out;
    this.#signals = signals.map(({ width }, index) => ({ width, id: identifier(index) }));
    out.write(`$timescale ${timescale} $end\n$scope module top $end\n`);
    for (const [index, { name, width }] of signals.entries()) {
      const scopes = name.split(".");
      const last = scopes.pop() as string;
      for (const scope of scopes) out.write(`$scope module ${scope} $end\n`);
      out.write(`$var wire ${width} ${identifier(index)} ${last} $end\n`);
      out.write("$upscope $end\n".repeat(scopes.length));
    }
    out.write("$upscope $end\n$enddefinitions $end\n");
  }

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
