import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Argv } from "yargs";
import type { LoadedConfig } from "../../config/load-config.ts";
import { parseSeed } from "../../config/seed.ts";
import { annotations } from "../../report/annotations.ts";
import { compareTargets } from "../../report/compare-targets.ts";
import { comparisonText } from "../../report/comparison-text.ts";
import { junit } from "../../report/junit.ts";
import {
  type BenchResult,
  INTERRUPTED,
  isLinkLost,
  isProof,
  problemsOf,
  type RunResult,
} from "../../report/run-result.ts";
import { TerminalReport } from "../../report/terminal.ts";
import { findBenches } from "../../session/bench-files.ts";
import { hiltDirectory } from "../../session/project-folders.ts";
import type { RunOptions, WavesRequest } from "../../session/run-benches.ts";
import { keepResult } from "../../session/run-folder.ts";
import { exitCodes } from "../exit-codes.ts";
import { hintFor } from "../hints.ts";
import { interruptSignal } from "../interrupt-signal.ts";
import { createLog } from "../logger.ts";
import { type Arguments, CommandLineError, count, profileOf, targetsOf } from "../options.ts";
import { shellQuote } from "../shell-quote.ts";

export const command = "run [files..]";
export const describe = "run benches: files and folders, or all that the configuration names";

export function builder(yargs: Argv) {
  return yargs
    .positional("files", { type: "string", array: true, describe: "benches (*.hil.ts) or folders" })
    .options({
      target: {
        type: "string",
        requiresArg: true,
        coerce: (words: string | string[]): string[] => [words].flat(),
        describe:
          "targets of hilt.config.ts, separated by commas or given one by one; they run one after the other; by default the first",
      },
      profile: {
        type: "string",
        requiresArg: true,
        describe: "the platform profile: the host's memory and DMA",
      },
      filter: { type: "string", requiresArg: true, describe: "only tests whose name contains this" },
      test: { type: "string", requiresArg: true, describe: "only the test of exactly this name" },
      seed: { type: "string", requiresArg: true, describe: "decides all that is left to chance" },
      repeat: { type: "string", requiresArg: true, describe: "rounds, each with the next seed" },
      "fail-fast": { type: "boolean", default: false, describe: "end with the first failure" },
      jobs: { type: "string", requiresArg: true, describe: "processes at a time" },
      timeout: {
        type: "string",
        requiresArg: true,
        default: "300",
        describe: "seconds that a test may take",
      },
      waves: {
        choices: ["on", "off", "on-failure"],
        requiresArg: true,
        default: "off",
        describe: "record signals: of all tests, or of those that fail by running them again",
      },
      signals: {
        type: "string",
        requiresArg: true,
        describe:
          "patterns of signals to record, separated by commas; where whole scopes are recorded, up to the first *; by default the device and its bus",
      },
      "waves-from": {
        type: "string",
        requiresArg: true,
        describe: "record from this cycle, or from when this signal is not 0, to the end",
      },
      "waves-window": {
        type: "string",
        requiresArg: true,
        describe: "cycles before a failure that on-failure records; 2000",
      },
      coverage: {
        type: "boolean",
        default: false,
        describe: "count lines, branches, toggles and cover statements, into .hilt/coverage/<target>",
      },
      journal: {
        choices: ["on-failure", "whole"],
        requiresArg: true,
        default: "on-failure",
        describe:
          "what crossed the link: the last of it for tests that fail, or of all tests everything with the bytes that the device writes",
      },
      junit: { type: "string", requiresArg: true, describe: "write JUnit XML to this file" },
      json: { type: "boolean", default: false, describe: "the result as JSON on stdout" },
      verbose: { type: "boolean", default: false, describe: "stack traces, and more on stderr" },
    } as const);
}

/** `hilt run`: resolves with the exit code. */
export async function handler(args: Arguments<typeof builder>): Promise<number> {
  const [{ loadConfig }, { nearerConfigs }, { runTargets }] = await Promise.all([
    import("../../config/load-config.ts"),
    import("../../config/nearer-config.ts"),
    import("../../session/run-targets.ts"),
  ]);
  const config = await loadConfig(process.cwd());
  using interrupt = interruptSignal();
  const out = args.json ? process.stderr : process.stdout;
  const isTerminal = out.isTTY === true && process.env["CI"] === undefined;
  const targets = targetsOf(config, args.target);
  const options = runOptions(config, args);
  for (const nearer of nearerConfigs(config, options.files)) options.log.warn(nearer);
  const repeat = (result: Place, bench: BenchResult): string => repeatTest(config.root, result, bench);
  const { results, notRun } = await runTargets(
    targets.map(({ name, settings }) => ({
      ...{ ...options, target: name, settings, signal: interrupt.signal },
      ...(args.journal === "whole" ? { wholeJournals: true } : {}),
      ...(args.coverage ? { coverage: join(hiltDirectory(config.root), "coverage", name) } : {}),
    })),
    ({ target, profile }) => {
      const report = new TerminalReport(out, {
        ...{ advice: hintFor, isTerminal, isVerbose: args.verbose, hasRounds: options.repeat > 1 },
        repeat: (bench) => repeat({ target, profile: profile.name }, bench),
      });
      const ended = (result: RunResult): void => {
        report.summary(result, repeatCommand(args, config.root, result));
        keepResult(config.root, result);
      };
      return { listener: report, ended };
    },
  );
  const comparison = targets.length > 1 ? compareTargets(results, notRun) : undefined;
  if (comparison !== undefined) out.write(comparisonText(comparison));
  if (args.junit !== undefined) writeReport(args.junit, junit(results, repeat, notRun));
  if (process.env["GITHUB_ACTIONS"] === "true")
    for (const line of annotations(results, notRun)) out.write(`${line}\n`);
  if (args.json) process.stdout.write(`${JSON.stringify(comparison ?? results[0], undefined, 2)}\n`);
  const hasLeftOut = notRun.some(({ reason }) => reason === INTERRUPTED);
  return Math.max(...results.map(exitCode), hasLeftOut ? exitCodes.interrupted : 0);
}

