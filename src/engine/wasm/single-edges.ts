/** The attribute of always blocks that one edge of one signal triggers. */
export const SINGLE_EDGE = "hilt_edge";

/**
 * Yosys looks for asynchronous resets in each always block, among all cells of the module: with 10,000 blocks that takes
 * minutes. A block of a single edge has none, unless what it does depends on the clock itself, which looks like one.
 */
export function markSingleEdges(text: string): string {
  return text.replace(BLOCKS, (token, always: string | undefined) =>
    always === undefined ? token : `(* ${SINGLE_EDGE} *) ${token}`,
  );
}

const BLOCKS = new RegExp(
  [
    /"(?:\\[\s\S]|[^"\\\n])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|\\\S+/.source,
    /\b(always(?:_ff)?)\s*@\s*\(\s*(?:pos|neg)edge\s+(\w+)\s*\)(?!\s*(?:begin\s*(?::\s*\w+\s*)?)?if\s*\([\s!~(]*\2\b)/
      .source,
  ].join("|"),
  "g",
);
