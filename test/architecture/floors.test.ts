import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { links } from "../../src/links/registry.ts";
import { floors, importsBelow, namedLinks, specifiers, violations } from "./floors.ts";

const source = fileURLToPath(new URL("../../src", import.meta.url));

test("every room stands in the table", () => {
  const rooms = readdirSync(source);
  expect(rooms.length).toBeGreaterThan(5);
  expect(rooms.filter((room) => !(room in floors))).toEqual([]);
});

test("no room imports what stands above or beside it", () => {
  const { modules, imports } = importsBelow(source);
  expect(modules, "modules seen").toBeGreaterThan(20);
  expect(imports.length, "imports seen").toBeGreaterThan(modules);
  expect(violations(source, imports)).toEqual([]);
});

test("session and cli name no link, no engine and no toolchain", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const texts = new Map(files.map((file) => [file, readFileSync(join(source, file), "utf8")]));
  expect(namedLinks(Object.keys(links), texts)).toEqual([]);
  const planted = new Map([
    ["session/a.ts", "const x = 1;\nif (target.link === 'simulator') {}"],
    ["cli/commands/b.ts", "// as Verilator has it"],
    ["links/simulator/c.ts", "verilator"],
  ]);
  expect(namedLinks(["simulator"], planted)).toHaveLength(2);
});

test("a room above the links may import their registry, and none of them", () => {
  const imports = [
    { file: "session/a.ts", specifier: "../links/registry.ts" },
    { file: "session/a.ts", specifier: "../links/simulator/open-simulator.ts" },
    { file: "cli/main.ts", specifier: "../links/registry.ts" },
  ];
  expect(violations(source, imports)).toHaveLength(2);
});

test("the check sees imports in every form and finds a planted violation", () => {
  expect(
    specifiers(
      'import a from "./a.ts";\nimport type { B } from "../b.ts";\nexport { c } from "c";\nimport "d";\nawait import("e");\nimport {\n  f,\n} from "f";',
    ),
  ).toEqual(["./a.ts", "../b.ts", "c", "d", "e", "f"]);
  expect(
    violations(source, [
      { file: "wdm/adapter.ts", specifier: "../links/registry.ts" },
      { file: "wdm/adapter.ts", specifier: "winston" },
      { file: "driver/device.ts", specifier: "../wdm/adapter.ts" },
    ]),
  ).toHaveLength(2);
});
