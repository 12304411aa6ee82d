import type { Argv } from "yargs";
import type { TargetConfig } from "../config/config.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import { type Blame, HiltError } from "../core/errors.ts";

/** What a command gets, from the options that it has declared. */
export type Arguments<B extends (yargs: Argv) => Argv<unknown>> =
  ReturnType<B> extends Argv<infer T> ? { [K in keyof T as Camel<K>]: T[K] } : never;

/** yargs gives `--fail-fast` as `failFast` too. */
type Camel<K> = K extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : K & string;

/** The command line cannot be understood. */
export class CommandLineError extends HiltError {
  readonly code = "E_COMMAND_LINE";
  readonly blame: Blame = "usage";
}

/** A whole number from 1 on. */
export function count(option: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new CommandLineError(`${option}: ${text} is no whole number from 1 on`);
}

interface NamedTarget {
  readonly name: string;
  readonly settings: TargetConfig;
}

/**
 * The targets that words of the command line name, in their order, each once; without words the first. A word is a name, or
 * several with commas between them. Throws with all the names that there are not.
 */
export function targetsOf({ targets }: LoadedConfig, words: readonly string[] = []): NamedTarget[] {
  const isThere = (name: string): boolean => Object.hasOwn(targets, name);
  // A name may have a comma of its own.
  const given = words.flatMap((word) => (isThere(word) ? [word] : word.split(",")));
  const names = new Set(given.length > 0 ? given : Object.keys(targets).slice(0, 1));
  const unknown = [...names].filter((name) => !isThere(name));
  if (unknown.length > 0) {
    const what = `no target${unknown.length === 1 ? "" : "s"} ${unknown.map(quoted).join(", ")}`;
    throw new CommandLineError(`--target: ${what}; there is ${Object.keys(targets).join(", ")}`);
  }
  return [...names].map((name) => ({ name, settings: targets[name] as TargetConfig }));
}

/** The profile of that name, or the configuration's. */
export function profileOf(
  { profile, profiles }: LoadedConfig,
  name: string = profile,
): { readonly name: string; readonly settings: LoadedConfig["profiles"][string] } {
  const settings = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (settings === undefined)
    throw new CommandLineError(
      `--profile: no profile ${quoted(name)}; there is ${Object.keys(profiles).join(", ")}`,
    );
  return { name, settings };
}

/** Nothing, and what has spaces at its ends, would not be seen. */
function quoted(name: string): string {
  return name === name.trim() && name !== "" ? name : JSON.stringify(name);
}

/** Options and arguments that take several values; any other that is given twice is a mistake. */
const LISTS = new Set(["_", "files", "targets", "target"]);

/** Throws for an option that is given twice: neither of its values is more meant than the other. */
export function checkGivenOnce(values: Readonly<Record<string, unknown>>): true {
  for (const [name, value] of Object.entries(values))
    if (Array.isArray(value) && !LISTS.has(name))
      throw new CommandLineError(`--${name} is given ${value.length} times: ${value.join(", ")}`);
  return true;
}
