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

/** The target of that name, or the first. */
export function targetOf(
  { targets }: LoadedConfig,
  name: string = Object.keys(targets)[0] as string,
): { readonly name: string; readonly settings: TargetConfig } {
  const settings = targets[name];
  if (settings === undefined)
    throw new CommandLineError(`--target: no target ${name}; there is ${Object.keys(targets).join(", ")}`);
  return { name, settings };
}

/** The profile of that name, or the configuration's. */
export function profileOf(
  { profile, profiles }: LoadedConfig,
  name: string = profile,
): { readonly name: string; readonly settings: LoadedConfig["profiles"][string] } {
  const settings = profiles[name];
  if (settings === undefined)
    throw new CommandLineError(`--profile: no profile ${name}; there is ${Object.keys(profiles).join(", ")}`);
  return { name, settings };
}
