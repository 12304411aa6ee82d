import yargs from "yargs";
import { type Blame, HiltError } from "../core/errors.ts";
import { exitCodes } from "./exit-codes.ts";
import { hintFor } from "./hints.ts";

/** The command line. Commands are loaded when they are called: `--help` needs neither Vitest nor Yosys. */
export async function main(args: readonly string[]): Promise<number> {
  let code = 0;
  const parser = yargs([...args])
    .scriptName("hilt")
    .usage("$0 <command>\n\nTests DMA controllers from the driver's side, in simulation and on boards.")
    .command(
      "run [files..]",
      "run benches: files and folders, or all that the configuration names",
      (command) =>
        command
          .positional("files", { type: "string", array: true, describe: "benches (*.hil.ts) or folders" })
          .option("target", { type: "string", requiresArg: true, describe: "a target of hilt.config.ts" })
          .option("filter", {
            type: "string",
            requiresArg: true,
            describe: "only tests whose name contains this",
          })
          .option("seed", {
            type: "string",
            requiresArg: true,
            describe: "decides all that is left to chance",
          })
          .option("waves", {
            type: "string",
            describe: "record signals as VCD: patterns, separated by commas",
          })
          .option("waves-from", {
            type: "string",
            requiresArg: true,
            describe: "record from this cycle, or from when this signal is not 0",
          })
          .option("json", { type: "boolean", default: false, describe: "the result as JSON on stdout" })
          .option("verbose", { type: "boolean", default: false, describe: "say more on stderr" }),
      async (argv) => {
        const { run } = await import("./commands/run.ts");
        const { target, filter, seed, waves, wavesFrom, json, verbose } = argv;
        code = await run({ files: argv.files ?? [], target, filter, seed, waves, wavesFrom, json, verbose });
      },
    )
    .command(
      "list",
      "show benches and targets",
      (command) => command.option("json", { type: "boolean", default: false, describe: "as JSON" }),
      async ({ json }) => {
        const { list } = await import("./commands/list.ts");
        code = await list({ json });
      },
    )
    .command("doctor", "show what is installed, what is missing, and what installs it", {}, async () => {
      const { doctor } = await import("./commands/doctor.ts");
      code = doctor();
    })
    .demandCommand(1, "Say what to do: run, list or doctor.")
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new CommandLineError(message);
    });
  try {
    await parser.parseAsync();
    return code;
  } catch (error) {
    return explain(error);
  }
}

/** The command line cannot be understood. */
class CommandLineError extends HiltError {
  readonly code = "E_COMMAND_LINE";
  readonly blame: Blame = "usage";
}

function explain(error: unknown): number {
  if (error instanceof HiltError) {
    const hint = hintFor(error.code);
    process.stderr.write(
      `hilt: ${error.message} [${error.code}]\n${hint === undefined ? "" : `hint: ${hint}\n`}`,
    );
    return exitCodes[error.blame];
  }
  process.stderr.write(`hilt: a bug of hilt: ${error instanceof Error ? error.stack : String(error)}\n`);
  return exitCodes.bug;
}
