/** Whatever takes text: a file's stream, an array in a test. */
export interface TextSink {
  write(text: string): unknown;
}

export interface VcdSignal {
  /** Hierarchical, with dots: `dma.reader.state`. */
  readonly name: string;
  readonly width: number;
}

/** A scope of the header: the scopes inside it and its own signals with their codes. */
interface Scope {
  readonly scopes: Map<string, Scope>;
  readonly signals: { readonly name: string; readonly width: number; readonly code: string }[];
}

/**
 * Writes a value change dump (IEEE 1364-2005, clause 18): the header at once, then only what changed. Values are
 * two-state; times must rise.
 */
export class VcdWriter {
  readonly #sink: TextSink;
  readonly #signals: readonly { readonly width: number; readonly code: string }[];
  readonly #last: (bigint | undefined)[];

  constructor(sink: TextSink, signals: readonly VcdSignal[], timescale: string) {
    this.#sink = sink;
    this.#signals = signals.map(({ width }, index) => ({ width, code: identifier(index) }));
    this.#last = signals.map(() => undefined);
    const body = scopeLines(
      "top",
      scopeOf(signals.map((signal, index) => ({ ...signal, code: identifier(index) }))),
    );
    sink.write([`$timescale ${timescale} $end`, ...body, "$enddefinitions $end", ""].join("\n"));
  }

  /** Values in the order of the signals. */
  sample(time: number, values: readonly bigint[]): void {
    const changes: string[] = [];
    for (const [index, { width, code }] of this.#signals.entries()) {
      const value = values[index] as bigint;
      if (value === this.#last[index]) continue;
      this.#last[index] = value;
      changes.push(width === 1 ? `${value}${code}` : `b${value.toString(2)} ${code}`);
    }
    if (changes.length > 0) this.#sink.write(`#${time}\n${changes.join("\n")}\n`);
  }
}

/** Short names of printable characters, `!` to `~` (18.2.1). */
function identifier(index: number): string {
  const digit = String.fromCharCode(33 + (index % 94));
  return index < 94 ? digit : digit + identifier(Math.floor(index / 94) - 1);
}

function scopeOf(signals: readonly (VcdSignal & { readonly code: string })[]): Scope {
  const root: Scope = { scopes: new Map(), signals: [] };
  for (const { name, width, code } of signals) {
    const path = name.split(".");
    const own = path.pop() as string;
    let scope = root;
    for (const part of path) {
      const inner = scope.scopes.get(part) ?? { scopes: new Map(), signals: [] };
      scope.scopes.set(part, inner);
      scope = inner;
    }
    scope.signals.push({ name: own, width, code });
  }
  return root;
}

function scopeLines(name: string, scope: Scope): string[] {
  return [
    `$scope module ${name} $end`,
    ...scope.signals.map(
      (signal) => `$var wire ${signal.width} ${signal.code} ${signal.name}${range(signal.width)} $end`,
    ),
    ...[...scope.scopes].flatMap(([inner, content]) => scopeLines(inner, content)),
    "$upscope $end",
  ];
}

function range(width: number): string {
  return width === 1 ? "" : ` [${width - 1}:0]`;
}
