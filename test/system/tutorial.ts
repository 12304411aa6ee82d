/** What a page makes its reader do. */
export type Step =
  | {
      readonly kind: "command";
      readonly command: string;
      readonly output: readonly string[];
      readonly line: number;
    }
  | { readonly kind: "file"; readonly path: string; readonly text: string; readonly isThere: boolean };

const FENCE = /^```(\S*) ?(.*)$/;

/**
 * The steps of a page in Markdown. In a block `console` a line that begins with `$ ` is a command, and what follows is what
 * it prints. A block with a path behind its language is a file: it is written, or, with the word `there` behind the path,
 * must be there already. Other blocks are for the reader alone.
 */
export function stepsOf(page: string): Step[] {
  const lines = page.split("\n");
  const steps: Step[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, language, path] = FENCE.exec(lines[at] as string) ?? [];
    if (language === undefined) continue;
    const start = at + 1;
    const end = lines.indexOf("```", start);
    if (end < 0) throw new Error(`line ${start}: a block without an end`);
    if (language === "console") steps.push(...commandsOf(lines.slice(start, end), start + 1));
    else if (path !== undefined && path !== "") {
      const [name = "", word] = path.split(" ");
      const text = `${lines.slice(start, end).join("\n")}\n`;
      steps.push({ kind: "file", path: name, text, isThere: word === "there" });
    }
    at = end;
  }
  return steps;
}

function commandsOf(lines: readonly string[], first: number): Step[] {
  const steps: { kind: "command"; command: string; output: string[]; line: number }[] = [];
  for (const [index, line] of lines.entries()) {
    const line_ = first + index;
    if (line.startsWith("$ "))
      steps.push({ kind: "command", command: line.slice(2), output: [], line: line_ });
    else if (steps.length === 0) throw new Error(`line ${line_}: output without a command`);
    else steps.at(-1)?.output.push(line);
  }
  return steps;
}

/** Bench files that run side by side end in any order: neighbouring lines of tests that passed, in order. */
export function inOrder(lines: readonly string[]): string[] {
  const ordered: string[] = [];
  let passed: string[] = [];
  for (const line of [...lines, undefined]) {
    if (line?.startsWith("passed ")) {
      passed.push(line);
      continue;
    }
    ordered.push(...passed.sort());
    passed = [];
    if (line !== undefined) ordered.push(line);
  }
  return ordered;
}

/** Numbers that depend on the machine or on details of the RTL. */
const FREE_NUMBER =
  /\d[\d,.]*(?= (?:s|cycles|bursts|bytes read|bytes written)\b)|(?<=\bcycles? +)\d+(?: to \d+)?/g;

/** A pattern for what a page shows as output: `...` is anything, as a whole line any lines. */
export function patternOf(output: readonly string[]): RegExp {
  const parts = output.map((line) => {
    if (line === "...") return "(?:.*\\n)*?";
    const pieces = line.split("...").map((piece) => {
      const free = [...piece.matchAll(FREE_NUMBER)].map(([number]) =>
        number.includes(" to ") ? "\\d+ to \\d+" : "[\\d,.]+",
      );
      return piece
        .split(FREE_NUMBER)
        .map(literal)
        .reduce((text, rest, index) => `${text}${free[index - 1]}${rest}`);
    });
    return `${pieces.join(".*")}\\n`;
  });
  return new RegExp(`^${parts.join("")}$`);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
