import { relative } from "node:path";
import { loadConfig } from "../../config/load-config.ts";
import { parseSeed } from "../../config/parse-config.ts";
import { isProof, problemsOf, type RunResult } from "../../report/run-result.ts";
import { TerminalReport } from "../../report/terminal.ts";
import { findBenches } from "../../session/bench-files.ts";
import { UsageError } from "../../session/errors.ts";
import { type RunOptions, runBenches } from "../../session/run-benches.ts";
import { exitCodes } from "../exit-codes.ts";
import { hintFor } from "../hints.ts";
import { createLog } from "../logger.ts";

export interface RunArguments {
  readonly files: readonly string[];
  readonly target: string | undefined;
  readonly filter: string | undefined;
  readonly seed: string | undefined;
  readonly waves: string | undefined;
  readonly wavesFrom: string | undefined;
  readonly json: boolean;
  readonly verbose: boolean;
}

/** `hilt run`: resolves with the exit code. */
export async function run(args: RunArguments): Promise<number> {
  const config = await loadConfig(process.cwd());
  const files =
    args.files.length > 0 ? findBenches(process.cwd(), args.files) : findBenches(config.root, config.benches);
  const names = Object.keys(config.targets);
  const target = args.target ?? (names[0] as string);
  const settings = config.targets[target];
  if (settings === undefined) throw new UsageError(`no target ${target}; there is ${names.join(", ")}`);
  const seed = args.seed === undefined ? config.seed : parseSeed(args.seed, "--seed");
  const report = new TerminalReport(args.json ? process.stderr : process.stdout, hintFor);
  const result = await runBenches(
    {
      root: config.root,
      files,
      target,
      settings,
      seed,
      log: createLog(args.verbose),
      ...(args.filter === undefined ? {} : { filter: args.filter }),
      ...wavesOf(args),
    },
    report,
  );
  report.summary(result, repeatCommand(args, target, result));
  if (args.json) process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  return exitCode(result);
}

function wavesOf({ waves, wavesFrom: from }: RunArguments): Pick<RunOptions, "waves"> {
  if (waves === undefined && from === undefined) return {};
  const patterns = waves === undefined || waves === "" ? ["device.**"] : waves.split(",");
  return {
    waves: { patterns, ...(from === undefined ? {} : { from: /^\d+$/.test(from) ? Number(from) : from }) },
  };
}

function exitCode(result: RunResult): number {
  if (isProof(result)) return 0;
  const [problem] = problemsOf(result);
  // Nothing ran: what was asked for does not exist.
  return problem === undefined ? exitCodes.usage : exitCodes[problem.blame];
}

function repeatCommand(args: RunArguments, target: string, result: RunResult): string {
  const files = args.files.map((file) => relative(process.cwd(), file) || file);
  return ["npx hilt run", ...files, "--target", target, "--seed", result.seed].join(" ");
}
