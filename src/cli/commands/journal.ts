import { fstatSync, openSync, readFileSync } from "node:fs";
import type { Argv } from "yargs";
import { HiltError } from "../../core/errors.ts";
import { hex } from "../../core/hex.ts";
import { describeLine, type RegisterNames, wordsOf } from "../../journal/describe-journal.ts";
import { bytesInMemory, bytesOfFile, type JournalBytes } from "../../journal/journal-bytes.ts";
import type { JournalEntry } from "../../journal/journal-entry.ts";
import { type ReadJournal, readJournal } from "../../journal/read-journal.ts";
import { type EntryChoice, entryKinds, registerName, selectEntries } from "../../journal/select-entries.ts";
import { registerNamesOf } from "../../session/register-names.ts";
import { type Arguments, CommandLineError } from "../options.ts";

export const command = "journal <action> <file>";
export const describe = "show: print a journal, what crossed the link in a test";

export function builder(yargs: Argv) {
  return yargs
    .positional("action", {
      choices: ["show"] as const,
      demandOption: true,
      describe: "what to do with the journal",
    })
    .positional("file", { type: "string", demandOption: true, describe: "the file that hilt run has named" })
    .options({
      register: {
        type: "string",
        requiresArg: true,
        describe: "only accesses of these registers, by name or address, separated by commas",
      },
      address: {
        type: "string",
        requiresArg: true,
        describe: "only what touches host memory at this logical address, or in a range: 0x1000-0x1fff",
      },
      kind: {
        type: "string",
        requiresArg: true,
        describe: `only entries of these kinds, separated by commas: ${entryKinds.join(", ")}`,
      },
      from: {
        type: "string",
        requiresArg: true,
        describe: "only from this time on: cycles, or with a unit ns, us, ms, s",
      },
      to: { type: "string", requiresArg: true, describe: "only up to this time" },
      json: { type: "boolean", default: false, describe: "the header and each entry as a line of JSON" },
    } as const);
}

/** `hilt journal show FILE`. What precedes a damage is printed before the damage is reported. */
export async function handler(args: Arguments<typeof builder>): Promise<number> {
  const journal = reading(() => readJournal(args.file, bytesOf(args.file)));
  const nameOf = registerNamesOf(journal.header);
  const entries = selectEntries(journal.entries, choiceOf(args, journal, nameOf), nameOf);
  const lines = args.json ? jsonLines(journal, entries, nameOf) : textLines(journal, entries, nameOf);
  if (!(await printed(lines))) return 0;
  if (journal.damage !== undefined) throw journal.damage;
  return 0;
}

/** False when the rest is not wanted: whoever reads the output has seen enough. */
async function printed(lines: Iterable<string>): Promise<boolean> {
  let isWanted = true;
  const stop = (): void => {
    isWanted = false;
  };
  process.stdout.once("error", stop);
  let text = "";
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length < CHUNK) continue;
    process.stdout.write(text);
    text = "";
    await new Promise(setImmediate);
    if (!isWanted) return false;
  }
  process.stdout.write(text);
  process.stdout.off("error", stop);
  return true;
}

const CHUNK = 1 << 16;

/** A pipe is read into memory: it can be read only once. */
function bytesOf(file: string): JournalBytes {
  const descriptor = openSync(file, "r");
  return fstatSync(descriptor).isFile() ? bytesOfFile(descriptor) : bytesInMemory(readFileSync(descriptor));
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof HiltError) throw error;
    throw new CommandLineError(`the journal cannot be read: ${(error as Error).message}`);
  }
}

function choiceOf(
  { register, address, kind, from, to }: Arguments<typeof builder>,
  { header, registers }: ReadJournal,
  nameOf: RegisterNames,
): EntryChoice {
  const { frequencyHz } = header.clock;
  const names = [...registers].map((one) => registerName(one, nameOf));
  return {
    ...(kind === undefined ? {} : { kinds: new Set(kind.split(",").map(kindOf)) }),
    ...(register === undefined
      ? {}
      : { registers: register.split(",").map((text) => registerOf(text, names)) }),
    ...(address === undefined ? {} : { addresses: rangeOf(address) }),
    ...(from === undefined ? {} : { from: cyclesOf("--from", from, frequencyHz) }),
    ...(to === undefined ? {} : { to: cyclesOf("--to", to, frequencyHz) }),
  };
}

