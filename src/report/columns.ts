import { visible } from "./visible.ts";

/** Rows of cells, a line each, with the cells of a column below each other. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const lines = rows.map((cells) => cells.map(oneLine));
  const widths: number[] = [];
  for (const cells of lines)
    for (const [column, { length }] of cells.entries())
      widths[column] = Math.max(widths[column] ?? 0, length);
  return lines.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join("  ")
      .trimEnd(),
  );
}

/** Text of others in a line of ours. */
export function oneLine(text: string): string {
  return visible(text).replaceAll("\n", "\\n");
}
