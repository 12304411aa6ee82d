/** Throws `RangeError` for what is not the address of a 32-bit register up to `last`, or not a value of one. */
export function checkRegister(address: number, value: number, last: number): void {
  if (!Number.isInteger(address) || address < 0 || address > last || address % 4 !== 0) {
    throw new RangeError(`register address ${address} is no multiple of 4 from 0 to 0x${last.toString(16)}`);
  }
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new RangeError(`register value ${value} is no unsigned 32-bit number`);
  }
}
