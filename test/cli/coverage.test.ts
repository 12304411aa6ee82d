import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newVerilator } from "../new-verilator.ts";
import { ProjectCopy } from "../system/project-copy.ts";

const project = new ProjectCopy();
afterAll(() => project[Symbol.dispose]());

beforeAll(() => {
  const simulator = '{ link: "simulator", engine: ';
  project.write(
    "hilt.config.js",
    `export default { targets: {
  wasm: ${simulator}"wasm" },
  verilator: ${simulator}"verilator" },
  newest: ${simulator}"verilator", verilator: ${JSON.stringify(newVerilator())} },
} };\n`,
  );
  const imports = 'import { expect, test } from "hilt";\n';
  project.write("idle.hil.ts", `${imports}test("nothing", () => {});\n`);
  project.write(
    "failing.hil.ts",
    `${imports}test("fails", async ({ host, device }) => {
  await device.hostToCard(host.allocate({ lengthBytes: 64 }));
  expect(1).toBe(2);
});\n`,
  );
  project.write(
    "lost.hil.ts",
    `${imports}test("ends its process", () => process.kill(process.pid, "SIGKILL"));\n`,
  );
  project.replace(
    "rtl/dma/dma.v",
    "\nendmodule",
    `
    interrupt_seen: cover property (@(posedge clk) irq);
    never_seen: cover property (@(posedge clk) irq && rst && !clk);
endmodule`,
  );
});

type Counts = { readonly hit: number; readonly total: number };

function coverageOf(target: string, ...files: string[]) {
  const { status, stdout, stderr } = project.hilt(
    "run",
    ...files,
    "--target",
    target,
    "--coverage",
    "--json",
  );
  const { coverage } = JSON.parse(stdout) as {
    coverage: {
      simulations: number;
      totals: Record<"line" | "branch" | "toggle" | "user", Counts>;
      info: string;
      html: string;
    };
  };
  return { ...coverage, status, report: stderr, text: readFileSync(coverage.info, "utf8") };
}

/** Lines of a source file with their counts, from lcov's format. */
function linesOf(info: string, file: string): Map<number, number> {
  const record = info.split("end_of_record\n").find((text) => text.includes(`/${file}\n`)) ?? "";
  return new Map(
    [...record.matchAll(/^DA:(\d+),(\d+)$/gm)].map(([, line, count]) => [Number(line), Number(count)]),
  );
}

describe.each(["verilator", "newest"])("coverage on the target %s", (target) => {
  test("tells a transfer from a device that does nothing", { timeout: 600_000 }, () => {
    const idle = coverageOf(target, "idle.hil.ts");
    expect(idle.status, idle.report).toBe(0);
    expect(idle.totals.user).toEqual({ hit: 0, total: 2 });
    const transfer = coverageOf(target, "examples/first-transfer.hil.ts");
    expect(transfer.status, transfer.report).toBe(0);
    expect(transfer.simulations).toBe(2);
    expect(transfer.totals.user).toEqual({ hit: 1, total: 2 });
    expect(transfer.text).toMatch(/^FNDA:[1-9]\d*,interrupt_seen\b/m);
    for (const kind of ["line", "branch", "toggle"] as const) {
      const [less, more] = [idle.totals[kind], transfer.totals[kind]];
      expect(less.total, kind).toBe(more.total);
      expect(less.hit, kind).toBeGreaterThan(0);
      expect(more.hit, `${kind}: ${less.hit} when idle`).toBeGreaterThan(less.hit * 1.2);
      expect(more.hit, kind).toBeLessThan(more.total);
    }
    expect(transfer.report).toMatch(
      /^coverage: {4}\d+\.\d % of \d+ lines, .* toggles, 50\.0 % of 2 cover statements; counts of 2 tests$/m,
    );
    expect(readFileSync(transfer.html, "utf8")).toContain("hilt");
    const pages = readdirSync(join(transfer.html, ".."), { recursive: true, encoding: "utf8" });
    expect(pages.filter((name) => name.endsWith("dma_h2c.v.gcov.html"))).toHaveLength(1);
    // A state that only a transfer reaches.
    const source = readFileSync(join(project.path, "rtl/dma/dma_h2c.v"), "utf8").split("\n");
    const [before, after] = [idle, transfer].map(({ text }) => linesOf(text, "rtl/dma/dma_h2c.v"));
    const reached = [...(after as Map<number, number>)].filter(
      ([line, count]) => count > 0 && before?.get(line) === 0,
    );
    expect(reached.length, "lines that the transfer reaches").toBeGreaterThan(3);
    expect(Math.max(...reached.map(([line]) => line))).toBeLessThanOrEqual(source.length);
    expect(transfer.text).toContain("/rtl/dma/dma.v\n");
    expect(transfer.text, "the harness").not.toContain("/sim/harness/");
  });
});

test("a test that failed counts, one that took its process with it does not", { timeout: 600_000 }, () => {
  const { status, simulations, report, info } = coverageOf("verilator", "failing.hil.ts", "lost.hil.ts");
  expect(status, report).not.toBe(0);
  expect(simulations).toBe(1);
  expect(report).toContain("; counts of 1 test, but 2 ran\n");
  expect(readdirSync(join(info, "..")).sort()).toEqual(["coverage.info", "html"]);
});

test("the counts are those of Verilator's own tool", { timeout: 600_000 }, async () => {
  const { CoverageCounts } = await import("../../src/engine/coverage-counts.ts");
  const data = (lines: number[]): string =>
    `# SystemC::Coverage-3\n${lines.map((count, index) => `C '\u0001f\u0002/a.v\u0001l\u0002${index + 3}\u0001n\u00025\u0001page\u0002v_line/a\u0001o\u0002block\u0001S\u0002${index + 3}\u0001h\u0002hilt_harness.device' ${count}\n`).join("")}`;
  const files = [data([0, 4, 0]), data([0, 1, 7])].map((text, index) => {
    const file = join(project.path, `${index}.dat`);
    writeFileSync(file, text);
    return file;
  });
  const info = join(project.path, "theirs.info");
  const { status, stderr } = spawnSync("verilator_coverage", ["--write-info", info, ...files], {
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  const counts = new CoverageCounts("hilt_harness.device");
  for (const file of files) counts.add(readFileSync(file, "utf8"));
  // It counts a point's first line twice.
  const isHit = (text: string) => [...linesOf(text, "a.v")].map(([line, count]) => [line, count > 0]);
  expect(isHit(counts.lcov())).toEqual(isHit(readFileSync(info, "utf8")));
  expect([...linesOf(counts.lcov(), "a.v").values()]).toEqual([0, 5, 7]);
});

test("the built-in engine refuses", () => {
  const { status, stderr } = project.hilt("run", "idle.hil.ts", "--target", "wasm", "--coverage");
  expect(status).toBe(2);
  expect(stderr).toContain('only targets with the engine "verilator" do [E_NO_COVERAGE]');
  expect(existsSync(join(project.path, ".hilt/coverage/wasm"))).toBe(false);
});
