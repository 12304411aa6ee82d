import { readFileSync } from "node:fs";
import type { RecordedSignal } from "../engine.ts";
import { requireMatches } from "../signal-pattern.ts";
import { fstSignals } from "./fst-signals.ts";

/**
 * What the signals below `top` that match `patterns` are called when a model records waves: whole scopes and single signals, up to
 * the first part of each that is a pattern.
 */
export function recordedScopes(top: string, patterns: readonly string[]): string {
  return patterns.map((pattern) => scopeOf(top, pattern)).join(" ");
}

/** What a file has, once it is closed. Throws `NoSignalError` for a pattern that matches nothing below `top` in it. */
export function recordedSignals(file: string, top: string, patterns: readonly string[]): RecordedSignal[] {
  const signals = fstSignals(readFileSync(file));
  const below = `${top}.`;
  requireMatches(
    patterns,
    signals.flatMap(({ path }) => (path.startsWith(below) ? [path.slice(below.length)] : [])),
  );
  return signals;
}

function scopeOf(top: string, pattern: string): string {
  const parts = pattern.split(".");
  const wild = parts.findIndex((part) => part.includes("*"));
  return [top, ...(wild < 0 ? parts : parts.slice(0, wild))].join(".");
}
