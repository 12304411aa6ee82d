import { BuildError, MissingFileError, UnsupportedConstructError } from "../errors.ts";
import type { SourceTree } from "../source-tree.ts";
import { afterDelay } from "./element-parts.ts";
import { refusedWord } from "./mark-refused.ts";
import { REVERSED, REVERSED_MESSAGE } from "./reversed-parts.ts";
import { systemVerilogAt } from "./system-verilog.ts";
import { type Token, tokensOf } from "./verilog-tokens.ts";

/** `VirtualFiles` puts the place before the name of a file that is not there, where it knows it. */
const MISSING = /Can't open include file `(?:(.*:\d+): )?(.*)'!/;
const MISSING_DATA = /^(.*?):(\d+)(?:\.[-\d.]+)?: ERROR: (Can not open file `(.*)` for .*)$/;

/** Legal Verilog that Yosys does not take, by its message. */
const constructs: readonly (readonly [message: RegExp, construct: string])[] = [
  [REVERSED_MESSAGE, REVERSED],
  [
    /^Output port (.*) \(.*\) is connected to constants: .*/,
    "the output port $1 connected to a constant, or to a bit outside its vector",
  ],
  [/^Maximum call stack size exceeded/, "logic that is too deep for Yosys' call stack"],
  [/^Multiple edge sensitive events/, "a register that several edges clock"],
  [/^Failed to get a constant init value for (\S+?):/, "an initial value of $1 that is not constant"],
  [/^While loops are only allowed in constant functions!$/, "a while loop outside of a constant function"],
  [
    /^Function (\S+) can only be called with constant arguments\.$/,
    "the function $1, with while or repeat or a call of itself, of values that are not constant",
  ],
  [/^Unimplemented compiler directive .*(`(?:unconnected_drive|undefineall))\./, "the directive $1"],
];

/** What Yosys refused, with the place in the sources: its own, or that of the names that it mentions. */
export function yosysError(messages: string, tree: SourceTree): Error {
  if (CRASH.test(messages)) return crashed(messages, tree);
  const line = messages.split("\n").find((text) => text.includes("ERROR:")) ?? messages.trim();
  const missing = missingFile(line);
  if (missing !== undefined) return missing;
  const { message, path, number } = placed(line);
  const place = path === undefined || number === 0 ? (placeOf(message, tree) ?? path) : `${path}:${number}`;
  const [form, construct] = constructs.find(([pattern]) => pattern.test(message)) ?? [];
  const found =
    refusedWord(line) ??
    (form === undefined
      ? systemVerilogAt(path ?? "", tree.files.get(path ?? "")?.toString("utf8") ?? "", number)
      : (form.exec(message)?.[0] ?? "").replace(form, construct as string));
  if (found !== undefined) return new UnsupportedConstructError(found, place ?? "unknown source");
  return new BuildError(
    message.replace(/^Unimplemented .* (`\w+)\.$/, "the macro $1 is not defined"),
    place,
    { tool: "Yosys" },
  );
}

/** Its own assertions, and what the machine under it says when it gives up. */
const CRASH = /ERROR: (?:unreachable|memory access out of bounds|Assert `)|hash table exceeded maximum size/;

function crashed(messages: string, tree: SourceTree): Error {
  const deep = tooDeep(messages, tree);
  if (deep !== undefined) return deep;
  const gates = messages.includes("AST_CELLTYPE") ? find(tree, isGateArray) : undefined;
  if (gates !== undefined) return new UnsupportedConstructError("an array of gates", gates);
  const lines = messages.split("\n").filter((line) => line.trim() !== "");
  const [what = ""] = lines.filter((line) => /exceeded|Assert|terminat|abort|ERROR/.test(line));
  const place = /^(.*?:\d+)(?:\.[-\d.]+)?: ERROR/m.exec(messages)?.[1];
  return new BuildError(
    `Yosys ended itself (${what.replace(/^.*ERROR: /, "")}); a casez of many items with wildcards can ask too much of it`,
    place,
    { tool: "Yosys" },
  );
}

/** It recurses into each side of `?:`. */
const DEEP = 500;

function tooDeep(messages: string, tree: SourceTree): Error | undefined {
  if (!/memory access out of bounds|Maximum call stack size/.test(messages)) return undefined;
  const [deepest] = [...tree.files]
    .flatMap(([path, bytes]) => choicesIn(path, tokensOf(bytes.toString("utf8"))))
    .sort((a, b) => b.count - a.count);
  if (deepest === undefined || deepest.count < DEEP) return undefined;
  return new UnsupportedConstructError(
    `an expression of ${deepest.count} choices (?:), which is too deep for Yosys' stack (write a case, or if ... else if)`,
    deepest.place,
  );
}

/** How many `?` each statement or item has that has any, and where the first stands. */
function choicesIn(path: string, tokens: readonly Token[]): { count: number; place: string }[] {
  const found: { count: number; place: string }[] = [];
  let count = 0;
  for (const { text, line } of tokens) {
    if (text === ";") count = 0;
    if (text !== "?") continue;
    if (count++ === 0) found.push({ count, place: `${path}:${line}` });
    else found[found.length - 1] = { ...(found.at(-1) as (typeof found)[number]), count };
  }
  return found;
}

