/** `docs/cli.md`: the commands, from the builders that yargs gets. */
import type { Argv } from "yargs";
import { exitCodes } from "../src/cli/exit-codes.ts";
import { type Command, commands } from "../src/cli/main.ts";

interface OptionFacts {
  readonly type?: string;
  readonly choices?: readonly string[];
  readonly default?: unknown;
  readonly describe: string;
}

interface Builder {
  readonly positionals: Readonly<Record<string, OptionFacts>>;
  readonly options: Readonly<Record<string, OptionFacts>>;
}

const causes: Readonly<Record<keyof typeof exitCodes, string>> = {
  product:
    "A bench failed: the device or the test is wrong, or something did not end in time. Or the Verilog cannot be built.",
  usage: "The command line, the configuration or the choice of benches is wrong, or nothing ran.",
  environment: "A tool, a permission, disk space or a process of the machine failed.",
  link: "The link or the board was lost.",
  bug: "A bug of hilt.",
  interrupted: "Ctrl-C.",
};

export function cliMarkdown(): string {
  return [
    "# The command line",
    "",
    '<!-- Generated from src/cli by "npm run generate". Do not edit. -->',
    "",
    "In a project that has hilt installed: `npx hilt <command>`. In a clone of hilt: `node bin/hilt.js <command>`.",
    "",
    "| command | |",
    "|---|---|",
    ...commands.map(
      ({ command, describe }) => `| [\`hilt ${command}\`](#${anchor(command)}) | ${describe} |`,
    ),
    "| `hilt completion` | print the completion script for bash or zsh |",
    "",
    "Every command takes `--help`; `hilt --version` says the version. Results go to stdout, errors and what `--verbose` adds to",
    "stderr.",
    "",
    ...commands.flatMap(commandMarkdown),
    "## Exit codes",
    "",
    "Of several problems on a target the first one decides, of several targets the greatest code. Only 0 means that everything",
    "that was asked for ran and passed.",
    "",
    "| code | |",
    "|---|---|",
    "| 0 | Everything ran and passed. |",
    ...Object.entries(exitCodes).map(
      ([cause, code]) => `| ${code} | ${causes[cause as keyof typeof exitCodes]} |`,
    ),
    "",
    "Which error gives which code: [troubleshooting.md](troubleshooting.md).",
    "",
    "## Environment",
    "",
    "| variable | |",
    "|---|---|",
    "| `CI` | When set, no line of progress is kept at the end of a terminal. |",
    "| `GITHUB_ACTIONS` | When `true`, each failure is printed as an annotation (`::error file=...`) too, and each reason for which tests were skipped (`::notice ...`). |",
    "",
  ].join("\n");
}

function commandMarkdown(command: Command): string[] {
  const { positionals, options } = declared(command);
  const rows = [
    ...Object.entries(positionals).map(([name, facts]) => row(`\`${name}\``, facts)),
    ...Object.entries(options).map(([name, facts]) => row(`\`--${name}\``, facts)),
  ];
  const table = rows.length === 0 ? [] : ["| | value | default | |", "|---|---|---|---|", ...rows, ""];
  return [`## hilt ${command.command}`, "", `${sentence(command.describe)}`, "", ...table];
}

/** What a builder declares; one that calls something else must be taught here. */
function declared({ builder }: Command): Builder {
  const positionals: Record<string, OptionFacts> = {};
  const options: Record<string, OptionFacts> = {};
  const recorder = {
    positional(name: string, facts: OptionFacts) {
      positionals[name] = facts;
      return recorder;
    },
    options(facts: Readonly<Record<string, OptionFacts>>) {
      Object.assign(options, facts);
      return recorder;
    },
  };
  builder(recorder as unknown as Argv);
  return { positionals, options };
}

function row(name: string, { type = "string", choices, default: initial, describe }: OptionFacts): string {
  const isSwitch = type === "boolean";
  const value = isSwitch ? "" : (choices?.map((one) => `\`${one}\``).join(", ") ?? "text");
  const given = isSwitch || initial === undefined ? "" : `\`${String(initial)}\``;
  return `| ${name} | ${value} | ${given} | ${sentence(describe)} |`;
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}

/** As GitHub makes it from a heading. */
function anchor(command: string): string {
  return `hilt ${command}`.replace(/[^\w -]/g, "").replaceAll(" ", "-");
}
