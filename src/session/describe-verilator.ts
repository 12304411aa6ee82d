import { HiltError } from "../core/errors.ts";
import { describeToolchain } from "../links/simulator/verilator-toolchain.ts";

/** What a target's Verilator is, or what is missing for it. */
export function describeVerilator(path: string | undefined): {
  readonly isThere: boolean;
  readonly what: string;
} {
  try {
    return { isThere: true, what: describeToolchain(path) };
  } catch (error) {
    if (error instanceof HiltError) return { isThere: false, what: `Verilator: ${error.message}` };
    throw error;
  }
}
