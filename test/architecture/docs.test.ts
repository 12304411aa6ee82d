import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { findingCodes } from "../../src/wdm/finding-codes.ts";
import { ANY_LEVEL, AT_DISPATCH, AT_PASSIVE, UP_TO_DISPATCH } from "../../src/wdm/irql.ts";
import { slots } from "../../src/wdm/operations-table.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** Cells of the rows of a page's tables whose first cell looks like `first`. */
function rows(page: string, first: RegExp): string[][] {
  return page
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.slice(2, -2).split(" | "))
    .filter(([cell = ""]) => first.test(cell));
}

describe("docs/wdm.md", () => {
  const page = read("docs/wdm.md");

  test("has the operations table, slot by slot", () => {
    const levels = new Map([
      ...([[AT_PASSIVE, "PASSIVE"]] as const),
      ...([[AT_DISPATCH, "D"]] as const),
      ...([[UP_TO_DISPATCH, "<= D"]] as const),
      ...([[ANY_LEVEL, "any"]] as const),
    ]);
    const wanted = Object.entries(slots).map(([name, { since, irql }]) => [
      ...[`\`${name}\``, String(since), levels.get(irql)],
    ]);
    const listed = rows(page, /^`\w+`$/).filter((cells) => cells[3]?.startsWith("nc-wdm-") === true);
    expect(listed.map((cells) => cells.slice(0, 3))).toEqual(wanted);
  });

  test("tells of every routine what it does", () => {
    const told = page.slice(page.indexOf("### Information"));
    expect(Object.keys(slots).filter((name) => !told.includes(`**\`${name}\`**`))).toEqual([]);
  });

  test("has every finding, its rule and a remedy", () => {
    const wanted = Object.entries(findingCodes).map(([name, { code, rule }]) => [code, name, rule]);
    const listed = rows(page, /^(0x[0-9A-F]{2}|X\d+)$/);
    expect(listed.map((cells) => cells.slice(0, 3))).toEqual(wanted);
    expect(listed.filter(({ length, 3: remedy }) => length !== 4 || remedy === "")).toEqual([]);
  });

  test("shows the transfer of the example", () => {
    const [, shown = "none"] = /```ts\n(expect\(operations[\s\S]*?)```/.exec(page) ?? [];
    expect(read("examples/operations-table.hil.ts").replace(/^ {2}/gm, "")).toContain(shown);
  });
});

describe("every page", () => {
  const pages = [
    "README.md",
    ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => `docs/${name}`),
  ];

  test.each(pages)("%s has links to what is there", (path) => {
    const links = [...read(path).matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link]) => link as string);
    const broken = links.filter(
      (link) => !link.includes("://") && !existsSync(join(root, dirname(path), link)),
    );
    expect(broken).toEqual([]);
  });
});
