import type { Mutation } from "./mutations.ts";

/** In each module: the number of the mutant that is on, 0 for none. Nothing but the host writes it. */
export const SWITCH = "hilt_mutant";

interface Range {
  readonly start: number;
  readonly end: number;
}

/** What is replaced in a text. */
interface Edit extends Range {
  readonly text: string;
}

export interface Numbered {
  readonly number: number;
  readonly mutation: Mutation;
}

/**
 * The text of a file with several changes, each behind the switch of its module. A deleted assignment gets a condition; of any
 * other change the whole expression is there twice.
 */
export function sideBySide(text: string, mutants: readonly Numbered[]): string {
  const edits: Edit[] = [];
  const choices = new Map<number, Edit>();
  for (const { number, mutation } of mutants) {
    if (mutation.kind === "assignment") {
      const { at, from } = mutation;
      edits.push({ start: at, end: at, text: `begin if (${SWITCH}[0] != 8'd${number}) ` });
      edits.push({ start: at + from.length, end: at + from.length, text: " end" });
      continue;
    }
    const { start, end } = expressionOf(text, mutation) as Range;
    const changed = changedPart(text, { start, end }, mutation);
    const known = choices.get(start)?.text ?? `(${text.slice(start, end)})`;
    choices.set(start, { start, end, text: `((${SWITCH}[0] == 8'd${number}) ? (${changed}) : ${known})` });
  }
  const last = [...edits, ...choices.values()].sort((a, b) => b.start - a.start);
  return withSwitch(
    last.reduce((rest, edit) => rest.slice(0, edit.start) + edit.text + rest.slice(edit.end), text),
  );
}

/** The text of a module that has a switch. */
export function withSwitch(text: string): string {
  return text.replace("\n);\n", `\n);\n    reg [7:0] ${SWITCH} [0:0];\n`);
}

/** The change can be one of several in a build: it is none of what a build is made from. */
export function canBeSwitched(text: string, mutation: Mutation): boolean {
  return mutation.kind === "assignment" || expressionOf(text, mutation) !== undefined;
}

function changedPart(text: string, { start, end }: Range, { kind, at, from, to }: Mutation): string {
  return kind === "condition" ? to : text.slice(start, at) + to + text.slice(at + from.length, end);
}

/** The whole expression that a change is in: a condition, what a port is given, or the right side of an assignment. */
function expressionOf(text: string, { kind, at, from }: Mutation): Range | undefined {
  if (kind === "condition") return unlessGenerated(text, { start: at + 1, end: at + from.length - 1 });
  const plain = text.replaceAll(/\/\/[^\n]*/g, (comment) => " ".repeat(comment.length));
  const begin = plain.lastIndexOf(";", at - 1) + 1;
  const before = plain.slice(begin, at);
  if (/\b(?:localparam|parameter)\b/.test(before)) return undefined;
  for (const match of [...before.matchAll(OPENING)].reverse()) {
    const start = begin + match.index + match[0].length;
    const end = closingOf(plain, start);
    if (end >= at + from.length) return unlessGenerated(text, { start, end });
  }
  const sign = [...before.matchAll(SIGN)].at(-1);
  if (sign === undefined) return undefined;
  return { start: begin + sign.index + sign[0].length, end: plain.indexOf(";", at) };
}

/** Of a port, or of a condition. */
const OPENING = /(?:\.[a-z]\w*|\bif )\(/g;
/** Of an assignment. */
const SIGN = /(?<=[\w\]}])\s* = |(?<=(?:^|[;:)]|\b(?:begin|else|end))\s*[a-z]\w*(?:\[[^\]]*\])*\s*) <= /g;

/** A condition without a name in small letters is one of parameters: what is generated. */
function unlessGenerated(text: string, range: Range): Range | undefined {
  return /(?<!')\b[a-z]/.test(text.slice(range.start, range.end)) ? range : undefined;
}

/** Where the parenthesis is closed that was opened before `start`. */
function closingOf(text: string, start: number): number {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "(") depth++;
    if (text[at] === ")" && --depth === 0) return at;
  }
  return text.length;
}
