/** What stands in a source from `index` on for `length` units, and what is to stand there. */
export interface TextEdit {
  readonly index: number;
  readonly length: number;
  readonly text: string;
}

/** Of edits at one place those that only add come first, in their order. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = "";
  let done = 0;
  for (const { index, length, text: replacement } of [...edits].sort(inOrder)) {
    result += text.slice(done, index) + replacement;
    done = index + length;
  }
  return result + text.slice(done);
}

function inOrder(a: TextEdit, b: TextEdit): number {
  return a.index - b.index || Math.sign(a.length) - Math.sign(b.length);
}
