import { systemCall } from "./libc.ts";

const mkfifo = systemCall("int mkfifo(const char *path, unsigned int mode)");

/** Makes a named pipe that only this user may open. Throws `SystemCallError`. */
export function makeFifo(path: string): void {
  mkfifo(path, 0o600);
}
