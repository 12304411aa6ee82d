import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { exitCodes } from "../../src/cli/exit-codes.ts";
import { protocolRules } from "../../src/spec/protocol-rules.ts";
import { DmaSystem } from "../../src/wdm/dma-system.ts";
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

  /** Without C, whose names are those of wdm.h. */
  const prose = page.replace(/```c\n[\s\S]*?```/g, "");
  const isIn = (text: string) => (name: string) => new RegExp(`\\b${name}\\b`).test(text);

  test("names nothing of the interface that a bench cannot import", () => {
    const isExported = isIn(read("src/index.ts"));
    // What the page says is called otherwise here, or is not there, and findings.
    const others = [
      ...["DMA_ADAPTER", "DMA_OPERATIONS", "STATUS_INVALID_PARAMETERS", "STATUS_PENDING"],
      ...["AllocateCommonBufferWithBounds", "CreateCommonBufferFromMdl"],
      ...Object.keys(findingCodes),
    ];
    const inCode = [...prose.matchAll(/`([A-Z]\w*)(?:\([^`]*\))?`/g)].map(([, name]) => name as string);
    const named = prose.match(/\b(?:STATUS|DMA|MDL|DEVICE_DESCRIPTION)_[A-Z0-9_]*[A-Z0-9]\b/g) ?? [];
    const missing = [...new Set([...inCode, ...named])].filter(
      (name) => !isExported(name) && !others.includes(name) && !name.startsWith("E_"),
    );
    expect(missing).toEqual([]);
  });

  test("names no routine, member or parameter that is not there", () => {
    const words = ["bigint", "finally", "hilt"];
    const sources = [
      "src/wdm/dma-adapter.ts",
      "src/wdm/dma-system.ts",
      "src/wdm/injections.ts",
      "src/wdm/allocation.ts",
    ];
    const more = [
      "src/wdm/errors.ts",
      "src/wdm/mapped-transfer.ts",
      "src/memory/platform-profile.ts",
      "src/links/simulator/settings.ts",
    ];
    const isThere = isIn([...sources, ...more, "src/index.ts"].map(read).join("\n"));
    const named = [...prose.matchAll(/`([a-z]\w*)(?:\([^`]*\))?`/g)].map(([, name]) => name as string);
    expect([...new Set(named)].filter((name) => !isThere(name) && !words.includes(name))).toEqual([]);
    const members = [...prose.matchAll(/\bsystem\.(\w+)/g)].map(([, name]) => name as string);
    expect(members.filter((name) => !(name in DmaSystem.prototype))).toEqual([]);
    expect(members).not.toEqual([]);
  });

  test("has every finding, its rule and a remedy", () => {
    const wanted = Object.entries(findingCodes).map(([name, { code, rule }]) => [code, name, rule]);
    const listed = rows(page, /^(0x[0-9A-F]{2}|X\d+)$/);
    expect(listed.map((cells) => cells.slice(0, 3))).toEqual(wanted);
    expect(listed.filter(({ length, 3: remedy }) => length !== 4 || remedy === "")).toEqual([]);
  });

  test("shows the transfer of the example", () => {
    const [, shown = "none"] = /```ts\n(expect\(operations[\s\S]*?)```/.exec(page) ?? [];
    expect(read("examples/operations-table.hil.ts").replace(/^ {4}/gm, "")).toContain(shown);
  });
});

test("docs/journal.md has every rule by its number", () => {
  const listed = rows(read("docs/journal.md"), /^\d+$/).filter(([, name]) => name?.startsWith("`") === true);
  expect(listed).toEqual(protocolRules.map(({ name }, index) => [String(index), `\`${name}\``]));
});

describe("docs/troubleshooting.md", () => {
  const page = read("docs/troubleshooting.md");
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => read(`src/${name}`))
    .join("\n");
  /** Sections by code. */
  const entries = new Map(
    page
      .split(/^### /m)
      .slice(1)
      .map((section) => [section.split("\n")[0], section]),
  );

  test("has an entry for every code of an error, and no other", () => {
    const codes = new Set(
      [
        ...sources.matchAll(/"(E_[A-Z_]+)"/g),
        ...read("src/cli/hints.ts").matchAll(/^ {2}(E_[A-Z_]+):/gm),
      ].map(([, code]) => code),
    );
    expect(codes.size).toBeGreaterThan(25);
    expect([...entries.keys()].sort()).toEqual([...codes].sort());
  });

  test("says the exit code of every error class", () => {
    const classes = [...sources.matchAll(/code = "(E_[A-Z_]+)";\n\s+readonly blame: Blame = "(\w+)"/g)];
    expect(classes.length).toBeGreaterThan(20);
    const wrong = classes.filter(([, code, blame]) => {
      const exit = exitCodes[blame as keyof typeof exitCodes];
      return entries.get(code as string)?.includes(`\nExit ${exit}. `) !== true;
    });
    expect(wrong.map(([, code]) => code)).toEqual([]);
  });

  test("shows a message with its code in every entry", () => {
    const bare = [...entries].filter(([code, text]) => !new RegExp(`^ {4}.*\\[${code}\\]$`, "m").test(text));
    expect(bare.map(([code]) => code)).toEqual([]);
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

  test("README.md is short and names only options that there are", () => {
    const page = read("README.md");
    expect(page.trimEnd().split("\n").length).toBeLessThanOrEqual(150);
    const reference = read("docs/cli.md");
    const options = new Set([...page.matchAll(/--[a-z][a-z-]+/g)].map(([option]) => option));
    expect([...options].filter((option) => !reference.includes(`\`${option}\``))).toEqual([]);
    const left = [...reference.matchAll(/^\| `(--[a-z-]+)`/gm)].map(([, option]) => option as string);
    expect(left.filter((option) => !options.has(option))).toEqual([]);
  });

  test("README.md links to every page of docs", () => {
    const page = read("README.md");
    const links = pages.filter((path) => path.startsWith("docs/") && !path.startsWith("docs/decisions/"));
    expect([...links, "docs/decisions"].filter((path) => !page.includes(`](${path})`))).toEqual([]);
  });
});
