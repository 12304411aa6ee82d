import type { SimulationMessage } from "../engine.ts";
import type { NativeMessage } from "./library.ts";

/** `[12] %Error: dma.v:40: Assertion failed in hilt_harness.device: what the source says` */
const SEVERITY =
  /^\[\d+\] (?:%(Error|Fatal|Warning)|-(Info)): ([^:\n]+:\d+): (?:Assertion failed in )?([\w.$[\]]+)(?:: ?)?(.*)$/s;
/** Verilator makes one text of neighbouring calls. */
const NEXT = /^(?=\[\d+\] (?:%(?:Error|Fatal|Warning)|-Info): )/m;
const kinds = { Error: "error", Fatal: "fatal", Warning: "warning", Info: "info" } as const;
/** What Verilator says where the source says nothing. */
const ASSERTION = /^'(assert|assume)' failed\.\s*/;

/**
 * What the design has said, in the words of the engine's contract. Verilator prints the text of `$error` and the like and
 * then stops; the two are one message here.
 */
export function designMessages(native: readonly NativeMessage[], top: string): SimulationMessage[] {
  const messages: SimulationMessage[] = [];
  for (const { kind, text, place, cycle } of native) {
    const last = messages.at(-1);
    if (kind === "text") messages.push(...text.split(NEXT).map((one) => printed(one, top, cycle)));
    else if (kind === "fault") messages.push({ kind: "fatal", text, place: top, cycle });
    else if (kind === "stop" && last !== undefined && isFailure(last))
      messages.splice(-1, 1, { ...last, place });
    else messages.push({ kind, text, place, cycle });
  }
  return messages;
}

function printed(text: string, top: string, cycle: number): SimulationMessage {
  const match = SEVERITY.exec(text);
  if (match === null) return { kind: "display", text, place: top, cycle };
  const [, severity, info, place, , words] = match as unknown as string[];
  const assertion = ASSERTION.exec(words as string);
  const kind = assertion?.[1] ?? kinds[(severity ?? info) as keyof typeof kinds];
  return {
    kind: kind as SimulationMessage["kind"],
    text: (words as string).replace(ASSERTION, ""),
    place: place as string,
    cycle,
  };
}

function isFailure({ kind }: SimulationMessage): boolean {
  return kind === "error" || kind === "fatal" || kind === "assert" || kind === "assume";
}
