import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { floors, importsBelow, specifiers, violations } from "./floors.ts";

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
