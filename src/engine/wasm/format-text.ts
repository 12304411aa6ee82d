/**
 * The text of a `$display` from Yosys' format string (its manual, "Formatted output"): literal text with `{{` and `}}`
 * for braces, and fields `{bits:justify padding width base options}`, such as `{8:> 3d-u}`.
 */
export function formatText(format: string, values: readonly bigint[], time: number): string {
  let next = 0;
  return format.replace(/\{\{|\}\}|\{(\d+):([^}]*)\}/g, (whole, bits: string | undefined, spec: string) => {
    if (bits === undefined) return whole[0] as string;
    return formatField(spec, Number(bits), values[next++] ?? 0n, time);
  });
}

/** The widths of the fields of a format, in order. */
export function fieldWidths(format: string): number[] {
  return [...format.matchAll(/\{\{|\}\}|\{(\d+):[^}]*\}/g)]
    .filter((match) => match[1] !== undefined)
    .map((match) => Number(match[1]));
}

const BASES: Readonly<Record<string, number>> = { b: 2, o: 8, d: 10, h: 16, H: 16 };

function formatField(spec: string, bits: number, value: bigint, time: number): string {
  const match = /^([<>=])([ 0])?(\d*)([bodhHct])(.*)$/.exec(spec);
  if (match === null) return `{${spec}}`;
  const [, justify, padding = " ", width = "", base = "d", options = ""] = match;
  const text = fieldText(base, options, bits, value, time);
  const room = Number(width === "" ? 0 : width);
  if (justify === "<") return text.padEnd(room);
  // Zeros go between the sign and the digits.
  if (padding === "0" && /^[+-]/.test(text)) return text[0] + text.slice(1).padStart(room - 1, "0");
  return text.padStart(room, padding);
}

function fieldText(base: string, options: string, bits: number, value: bigint, time: number): string {
  if (base === "t") return String(time);
  if (base === "c") return characters(bits, value);
  const signed = options.includes("s") ? BigInt.asIntN(Math.max(1, bits), value) : value;
  const digits = signed.toString(BASES[base] ?? 10);
  const sign = options.includes("+") && signed >= 0n ? "+" : "";
  return sign + (base === "H" ? digits.toUpperCase() : digits);
}

/** The highest byte is the first character; leading zeros are no characters. */
function characters(bits: number, value: bigint): string {
  let text = "";
  for (let low = Math.ceil(bits / 8) * 8 - 8; low >= 0; low -= 8) {
    const byte = Number((value >> BigInt(low)) & 0xffn);
    if (byte !== 0 || text !== "") text += String.fromCharCode(byte);
  }
  return text;
}
