import { systemCall } from "./libc.ts";

const withPointer = systemCall("int ioctl(int descriptor, unsigned long request, void *argument)");
const withNumber = systemCall("int ioctl(int descriptor, unsigned long request, unsigned long argument)");

/**
 * A request to a driver; what it means is the driver's. Bytes are what the driver reads and what it writes. Throws
 * `SystemCallError`.
 */
export function ioctl(descriptor: number, request: number, argument: Uint8Array | number = 0): number {
  const call = typeof argument === "number" ? withNumber : withPointer;
  return call(descriptor, request, argument);
}
