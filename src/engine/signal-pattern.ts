import { NoSignalError } from "./errors.ts";

/** Whether a hierarchical name matches one of the patterns: `*` any characters but a dot, `**` any. */
export function matchesAny(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => expressionOf(pattern).test(name));
}

/** Throws `NoSignalError` with the first pattern that none of the names matches. */
export function requireMatches(patterns: readonly string[], names: readonly string[]): void {
  const unmatched = patterns.find((pattern) => {
    const expression = expressionOf(pattern);
    return !names.some((name) => expression.test(name));
  });
  if (unmatched !== undefined) throw new NoSignalError(unmatched);
}

/** A run matches a few patterns against thousands of names. */
const expressions = new Map<string, RegExp>();

function expressionOf(pattern: string): RegExp {
  const known = expressions.get(pattern);
  if (known !== undefined) return known;
  const parts = pattern.split(/(\*\*|\*)/).map((part) => {
    if (part === "**") return ".*";
    return part === "*" ? "[^.]*" : part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  });
  const expression = new RegExp(`^${parts.join("")}$`);
  expressions.set(pattern, expression);
  return expression;
}
