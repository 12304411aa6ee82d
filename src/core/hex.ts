/** `0x` and at least `digits` hexadecimal digits; addresses get 16, registers 8. */
export function hex(value: number | bigint, digits = 1): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

/** A 64-bit address, always 16 digits. */
export function hexAddress(value: bigint): string {
  return hex(value, 16);
}

/** One line of a hexdump: the offset and up to 16 bytes. */
export function hexLine(bytes: Uint8Array, offset: number): string {
  const part = bytes.subarray(offset, offset + 16);
  const text = Array.from(part, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `${hex(offset, 6)}  ${text}`;
}