function runOptions(
  config: LoadedConfig,
  args: Arguments<typeof builder>,
): Omit<RunOptions, "target" | "settings" | "signal" | "coverage"> {
  const { files = [], filter, test, jobs } = args;
  const waves = wavesRequest(args);
  return {
    root: config.root,
    files: files.length > 0 ? findBenches(process.cwd(), files) : findBenches(config.root, config.benches),
    profile: profileOf(config, args.profile),
    seed: args.seed === undefined ? config.seed : parseSeed(args.seed, "--seed"),
    repeat: args.repeat === undefined ? 1 : count("--repeat", args.repeat),
    failFast: args.failFast,
    timeoutMs: count("--timeout", args.timeout) * 1000,
    log: createLog(args.verbose),
    ...(jobs === undefined ? {} : { jobs: count("--jobs", jobs) }),
    ...(filter === undefined ? {} : { filter }),
    ...(test === undefined ? {} : { test }),
    ...(waves === undefined ? {} : { waves }),
  };
}

const WINDOW_CYCLES = "2000";

function wavesRequest(args: Arguments<typeof builder>): WavesRequest | undefined {
  const { waves: mode, signals, wavesFrom: from, wavesWindow } = args;
  const needs = mode === "off" ? "--waves on or on-failure" : "--waves on-failure";
  const unused =
    mode === "off"
      ? Object.entries({ signals, "waves-from": from, "waves-window": wavesWindow })
      : mode === "on"
        ? [["waves-window", wavesWindow] as const]
        : [];
  for (const [name, value] of unused)
    if (value !== undefined) throw new CommandLineError(`--${name} needs ${needs}`);
  const choice = {
    patterns: signals?.split(","),
    ...(from === undefined ? {} : { from: /^\d+$/.test(from) ? Number(from) : from }),
  };
  if (mode === "off") return undefined;
  if (mode === "on") return { mode, ...choice };
  return {
    mode: "on-failure",
    ...choice,
    windowCycles: count("--waves-window", wavesWindow ?? WINDOW_CYCLES),
  };
}

function writeReport(path: string, text: string): void {
  const file = resolve(path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Of one target. Of several it is the greatest: the less a result says of the device, the greater its code. */
function exitCode(result: RunResult): number {
  if (isProof(result)) return 0;
  if (result.isInterrupted) return exitCodes.interrupted;
  if (result.benches.some(isLinkLost)) return exitCodes.link;
  const [problem] = problemsOf(result);
  return exitCodes[problem?.blame ?? "product"];
}

/** Where tests ran. */
type Place = Pick<RunResult, "target" | "profile">;

/** The command that runs the same again, or after a failure the first test that failed. */
function repeatCommand(args: Arguments<typeof builder>, root: string, result: RunResult): string {
  const failed = result.benches.find(({ verdict }) => verdict === "failed");
  if (failed !== undefined) return repeatTest(root, result, failed);
  const { repeat, filter, test } = args;
  return [
    ...["npx hilt run", ...(args.files ?? []).map((file) => fileWord(resolve(file)))],
    ...[placeWords(result), "--seed", result.seed],
    ...(repeat === undefined ? [] : ["--repeat", repeat]),
    ...(filter === undefined ? [] : [`--filter=${shellQuote(filter)}`]),
    ...(test === undefined ? [] : [`--test=${shellQuote(test)}`]),
  ].join(" ");
}

/** With `=`, for a name may begin with a dash. */
function repeatTest(root: string, place: Place, { file, seed, name }: BenchResult): string {
  return `npx hilt run ${fileWord(join(root, file))} ${placeWords(place)} --seed ${seed} --test=${shellQuote(name)}`;
}

function placeWords({ target, profile }: Place): string {
  return `--target ${shellQuote(target)} --profile ${shellQuote(profile)}`;
}

/** A path as one writes it in this folder. */
function fileWord(path: string): string {
  const file = relative(process.cwd(), path) || path;
  return shellQuote(file.startsWith("-") ? `./${file}` : file);
}
