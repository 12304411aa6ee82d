import type { SourceCopies } from "./source-copies.ts";

/** What Verilator is asked to say of signals without a driver, and of inputs of instances that are left open. */
export const UNDRIVEN_OPTIONS: readonly string[] = [
  "-Wwarn-UNDRIVEN",
  "-Wwarn-PINMISSING",
  "-Wwarn-PINCONNECTEMPTY",
];

/** More of them are the same mistake. */
const SHOWN = 20;

const SIGNAL =
  /^%Warning-UNDRIVEN: (.*?:\d+):\d+: (?:Bits of signal are|Signal is) not driven: '([^'\n]+)'(\[[\d:]+\])?/gm;
const OPEN =
  /^%Warning-PIN(?:MISSING|CONNECTEMPTY): (.*?:\d+):\d+: \w+ (?:has missing pin|pin connected by name with empty reference): '(\w+)'/gm;

/** A line for each signal that nothing drives, in the words of the built-in engine. */
export function undrivenWarnings(messages: string, copies: SourceCopies): string[] {
  const signals = [...messages.matchAll(SIGNAL)].map(
    ([, place, name, bits = ""]) => `${place}: nothing drives ${name}${bits}`,
  );
  const inputs = [...messages.matchAll(OPEN)].flatMap(([, place = "", name = ""]) => {
    // Verilator says the same of outputs.
    if (copies.find(portOf("output", name)) !== undefined) return [];
    return [`${copies.find(portOf("input", name)) ?? place}: nothing drives the input ${name}`];
  });
  const lines = [...new Set([...signals, ...inputs])].map(
    (line) => `${line}: it holds what the seed gives it`,
  );
  if (lines.length <= SHOWN) return lines;
  return [...lines.slice(0, SHOWN), `nothing drives ${lines.length - SHOWN} more signals`];
}

function portOf(direction: "input" | "output", name: string): RegExp {
  return new RegExp(`\\b${direction}\\b(?:(?!\\b(?:input|output|inout)\\b)[^;)])*?(?<!\\w)${name}\\b`);
}
