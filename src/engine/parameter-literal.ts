/** The value of a parameter as Verilog that every tool takes for the same number. */
export function parameterLiteral(value: number | bigint): string {
  return value >= 0 && value < 2 ** 31
    ? String(value)
    : `64'h${BigInt.asUintN(64, BigInt(value)).toString(16)}`;
}
