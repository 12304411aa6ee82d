/** Nothing in this process goes on for so long, as at a breakpoint of a debugger. */
export function stopProcess(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
