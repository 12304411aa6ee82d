import yargs, { type Argv } from "yargs";
import { linkCommands } from "../session/link-commands.ts";
import * as boards from "./commands/boards.ts";
import * as build from "./commands/build.ts";
import * as cache from "./commands/cache.ts";
import * as doctor from "./commands/doctor.ts";
import * as init from "./commands/init.ts";
import * as journal from "./commands/journal.ts";
import * as list from "./commands/list.ts";
import * as run from "./commands/run.ts";
import { serveCommand } from "./commands/serve.ts";
import * as waves from "./commands/waves.ts";
import { explain } from "./explain.ts";
import { CommandLineError, checkGivenOnce } from "./options.ts";

/** A file of `commands`: what yargs calls a command module, and its exit code. */
export interface Command {
  readonly command: string;
  readonly describe: string;
  builder(yargs: Argv): Argv<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: each command has arguments of its own, which its builder declares.
  handler(args: any): Promise<number>;
}

/** They load what they need when they are called: `--help` needs neither Vitest nor a target. */
export const commands: readonly Command[] = [
  ...[run, list, waves, journal, build, boards],
  ...linkCommands().map(serveCommand),
  ...[doctor, init, cache],
];

/** The command line; resolves with the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let code = 0;
  const isVerbose = args.includes("--verbose");
  let refusal: Error | undefined;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // The reader of the output has seen enough, as in `hilt run | head`: the exit code is still true.
      if (error.code !== "EPIPE") refusal ??= error;
    });
  }
  try {
    const parser = createParser(args, async (command, argv) => {
      code = await command.handler(argv);
    });
    await parser.parseAsync();
    // An error of the last line comes up a little later.
    await new Promise(setImmediate);
    if (refusal !== undefined) throw refusal;
    return code;
  } catch (error) {
    return explain(error, isVerbose);
  }
}

/** What `hilt` understands; `handle` runs the command that `args` name. */
export function createParser(
  args: readonly string[],
  handle: (command: Command, argv: unknown) => Promise<void>,
): Argv {
  const names = commands.map(({ command }) => command.split(" ")[0]);
  let parser: Argv = yargs([...args])
    .scriptName("hilt")
    .usage("$0 <command>\n\nTests DMA controllers from the driver's side, in simulation and on boards.")
    .completion("completion", "print the completion script for bash or zsh")
    .demandCommand(1, `Say what to do: ${names.join(", ")}.`)
    .strictCommands()
    .strict()
    .check(checkGivenOnce)
    .wrap(100)
    .exitProcess(false)
    .fail((message, error) => {
      // The parser throws what it does not understand of an option, too.
      const isParsers = error === undefined || error === null || error.name === "YError";
      throw isParsers ? new CommandLineError(inWords(error?.message ?? message, args)) : error;
    });
  for (const command of commands) {
    parser = parser.command(
      command.command,
      command.describe,
      (builder) => command.builder(builder),
      (argv) => handle(command, argv),
    );
  }
  return withoutSpareHelp(parser);
}

/** Parts of yargs that its types do not have. */
interface WithUsage {
  getInternalMethods(): { getUsageInstance(): { cacheHelpMessage(): void } };
}

/**
 * After each command that was begun yargs lays out its help, for the case that the command fails and shows it. No failure here
 * does, and the layout takes a thirtieth of a start.
 */
function withoutSpareHelp(parser: Argv): Argv {
  const usage = (parser as unknown as WithUsage).getInternalMethods().getUsageInstance();
  usage.cacheHelpMessage = () => {};
  return parser;
}

/** What the parser counts is told as what is missing. */
function inWords(message: string, [name]: readonly string[]): string {
  const known = commands.find(({ command }) => command.split(" ")[0] === name);
  if (known === undefined || !message.startsWith("Not enough non-option arguments")) return message;
  return `Say it whole: hilt ${known.command} (${known.describe}).`;
}
