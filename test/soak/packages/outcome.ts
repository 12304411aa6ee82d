import { HiltError } from "../../../src/core/errors.ts";
import { differenceOf, type Rows } from "../icarus.ts";
import type { Experiment } from "./compare-design.ts";

/**
 * What came of a design on an engine: equal to Icarus Verilog; a difference in which Icarus Verilog stands alone, or the engine
 * (`wrong`), or of which no third has a view (`undecided`); refused with a code; no end in time; an error that has no code.
 */
export type Kind = "equal" | "icarus alone" | "undecided" | "wrong" | "refused" | "slow" | "crashed";

export interface Outcome {
  readonly kind: Kind;
  readonly why: string;
}

/** The values of an engine, or why it has none. */
export type Answer = Rows | Error;

export function outcomeOf({ circuit, reference }: Experiment, own: Answer, third: Answer): Outcome {
  if (own instanceof Error) return failureOf(own);
  const difference = differenceOf(circuit, reference, own);
  if (difference === undefined) return { kind: "equal", why: "" };
  const { output, cycle, expected } = difference;
  const at = circuit.outputs.findIndex(({ name }) => name === output);
  const why = `${output} in cycle ${cycle} is ${difference.own}, in Icarus Verilog ${expected}`;
  if (third instanceof Error) return { kind: "undecided", why };
  return { kind: third[cycle]?.[at] === own[cycle]?.[at] ? "icarus alone" : "wrong", why };
}

function failureOf(error: Error): Outcome {
  const why = error.message.split("\n")[0] as string;
  if (!(error instanceof HiltError)) return { kind: "crashed", why: `${error.name}: ${why}` };
  return { kind: error.code === "E_TOOL" ? "slow" : "refused", why: `${error.code} ${why}` };
}
