import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import type { RunResult } from "../../src/report/run-result.ts";
import { standInNames, standInTraits } from "../contract/stand-ins/stand-ins.ts";
import { ProjectCopy } from "./project-copy.ts";

const standIns = fileURLToPath(new URL("../contract/stand-ins", import.meta.url));
const copy = new ProjectCopy();
afterAll(() => copy[Symbol.dispose]());

mkdirSync(join(copy.path, "src/links/stand-in"));
for (const name of readdirSync(standIns)) {
  const text = readFileSync(join(standIns, name), "utf8");
  copy.write(`src/links/stand-in/${name}`, text.replaceAll("../../../src/", "../../"));
}
copy.replace(
  "src/links/registry.ts",
  "} satisfies Readonly<Record<string, Row>>;",
  `  "stand-in": {
    settings: () => import("./stand-in/settings.ts"),
    kind: () => import("./stand-in/stand-in-kind.ts"),
  },
} satisfies Readonly<Record<string, Row>>;`,
);
const targets = Object.fromEntries(
  standInNames.map((as) => [as.replaceAll(" ", "-"), { link: "stand-in", as }]),
);
copy.write(
  "hilt.config.ts",
  `export default { benches: ["examples"], targets: ${JSON.stringify(targets)} };\n`,
);

test.each(standInNames)("%s: every example whose needs it meets passes", (as) => {
  const { status, stdout, stderr } = copy.hilt("run", "--target", as.replaceAll(" ", "-"), "--json");
  const { benches, notChecked } = JSON.parse(stdout) as RunResult;
  expect(benches.filter(({ verdict }) => verdict === "failed")).toEqual([]);
  expect(status, stderr).toBe(0);
  const skipped = benches.filter(({ verdict }) => verdict === "skipped");
  for (const { reason } of skipped) expect(reason).toContain("does not");
  const { observes, busRules } = standInTraits(as);
  const passed = benches.flatMap(({ verdict, facts }) => (verdict === "passed" ? [facts] : []));
  expect(passed.length).toBeGreaterThanOrEqual(4);
  for (const facts of passed)
    expect(facts?.hostMemory?.accesses ?? "nothing", "what is counted of host memory").toBe(observes);
  expect(notChecked.includes("bus rules"), "that bus rules were not checked is in the report").toBe(
    !busRules,
  );
  expect(notChecked.some((what) => what.startsWith("accesses outside every window"))).toBe(
    observes === "nothing",
  );
  const word = {
    bursts: /read in \d+ bursts?,/,
    requests: /read in \d+ requests?,/,
    nothing: /not observed/,
  };
  expect(stderr).toMatch(word[observes]);
});