function kindOf(text: string): string {
  if ((entryKinds as readonly string[]).includes(text)) return text;
  throw new CommandLineError(`--kind: no kind ${text}; there is ${entryKinds.join(", ")}`);
}

function registerOf(text: string, names: readonly (string | undefined)[]): string | number {
  if (/^(0x[0-9a-f]+|\d+)$/i.test(text)) return Number(text);
  const name = text.toLowerCase();
  if (names.some((one) => one?.toLowerCase() === name)) return name;
  const known = names.filter((one) => one !== undefined).join(", ");
  throw new CommandLineError(
    `--register: no register ${text} in this journal; ${known === "" ? "give its address" : `there is ${known}`}`,
  );
}

function rangeOf(text: string): { from: bigint; to: bigint } {
  const [, from, to = from] = /^(0x[0-9a-f]+|\d+)(?:-(0x[0-9a-f]+|\d+))?$/i.exec(text) ?? [];
  if (from === undefined || to === undefined || BigInt(from) > BigInt(to))
    throw new CommandLineError(`--address: ${text} is neither an address nor a range such as 0x1000-0x1fff`);
  return { from: BigInt(from), to: BigInt(to) };
}

const seconds: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1 };

function cyclesOf(option: string, text: string, frequencyHz: number): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ns|us|ms|s)?$/.exec(text) ?? [];
  if (number === undefined || (unit === undefined && number.includes(".")))
    throw new CommandLineError(`${option}: ${text} is neither a cycle nor a time such as 12.5us`);
  return Number(number) * (unit === undefined ? 1 : (seconds[unit] as number) * frequencyHz);
}

const LOST_WORDS =
  "its process ended before the test did; what the link had not handed over by then is missing, unless the model left word of it";

/** How much of what crossed the link the file has. */
function extentOf({ isComplete, missing, isLost, torn }: ReadJournal): string {
  return [
    isComplete ? "complete: with the bytes of every write of the device" : "not complete",
    ...(missing === 0 ? [] : [`${missing} earlier ${missing === 1 ? "entry was" : "entries were"} dropped`]),
    ...(isLost ? [LOST_WORDS] : []),
    ...(torn === 0 ? [] : ["the entry that was being written then is left out"]),
  ].join("; ");
}

function* textLines(
  journal: ReadJournal,
  entries: Iterable<JournalEntry>,
  nameOf: RegisterNames,
): Generator<string> {
  const { target, seed, device, test, run, clock } = journal.header;
  yield `test:    ${test}`;
  yield `device:  ${device}, on target ${target}, seed ${seed}, run ${run}`;
  yield `time:    ${clock.kind}, ${clock.frequencyHz / 1e6} MHz`;
  yield `journal: ${extentOf(journal)}`;
  if (journal.line !== undefined) yield* describeLine(journal.line);
  for (const entry of entries) {
    const asked = entry.asked === entry.cycle ? "" : ` (asked ${entry.asked})`;
    yield `cycle ${String(entry.cycle).padStart(8)}${asked.padEnd(17)} ${wordsOf(entry, nameOf)}`;
  }
}

function* jsonLines(
  { header, isComplete, missing, isLost, torn, line }: ReadJournal,
  entries: Iterable<JournalEntry>,
  nameOf: RegisterNames,
): Generator<string> {
  yield JSON.stringify({ kind: "journal", isComplete, missing, isLost, torn, line, ...header });
  for (const entry of entries) {
    const name = entry.kind === "register" ? registerName(entry.address, nameOf) : undefined;
    const named = name === undefined ? entry : { ...entry, name };
    yield JSON.stringify(named, (_, value) =>
      typeof value === "bigint"
        ? hex(value)
        : value instanceof Uint8Array
          ? Buffer.from(value).toString("hex")
          : value,
    );
  }
}