function missingFile(line: string): MissingFileError | undefined {
  const [, path, number, message, data] = MISSING_DATA.exec(line) ?? [];
  if (data !== undefined) return new MissingFileError(message as string, [data], `${path}:${number}`);
  const [, place, name] = MISSING.exec(line) ?? [];
  return name === undefined ? undefined : new MissingFileError(`there is no file ${name}`, [name], place);
}

/** Yosys quotes names as `\\name\'. */
function placed(line: string): { message: string; path?: string; number: number } {
  const match = /^(?:(.*?):(\d+)(?:\.[-\d.]+)?: )?ERROR: (.*)$/.exec(line);
  const message = (match?.[3] ?? line).replace(/`\\?(\S+?)'/g, "$1").replace(/ \\(?=\S)/g, " ");
  const [, path, number] = match ?? [];
  return path === undefined ? { message, number: 0 } : { message, path, number: Number(number) };
}

/** Where the sources have what a message without a place is about. */
function placeOf(message: string, tree: SourceTree): string | undefined {
  const process = /\$(\/[^$]*:\d+)\$/.exec(message);
  if (process !== null) return process[1];
  const [, module, cell] = /^Module (\S+) referenced in module \S+ in cell (\S+) /.exec(message) ?? [];
  if (module !== undefined) return find(tree, (tokens, at) => isInstance(tokens, at, module, cell as string));
  const [, instance, port] = /^Output port .*?(\w+)(?:\[\d+\])?\.(\w+) \(/.exec(message) ?? [];
  if (port !== undefined)
    return find(tree, (tokens, at) => isConnection(tokens, at, instance as string, port));
  if (message.startsWith("Multiple edge sensitive events")) return find(tree, isOfTwoEdges);
  if (message.startsWith("incompatible mix of lookahead"))
    return find(tree, (tokens, at) => tokens[at]?.text === "}" && tokens[at + 1]?.text === "<=");
  if (message.startsWith("While loops")) return find(tree, (tokens, at) => tokens[at]?.text === "while");
  return undefined;
}

function find(
  tree: SourceTree,
  matches: (tokens: readonly Token[], at: number) => boolean,
): string | undefined {
  for (const [path, bytes] of tree.files) {
    const tokens = tokensOf(bytes.toString("utf8"));
    const at = tokens.findIndex((_, index) => matches(tokens, index));
    if (at >= 0) return `${path}:${(tokens[at] as Token).line}`;
  }
  return undefined;
}

function isInstance(tokens: readonly Token[], at: number, module: string, cell: string): boolean {
  const named = module.split("\\").at(-1);
  if (tokens[at]?.text !== named) return false;
  const end = tokens.findIndex(({ text }, index) => index > at && text === ";");
  return tokens.slice(at + 1, end).some(({ text }) => text === cell.split(".").at(-1));
}

/** `.port(` of an instance, or the instance where its ports have no names. */
function isConnection(tokens: readonly Token[], at: number, instance: string, port: string): boolean {
  const isPort = tokens[at]?.text === "." && tokens[at + 1]?.text === port;
  const isInstance = tokens[at]?.text === instance && /^[([]$/.test(tokens[at + 1]?.text ?? "");
  if (!isPort && !isInstance) return false;
  const start = tokens.findLastIndex(({ text }, index) => index <= at && text === ";");
  const end = tokens.findIndex(({ text }, index) => index > at && text === ";");
  const words = tokens.slice(start + 1, end).map(({ text }) => text);
  const isNamed = words.some((text, index) => text === "." && words[index + 1] === port);
  return words.includes(instance) && isPort === isNamed;
}

/** `and #1 g[3:0](y, a, b);` */
function isGateArray(tokens: readonly Token[], at: number): boolean {
  if (!/^(?:n?and|x?n?or|not|buf|bufif[01]|notif[01])$/.test(tokens[at]?.text ?? "")) return false;
  const name = afterDelay(tokens, at + 1);
  return tokens[name]?.kind === "word" && tokens[name + 1]?.text === "[";
}

/** `@(posedge a or negedge a)` */
function isOfTwoEdges(tokens: readonly Token[], at: number): boolean {
  if (tokens[at]?.text !== "@" || tokens[at + 1]?.text !== "(") return false;
  const end = tokens.findIndex(({ text }, index) => index > at && text === ")");
  return tokens.slice(at, end).filter(({ text }) => text === "posedge" || text === "negedge").length > 1;
}

/** What a name with a dot is that Yosys does not know: it drops such names without an error. */
export function hierarchicalReference(name: string, tree: SourceTree): string {
  const [base = ""] = name.split(/[.[]/);
  const tokens = [...tree.files.values()].flatMap((bytes) => tokensOf(bytes.toString("utf8")));
  const interfaces = new Set(
    tokens.flatMap(({ text }, at) => (tokens[at - 1]?.text === "interface" ? [text] : [])),
  );
  const declared = tokens.flatMap(({ text }, at) => (text === base ? [at] : []));
  const isOfInterface = (at: number): boolean =>
    interfaces.has(tokens[at - 1]?.text ?? "") ||
    (tokens[at - 2]?.text === "." && interfaces.has(tokens[at - 3]?.text ?? ""));
  if (declared.some(isOfInterface)) return `the interface ${base} (${name})`;
  const isVariable = (at: number): boolean =>
    tokens[at - 1]?.text === "]" && /^[;,=]$/.test(tokens[at + 1]?.text ?? "");
  if (/^\w+\[/.test(name) && declared.some(isVariable))
    return `a member of an element of a packed array (${name})`;
  return `the hierarchical reference ${name}`;
}
