import type { Argv } from "yargs";
import type { LoadedConfig } from "../../config/load-config.ts";
import { hex } from "../../core/hex.ts";
import { columns } from "../../report/columns.ts";
import type { ListedBoard } from "../../session/boards.ts";
import { interruptSignal } from "../interrupt-signal.ts";
import { type Arguments, CommandLineError, targetsOf } from "../options.ts";
import { shellQuote } from "../shell-quote.ts";

export const command = "boards [action] [name]";
export const describe =
  "list boards, real and virtual; start or stop a virtual one, build the bitstream of a real one";

export function builder(yargs: Argv) {
  return yargs
    .positional("action", {
      choices: ["list", "start", "stop", "build"] as const,
      default: "list" as const,
      describe: "what to do",
    })
    .positional("name", { type: "string", describe: "the board, as hilt boards lists it" })
    .options({
      line: {
        choices: ["bits", "bytes"] as const,
        default: "bits" as const,
        describe: "start: the virtual board's line, bit by bit, or faster with a byte in each cycle",
      },
      target: {
        type: "string",
        array: true,
        nargs: 1,
        describe: "build: with the device of this target in place of hilt's controller",
      },
      json: { type: "boolean", default: false, describe: "as JSON" },
    } as const);
}

/** `hilt boards`: what there is on this machine, and who has it. */
export async function handler(args: Arguments<typeof builder>): Promise<number> {
  const { action, name, line, json, target } = args;
  const [{ loadConfig }, boards] = await Promise.all([
    import("../../config/load-config.ts"),
    import("../../session/boards.ts"),
  ]);
  const config = await loadConfig(process.cwd());
  const { root } = config;
  if (target !== undefined && action !== "build")
    throw new CommandLineError(`hilt boards ${action}: --target goes with build`);
  if (action === "list") {
    const rows = await boards.listBoards(root, name);
    const text = json ? JSON.stringify(rows, undefined, 2) : columns(rows.map(cells)).join("\n");
    process.stdout.write(`${text}\n`);
    return 0;
  }
  if (name === undefined) throw new CommandLineError(`hilt boards ${action}: which board?`);
  if (action === "stop") {
    await boards.stopBoard(root, name);
    process.stdout.write(`${name} has stopped\n`);
    return 0;
  }
  if (action === "build") return await build(config, name, target, json);
  const { port, pid, buildHash } = await boards.startBoard(root, name, line);
  const facts = { name, port, pid, buildHash };
  process.stdout.write(
    json
      ? `${JSON.stringify(facts, undefined, 2)}\n`
      : `${name} runs: port ${port}, process ${pid}, build ${hex(buildHash, 8)}\n`,
  );
  return 0;
}

async function build(
  config: LoadedConfig,
  name: string,
  words: readonly string[] | undefined,
  json: boolean,
): Promise<number> {
  const [target, ...others] = words === undefined ? [] : targetsOf(config, words);
  if (others.length > 0)
    throw new CommandLineError("hilt boards build: one --target, since a board has one device");
  const { buildBoard } = await import("../../session/boards.ts");
  using interrupt = interruptSignal();
  const built = await buildBoard(config.root, name, target, interrupt.signal);
  const { file, utilisation, maximumHz, buildHash, load } = built;
  const lines = [
    ...columns(utilisation.map(({ what, used, available }) => [what, `${used}`, `of ${available}`])),
    `clock: up to ${(maximumHz / 1e6).toFixed(2)} MHz`,
    `build: ${hex(buildHash, 8)}`,
    `bitstream: ${file}`,
    `to load it: ${load.map(shellQuote).join(" ")}`,
  ];
  process.stdout.write(json ? `${JSON.stringify(built, undefined, 2)}\n` : `${lines.join("\n")}\n`);
  return 0;
}

function cells({ name, title, isVirtual, port, holder, standsStill }: ListedBoard): string[] {
  const state = port === undefined ? (isVirtual ? "stopped" : "not plugged in") : port;
  const facts = [
    ...(standsStill ? ["does not answer"] : []),
    ...(holder === undefined
      ? []
      : [holder.pid === undefined ? "in use" : `in use by process ${holder.pid}`]),
  ];
  return [name, title, state, facts.join(", ")];
}
