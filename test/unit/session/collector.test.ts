import { expect, test } from "vitest";
import type { TestCase, TestModule } from "vitest/node";
import type { RunListener } from "../../../src/report/run-result.ts";
import { Collector } from "../../../src/session/collector.ts";

/** What Vitest has of a test in a group that is left out. */
function leftOut(): { module: TestModule; test: TestCase } {
  const file = { type: "module", moduleId: "/project/a.hil.ts", errors: () => [] };
  const group = {
    type: "suite",
    options: { mode: "skip" },
    parent: file,
    meta: () => ({ lack: "needs wall" }),
    errors: () => [],
  };
  const left = {
    ...{ type: "test", id: "1_0_0", fullName: "group > two", module: file, parent: group },
    ...{ options: { mode: "skip" }, meta: () => ({}), result: () => ({ state: "skipped" }) },
  };
  const children = { size: 1, allSuites: () => [group], allTests: () => [left] };
  return { module: { ...file, children } as unknown as TestModule, test: left as unknown as TestCase };
}

test.each(["before", "after"])(
  "a test that is left out is counted once, its result reported %s the end of its file",
  (when) => {
    const ended: string[] = [];
    const none = () => {};
    const listener: RunListener = {
      ...{
        modelBuilt: none,
        recordingStarted: none,
        benchStarted: none,
        benchAmended: none,
        benchRecorded: none,
        warn: none,
      },
      benchEnded: ({ name }) => ended.push(name),
    };
    const collector = new Collector({
      ...{
        root: "/project",
        seed: "0x1",
        limitMs: 1000,
        isSelected: () => true,
        workersDirectory: "/project",
      },
      listener,
    });
    const { module, test: left } = leftOut();
    if (when === "before") collector.onTestCaseResult(left);
    collector.onTestModuleEnd(module);
    if (when === "after") collector.onTestCaseResult(left);
    expect(ended).toEqual(["group > two"]);
    expect(collector.benches).toMatchObject([{ file: "a.hil.ts", verdict: "skipped", reason: "needs wall" }]);
  },
);
