/**
 * A parameter of a module: a number, a whole number of any size, a truth, text, or (as a string) an expression of Verilog.
 */
export type ParameterSetting = number | bigint | boolean | string | { readonly text: string };

/** Digits after the point that every tool keeps. */
const DECIMALS = 6;
/** Whole numbers that Verilog writes without a size. */
const PLAIN_BITS = 31n;
const WORD_BITS = 32n;

/** Why a value cannot mean the same to every tool; undefined if it can. */
export function parameterFault(value: ParameterSetting): string | undefined {
  if (typeof value === "number") return numberFault(value);
  if (typeof value === "string") return expressionFault(value);
  if (typeof value === "object" && !/^[ -~]+$/.test(value.text))
    return "text must be printable ASCII, at least one character";
  return undefined;
}

/** The value as Verilog. Numbers of more bits than a plain one has are written with their size. */
export function parameterVerilog(value: ParameterSetting): string {
  if (typeof value === "string") return value;
  if (typeof value === "object") return `"${value.text.replace(/[\\"]/g, "\\$&")}"`;
  if (typeof value === "boolean") return value ? "1'b1" : "1'b0";
  if (typeof value === "number" && !Number.isInteger(value)) return value.toFixed(DECIMALS);
  return wholeVerilog(BigInt(value));
}

function wholeVerilog(value: bigint): string {
  const magnitude = value < 0n ? -value : value;
  const bits = BigInt(magnitude.toString(2).length);
  if (bits <= PLAIN_BITS) return String(value);
  if (value === -(1n << PLAIN_BITS)) return "-32'sh80000000";
  const least = value < 0n ? bits + 1n : bits;
  const size = least <= WORD_BITS ? WORD_BITS : ((least + 63n) / 64n) * 64n;
  return `${value < 0n ? `-${size}'sh` : `${size}'h`}${magnitude.toString(16)}`;
}

function numberFault(value: number): string | undefined {
  if (Number.isInteger(value))
    return Number.isSafeInteger(value)
      ? undefined
      : `${value} is beyond 2^53: write it as a BigInt, ${value}n`;
  if (Number.isFinite(value) && Number(value.toFixed(DECIMALS)) === value) return undefined;
  return `${value} has more than ${DECIMALS} digits after the point`;
}

const STRING = /"(?:\\.|[^"\\\n])*"/g;
const REAL = /(?<![\w'.$])\d[\d_]*(?:\.\d[\d_]*(?:e[+-]?\d+)?|e[+-]?\d+)(?![\w.])/i;
const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** An expression must not reach out of its place in the list of parameters. */
function expressionFault(value: string): string | undefined {
  const code = value.replace(STRING, '""');
  if (code.trim() === "") return "is empty; text is written { text: ... }";
  const stray = /["\n;]|\/[/*]/.exec(code.replaceAll('""', ""))?.[0];
  if (stray !== undefined) return `${JSON.stringify(stray)} does not belong in an expression`;
  const real = REAL.exec(code)?.[0];
  if (real !== undefined) return `a real number such as ${real} is written as a number, not as an expression`;
  const open: string[] = [];
  for (const char of code) {
    const end = closing[char];
    if (end !== undefined) open.push(end);
    else if (Object.values(closing).includes(char) && open.pop() !== char) return `has a ${char} too many`;
    else if (char === "," && open.length === 0) return "is two expressions, with a comma between them";
  }
  return open.length === 0 ? undefined : `lacks a ${open.at(-1)}`;
}
