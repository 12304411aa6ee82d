import { refusedTask } from "./system-tasks.ts";

/**
 * Constructs that Yosys reads and drops without a word, or stumbles over without naming them, marked so that they are
 * refused by name: keywords by a macro that is not defined; values by a name that nothing drives; a task, or a block that
 * waits for time to pass, by a `$display` of its own, so that only those in the design count. Strings, comments and
 * lines stay as they are.
 */
export function markRefused(text: string, isSystemVerilog: boolean): string {
  const tokens = [...text.matchAll(TOKEN)].filter(([token]) => !/^(\/[/*]|["`\\])/.test(token));
  let marked = "";
  let done = 0;
  for (const [index, { index: at }] of tokens.entries()) {
    const mark = markOf(tokens, index, isSystemVerilog);
    if (mark === undefined) continue;
    marked += text.slice(done, at) + mark.text;
    done = at + mark.length;
  }
  return marked + text.slice(done);
}

/** What takes the place of `length` characters from a token on. */
interface Mark {
  readonly text: string;
  readonly length: number;
}

function markOf(
  tokens: readonly RegExpExecArray[],
  index: number,
  isSystemVerilog: boolean,
): Mark | undefined {
  const { 0: token, index: at } = tokens[index] as RegExpExecArray;
  const before = tokens[index - 1]?.[0];
  if (STRENGTH.test(token) && /^[(,]$/.test(before ?? ""))
    return { text: `${REFUSED_MACRO}the_drive_strength_${token}`, length: token.length };
  if (isRefused(token, before, isSystemVerilog))
    return { text: `${REFUSED_MACRO}${token}`, length: token.length };
  // `$time` is an argument of `$display` first of all.
  if (VALUE.test(token) && !(before === "," && /\$\w*time/.test(token)))
    return { text: `\\${REFUSED_SIGNAL}${token} `, length: token.length };
  if (TASK.test(token)) {
    const next = tokens[index + 1];
    if (next?.[0] !== "(") return { text: `${refusedTask(token)})`, length: token.length };
    return { text: `${refusedTask(token)}, `, length: next.index + 1 - at };
  }
  if ((token !== "initial" && token !== "always") || !waits(tokens, index)) return undefined;
  return { text: `initial ${refusedTask(`a delay in ${blocks[token]}`)}); `, length: 0 };
}

/** They print what is only known when the time step ends. */
const TASK = /^\$(strobe|monitor)[boh]?$/;

const VALUE = /^\$(random|urandom|time|stime|realtime)$/;

const STRENGTH = /^(supply|strong|pull|weak|highz)[01]$/;

const KEYWORDS = new Set(
  "force release deassign wait fork event disable primitive tri0 tri1 trireg pullup pulldown cmos rcmos nmos pmos rnmos rpmos tran rtran tranif0 tranif1 rtranif0 rtranif1 real realtime time config".split(
    " ",
  ),
);
/** Of SystemVerilog only: names of other things elsewhere. */
const SYSTEM_VERILOG_KEYWORDS = new Set("bind final program covergroup clocking class".split(" "));

function isRefused(token: string, before: string | undefined, isSystemVerilog: boolean): boolean {
  // A constant may be real, and a member or a port may have any name.
  if (before === "." || (/^real/.test(token) && /^(local)?param/.test(before ?? ""))) return false;
  return KEYWORDS.has(token) || (isSystemVerilog && SYSTEM_VERILOG_KEYWORDS.has(token));
}

/** A macro that is not defined, whose name goes on with the word that is refused, or several. */
export const REFUSED_MACRO = "`hilt_refused_";
const REFUSED_SIGNAL = "hilt-refused:";

/** A function that is not there, in a loop that is refused by these words, where it is part of the design. */
export function refusedLoop(words: string): string {
  return `\\hilt-refused-loop:${words.replaceAll(" ", "-")} (0)`;
}

/** The word, from what Yosys says of it or from the name of a signal. */
export function refusedWord(text: string): string | undefined {
  const [, phrase] = /hilt-refused-loop:([\w-]+)/.exec(text) ?? [];
  if (phrase !== undefined) return phrase.replaceAll("-", " ");
  const match = /`hilt_refused_(\w+)|hilt-refused:(\$[\w$]+)|Can't resolve \w+ name `\\(\$[\w$]+)'/.exec(
    text,
  );
  return match
    ?.slice(1)
    .find((word) => word !== undefined)
    ?.replaceAll("_", " ");
}

const blocks = { initial: "an initial block", always: "an always block without an event" };

const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|`\w+|\\\S+|\$?[A-Za-z_][\w$]*|#\s*0+\b(?!')|<=|==+|[^\s\w]/g;
const OPENING = new Set(["begin", "fork", "case", "casex", "casez", "("]);
const CLOSING = new Set(["end", "join", "join_any", "join_none", "endcase", ")"]);

/** Whether a block waits for time to pass. An event makes the delay after it one of what it triggers. */
function waits(tokens: readonly RegExpExecArray[], block: number): boolean {
  const words = tokens.slice(block + 1, statementEnd(tokens, block + 1)).map(([token]) => token);
  // A delay inside an assignment changes nothing between two edges.
  return words[0] !== "@" && words.some((word, at) => word === "#" && !/^<?=$/.test(words[at - 1] ?? ""));
}

/** A statement ends where nothing is open any more, unless an `else` follows. */
function statementEnd(tokens: readonly RegExpExecArray[], start: number): number {
  let depth = 0;
  for (let at = start; at < tokens.length; at++) {
    const token = tokens[at]?.[0] as string;
    if (OPENING.has(token)) depth++;
    if (CLOSING.has(token)) depth--;
    const isEnd = depth <= 0 && (token === ";" || (CLOSING.has(token) && token !== ")"));
    if (token === "endmodule" || (isEnd && tokens[at + 1]?.[0] !== "else")) return at;
  }
  return tokens.length;
}
