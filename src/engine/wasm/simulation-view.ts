import type { ModelSource } from "../engine.ts";

/**
 * Yosys is a synthesis tool, and sources direct such tools by comments, attributes and macros to do what a simulator
 * does not: it ignores comments and attributes (IEEE 1364-2005, sections 3.3 and 3.8). Strings, escaped names, lines and
 * columns stay as they are.
 */
export function simulationView(text: string, { defines = {} }: Pick<ModelSource, "defines">): string {
  const plain = text.replace(TOKENS, (token, comment: string | undefined, unseen: string | undefined) => {
    // Yosys looks for its words in lower case.
    if (comment !== undefined) return token.replace(/syn(?=opsys|thesis)/g, "SYN");
    return unseen === undefined ? token : token.replace(/[^\n]/g, " ");
  });
  return "YOSYS" in defines ? plain : withoutYosys(plain);
}

const STRING = /"(?:\\[\s\S]|[^"\\\n])*"/.source;
const TOKENS = new RegExp(
  [
    // Not the quotes of a macro's text, `\`" (IEEE 1800-2017, section 22.5.1).
    /(?<!`)\\\S+/.source,
    STRING,
    /(\/\/[^\n]*|\/\*[\s\S]*?\*\/)/.source,
    // Attributes, and what promises that a case is full or its items exclude each other.
    `(\\(\\*(?!\\s*\\))(?:${STRING}|(?!\\*\\))[^"])*\\*\\)|\\b(?:unique0?|priority)(?=\\s+(?:case[xz]?|if)\\b))`,
  ].join("|"),
  "g",
);

/** `read_verilog` defines the macro for each file. */
function withoutYosys(text: string): string {
  return `\`undef YOSYS${/^\w/.test(text) ? " " : ""}${text}`;
}
