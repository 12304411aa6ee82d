import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Argv } from "yargs";
import type { LoadedConfig } from "../../config/load-config.ts";
import { parseSeed } from "../../config/seed.ts";
import { annotations } from "../../report/annotations.ts";
import { junit } from "../../report/junit.ts";
import { type BenchResult, isProof, problemsOf, type RunResult } from "../../report/run-result.ts";
import { TerminalReport } from "../../report/terminal.ts";
import { findBenches } from "../../session/bench-files.ts";
import { hiltDirectory } from "../../session/project-folders.ts";
import type { RunOptions, WavesRequest } from "../../session/run-benches.ts";
import { keepResult } from "../../session/run-folder.ts";
import { exitCodes } from "../exit-codes.ts";
import { hintFor } from "../hints.ts";
import { interruptSignal } from "../interrupt-signal.ts";
import { createLog } from "../logger.ts";
import { type Arguments, CommandLineError, count, profileOf, targetOf } from "../options.ts";
import { shellQuote } from "../shell-quote.ts";

export const command = "run [files..]";
export const describe = "run benches: files and folders, or all that the configuration names";

export function builder(yargs: Argv) {
  return yargs
    .positional("files", { type: "string", array: true, describe: "benches (*.hil.ts) or folders" })
    .options({
      target: { type: "string", requiresArg: true, describe: "a target of hilt.config.ts" },
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
          "patterns of signals to record, separated by commas; Verilator records whole scopes, up to the first *; by default the device and its bus",
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
      junit: { type: "string", requiresArg: true, describe: "write JUnit XML to this file" },
      json: { type: "boolean", default: false, describe: "the result as JSON on stdout" },
      verbose: { type: "boolean", default: false, describe: "stack traces, and more on stderr" },
    } as const);
}

/** `hilt run`: resolves with the exit code. */
export async function handler(args: Arguments<typeof builder>): Promise<number> {
  const [{ loadConfig }, { nearerConfigs }, { runBenches }] = await Promise.all([
    import("../../config/load-config.ts"),
    import("../../config/nearer-config.ts"),
    import("../../session/run-benches.ts"),
  ]);
  const config = await loadConfig(process.cwd());
  using interrupt = interruptSignal();
  const out = args.json ? process.stderr : process.stdout;
  const isTerminal = out.isTTY === true && process.env["CI"] === undefined;
  const options = runOptions(config, args);
  for (const nearer of nearerConfigs(config, options.files)) options.log.warn(nearer);
  const repeat = (bench: BenchResult): string => repeatTest(options, bench);
  const report = new TerminalReport(out, {
    ...{ advice: hintFor, isTerminal, isVerbose: args.verbose, repeat },
    hasRounds: options.repeat > 1,
  });
  const result = await runBenches({ ...options, signal: interrupt.signal }, report);
  report.summary(result, repeatCommand(args, options, result));
  keepResult(config.root, result);
  if (args.junit !== undefined) writeReport(args.junit, junit(result, repeat));
  if (process.env["GITHUB_ACTIONS"] === "true")
    for (const line of annotations(result)) out.write(`${line}\n`);
  if (args.json) process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  return exitCode(result);
}

function runOptions(config: LoadedConfig, args: Arguments<typeof builder>): RunOptions {
  const { files = [], filter, test, jobs } = args;
  const target = targetOf(config, args.target);
  const waves = wavesRequest(args);
  return {
    root: config.root,
    files: files.length > 0 ? findBenches(process.cwd(), files) : findBenches(config.root, config.benches),
    target: target.name,
    settings: target.settings,
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
    ...(args.coverage ? { coverage: join(hiltDirectory(config.root), "coverage", target.name) } : {}),
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

function exitCode(result: RunResult): number {
  if (isProof(result)) return 0;
  if (result.isInterrupted) return exitCodes.interrupted;
  const [problem] = problemsOf(result);
  // Nothing ran: what was asked for does not exist.
  return problem === undefined ? exitCodes.usage : exitCodes[problem.blame];
}

/** The command that runs the same again, or after a failure the first test that failed. */
function repeatCommand(
  args: Arguments<typeof builder>,
  options: RunOptions,
  { benches, target, profile, seed }: RunResult,
): string {
  const failed = benches.find(({ verdict }) => verdict === "failed");
  if (failed !== undefined) return repeatTest(options, failed);
  const { repeat, filter, test } = args;
  return [
    ...["npx hilt run", ...(args.files ?? []).map((file) => fileWord(resolve(file)))],
    ...["--target", shellQuote(target), "--profile", shellQuote(profile), "--seed", seed],
    ...(repeat === undefined ? [] : ["--repeat", repeat]),
    ...(filter === undefined ? [] : [`--filter=${shellQuote(filter)}`]),
    ...(test === undefined ? [] : [`--test=${shellQuote(test)}`]),
  ].join(" ");
}

/** With `=`, for a name may begin with a dash. */
function repeatTest({ root, target, profile }: RunOptions, { file, seed, name }: BenchResult): string {
  const where = `--target ${shellQuote(target)} --profile ${shellQuote(profile.name)} --seed ${seed}`;
  return `npx hilt run ${fileWord(join(root, file))} ${where} --test=${shellQuote(name)}`;
}

/** A path as one writes it in this folder. */
function fileWord(path: string): string {
  const file = relative(process.cwd(), path) || path;
  return shellQuote(file.startsWith("-") ? `./${file}` : file);
}
