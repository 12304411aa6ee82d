import { findToolchain } from "../../engine/verilator/toolchain.ts";

/** Version and paths of the Verilator and the compiler that a target would use. Throws `ToolError`. */
export function describeToolchain(path: string | undefined): string {
  const { version, verilator, compiler } = findToolchain(path);
  return `Verilator ${version ?? "of an unknown version"}, ${verilator}, with ${compiler}`;
}
