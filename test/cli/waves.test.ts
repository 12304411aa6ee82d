import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Recording, RunResult } from "../../src/report/run-result.ts";
import { moverBinding, moverVerilog } from "../system/foreign/mover.ts";
import { UserProject } from "./user-project.ts";
import { VcdReader } from "./vcd-reader.ts";

/** Where cycle n of a report lies in a file of waves, as docs/waves.md says. */
const timeOf = (cycle: number): number => 10 * (cycle + 4);

const benches = `import { existsSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "hilt";

test("passes", async ({ host, device, rng }) => {
  const source = host.allocate({ lengthBytes: 1000 });
  source.write(rng.bytes(1000));
  await device.hostToCard(source, { cardAddress: 64 });
});

describe("group (a > b)", () => {
  test("holds other bytes", async ({ host, device, link, rng }) => {
    const source = host.allocate({ lengthBytes: 1000 });
    const target = host.allocate({ lengthBytes: 1000 });
    source.write(rng.bytes(1000));
    await link.idle(5000);
    await device.hostToCard(source, { cardAddress: 64 });
    await device.cardToHost(target, { cardAddress: 65 });
    expect(target).toHoldBytes(source.read());
  });
});

test("reads what is nobody's", async ({ link }) => {
  await link.idle(3000);
  const writes = [[0x140, 0], [0x1c, 1], [0x108, 0x12345000], [0x10c, 0x77], [0x110, 0], [0x114, 64], [0x100, 1]];
  for (const [address, value] of writes) link.writeRegister(address, value);
  await link.idle(9000);
});

test("waits in vain", async ({ link }) => {
  await link.idle(100);
  link.writeRegister(0x18, 7);
  await link.idle(20_000);
  expect(1).toBe(2);
});

test("fails only once", async ({ link }) => {
  await link.idle(50);
  const isFirst = !existsSync("failed-once");
  writeFileSync("failed-once", "");
  expect(isFirst).toBe(false);
});

test("fails elsewhere", async ({ link }) => {
  await link.idle(existsSync("failed-elsewhere") ? 70 : 60);
  writeFileSync("failed-elsewhere", "");
  expect(1).toBe(2);
});

test("is one too many", () => {
  expect(1).toBe(2);
});
`;

const quiet = `import { writeFileSync } from "node:fs";
import { test } from "hilt";

test("tells what it sees", async ({ host, device, link, rng }) => {
  const events: unknown[] = [];
  link.onEvent((event) => events.push({ ...event, address: String("address" in event ? event.address : "") }));
  const source = host.allocate({ lengthBytes: 1000 });
  source.write(rng.bytes(1000));
  await device.hostToCard(source, { cardAddress: 64 });
  writeFileSync("events.json", JSON.stringify(events));
});
`;

const mover = { ...moverBinding, files: ["mover.v"] };

const config = `export default {
  targets: {
    wasm: { link: "simulator", engine: "wasm" },
    verilator: { link: "simulator", engine: "verilator" },
    "wasm-mover": { link: "simulator", engine: "wasm", device: ${JSON.stringify(mover)} },
    "verilator-mover": { link: "simulator", engine: "verilator", device: ${JSON.stringify(mover)} },
  },
};
`;

const other = `import { expect, test } from "hilt";
test("is read", async ({ link }) => {
  expect(await link.readRegister(8)).toBe(0);
});
`;

let project: UserProject;
beforeAll(() => {
  project = new UserProject(
    {
      "hilt.config.js": config,
      "benches/fails.hil.ts": benches,
      "benches/quiet.hil.ts": quiet,
      "benches/other.hil.ts": other,
      "mover.v": moverVerilog,
    },
    300_000,
  );
});
afterAll(() => project[Symbol.dispose]());

const LIMIT_MS = 400_000;

function run(...args: string[]): { status: number | null; result: RunResult; text: string } {
  const { status, stdout, stderr } = project.hilt("run", ...args, "--json");
  return { status, result: JSON.parse(stdout) as RunResult, text: stderr };
}

function wavesOf(path: string | undefined): VcdReader {
  return new VcdReader(join(project.path, path as string));
}

/** Whatever the files beside the waves name is there, and all times are in the window. */
function expectViewersToShow(path: string, waves: VcdReader, { from, to }: Recording): void {
  const beside = (ending: string): string[] =>
    readFileSync(path.replace(/\w+$/, ending), "utf8").trim().split("\n");
  const isInWindow = (time: number): boolean =>
    time >= timeOf(from as number) && time <= timeOf(to as number);

  const saved = beside("gtkw");
  const names = saved.filter((line) => line.startsWith("hilt_harness."));
  expect(names.length).toBeGreaterThan(50);
  expect(names.filter((name) => !waves.fullNames.includes(name))).toEqual([]);
  const groups = saved.flatMap((line, index) => (saved[index - 1] === "@800200" ? [line.slice(1)] : []));
  expect(groups).toEqual([
    ...["clock and reset", "register port", "interrupt", "AXI read address", "AXI read data"],
    ...["AXI write address", "AXI write data", "AXI write response", "checks of the harness", "device"],
  ]);
  for (const name of ["h2c.aborting", "c2h_channel.state[1:0]"])
    expect(names).toContain(`hilt_harness.device.${name}`);
  const [focus, ...markers] = (saved.find((line) => line.startsWith("*")) as string)
    .split(" ")
    .slice(1)
    .map(Number);
  expect(markers).toHaveLength(26);
  const set = markers.filter((time) => time !== -1);
  expect(set.length).toBeGreaterThan(0);
  expect([focus as number, ...set].filter((time) => !isInWindow(time))).toEqual([]);
  expect(saved.filter((line) => line.startsWith("[markername]"))).toHaveLength(set.length);

  const commands = beside("sucl").filter((line) => !line.startsWith("#"));
  const forms = [/^divider_add \w+$/, /^variable_add \S+$/, /^marker_set [^\s#;]+ \d+$/, /^cursor_set \d+$/];
  expect(commands.filter((line) => !forms.some((form) => form.test(line)))).toEqual([]);
  const argumentsOf = (command: string): string[][] =>
    commands.map((line) => line.split(" ")).flatMap(([first, ...rest]) => (first === command ? [rest] : []));
  const shown = argumentsOf("variable_add").map(([name]) => name as string);
  expect(shown).toEqual(names.map((name) => name.replace(/\[[\d:]+\]$/, "")));
  expect(shown.filter((name) => !waves.names.includes(name))).toEqual([]);
  const places = argumentsOf("marker_set").map(([, time]) => Number(time));
  expect(places.length).toBeGreaterThanOrEqual(set.length);
  expect(places.filter((time) => !isInWindow(time))).toEqual([]);
  expect(argumentsOf("cursor_set")).toEqual([[String(focus)]]);
}

describe.each(["wasm", "verilator"])("on %s", (target) => {
  const quietRun = ["benches/quiet.hil.ts", "--target", target, "--waves", "on"];
  const failing = ["benches/fails.hil.ts", "--target", target, "--waves", "on-failure"];
  const file = (result: RunResult): string | undefined => result.benches[0]?.facts?.waves;

  test("on-failure runs the tests that failed again and records a window round the failure", {
    timeout: LIMIT_MS,
  }, () => {
    for (const mark of ["failed-once", "failed-elsewhere"]) rmSync(join(project.path, mark), { force: true });
    const { status, result, text } = run(...failing);
    expect(status).toBe(1);
    const recordings = Object.fromEntries(result.benches.map((bench) => [bench.name, bench]));
    expect(result.benches).toHaveLength(7);
    expect(recordings["passes"]?.recording).toBeUndefined();
    expect(recordings["passes"]?.facts?.waves).toBeUndefined();
    expect(text).toMatch(
      /waves of 5 tests that failed, run again with the same seed; 1 test more that failed is not recorded/,
    );
    expect(text).toMatch(/device model with waves built/);
    expect(result.unrecorded).toBe(1);
    expect(recordings["is one too many"]?.recording).toBeUndefined();

    const failed = recordings["group (a > b) > holds other bytes"];
    const { cycle } = failed?.facts?.failure ?? { cycle: 0 };
    expect(cycle).toBeGreaterThan(5000);
    expect(failed?.recording).toMatchObject({ from: cycle - 2000, to: cycle + 500 });
    expect(failed?.recording).not.toHaveProperty("problem");
    const waves = wavesOf(failed?.recording?.waves);
    expect(waves.times.find((time) => time > 0 && waves.at("hilt_harness.clk", time) === 1n)).toBe(
      timeOf(cycle - 2000),
    );
    expect(waves.times.at(-1)).toBe(timeOf(failed?.facts?.cycles ?? 0) + 5);
    expect(failed?.facts?.cycles).toBeLessThan(cycle + 500);

    // The failure is that of the fault, long before the test ends.
    const strays = recordings["reads what is nobody's"];
    const at = Number(/in cycle (\d+), outside every window/.exec(strays?.problems[0]?.message ?? "")?.[1]);
    expect(strays?.problems[0]?.code).toBe("E_WINDOW");
    expect(strays?.facts?.failure?.cycle).toBe(at);
    const fault = wavesOf(strays?.recording?.waves);
    expect(fault.at("hilt_harness.read_fault", timeOf(at))).toBe(1n);
    expect(fault.times.at(-1)).toBe(timeOf(at + 500) + 5);

    // Nothing has happened for so long that a window before the failure would be empty.
    const vain = recordings["waits in vain"];
    expect(vain?.facts?.failure?.cycle).toBeGreaterThan(20_000);
    expect(vain?.recording).toMatchObject({ from: 0 });
    expect(vain?.recording?.to).toBeLessThan(1000);
    expect(
      wavesOf(vain?.recording?.waves).at("hilt_harness.s_axil_awaddr", timeOf(vain?.recording?.to ?? 0)),
    ).toBe(0x18n);

    for (const bench of [failed, strays, vain]) {
      const path = bench?.recording?.waves as string;
      expectViewersToShow(join(project.path, path), wavesOf(path), bench?.recording as Recording);
    }
    const saved = readFileSync(
      join(project.path, strays?.recording?.waves as string).replace(/\w+$/, "gtkw"),
      "utf8",
    );
    expect(saved).toMatch(new RegExp(`^\\*-\\S+ ${timeOf(at)} `, "m"));
    expect(saved).toMatch(/^\[markername\] [A-Z]read 64$/m);
    expect(saved).toMatch(/^\[markername\] [A-Z]FAULT( \+\d+)?$/m);

    expect(recordings["fails only once"]?.recording?.problem).toMatch(
      /^not the same: the first run failed with E_ASSERTION in cycle \d+, the recorded one passed$/,
    );
    expect(text).toMatch(/ATTENTION: not the same: /);
    expect(recordings["fails elsewhere"]?.recording?.problem).toMatch(
      /^not the same failure: the first run failed with E_ASSERTION in cycle (\d+), the recorded one failed with E_ASSERTION in cycle (?!\1)\d+$/,
    );
  });

  test("cycle n of a report is at one place in the file", { timeout: LIMIT_MS }, () => {
    const { status, result } = run(...quietRun);
    expect(status).toBe(0);
    const waves = wavesOf(file(result));
    expect(waves.timescale).toMatch(/^1 ?ns$/);
    expect(waves.at("hilt_harness.clk", timeOf(7))).toBe(1n);
    expect(waves.at("hilt_harness.clk", timeOf(7) + 5)).toBe(0n);
    for (const cycle of [1, 77, 300])
      expect(waves.at("hilt_harness.cycle", timeOf(cycle))).toBe(BigInt(cycle));
    type Seen = { kind: string; cycle: number; direction: string; address: string; lengthBytes: number };
    const events = JSON.parse(readFileSync(join(project.path, "events.json"), "utf8")) as Seen[];
    const bursts = events.filter(({ kind }) => kind === "access");
    expect(bursts.length).toBeGreaterThan(2);
    for (const { cycle, direction, address, lengthBytes } of bursts) {
      const channel = direction === "read" ? "hilt_harness.ar" : "hilt_harness.aw";
      const time = timeOf(cycle);
      expect(waves.at(`${channel}valid`, time)).toBe(1n);
      expect(waves.at(`${channel}ready`, time)).toBe(1n);
      expect(waves.at(`${channel}addr`, time)).toBe(BigInt(address));
      expect(waves.at(`${channel}len`, time)).toBe(BigInt(Math.ceil(lengthBytes / 8) - 1));
    }
  });

  test.each([
    [
      "a signal",
      "device.h2c_channel.busy,araddr",
      ["hilt_harness.clk", "hilt_harness.araddr", "hilt_harness.device.h2c_channel.busy"],
      [],
    ],
    [
      "a scope",
      "device.h2c.**",
      ["hilt_harness.clk", "hilt_harness.device.h2c.aborting", "hilt_harness.device.h2c.issuer.valid"],
      ["hilt_harness.araddr"],
    ],
  ])("--signals takes %s", { timeout: LIMIT_MS }, (_name, signals, there, absent) => {
    const { status, result } = run(...quietRun, "--signals", signals);
    expect(status).toBe(0);
    const { names } = wavesOf(file(result));
    for (const name of there) expect(names).toContain(name);
    for (const name of absent) expect(names).not.toContain(name);
    expect(names.filter((name) => name.startsWith("hilt_harness.device.c2h"))).toEqual([]);
  });

  test("--waves-from is a cycle or a signal", { timeout: LIMIT_MS }, () => {
    const first = (waves: VcdReader): number | undefined =>
      waves.times.find((time) => time > 0 && waves.at("hilt_harness.clk", time) === 1n);
    const fromCycle = wavesOf(file(run(...quietRun, "--waves-from", "200").result));
    expect(first(fromCycle)).toBe(timeOf(200));
    const triggered = wavesOf(file(run(...quietRun, "--waves-from", "device.h2c_channel.busy").result));
    const start = first(triggered) as number;
    expect(start).toBeGreaterThan(timeOf(0));
    expect(triggered.at("hilt_harness.device.h2c_channel.busy", start)).toBe(1n);
    const whole = wavesOf(file(run(...quietRun).result));
    const before = whole.times.filter((time) => time < start - 10);
    expect(before.some((time) => whole.at("hilt_harness.device.h2c_channel.busy", time) === 1n)).toBe(false);
    const late = run(...quietRun, "--waves-from", "1000000");
    expect(file(late.result)).toBeUndefined();
    expect(late.result.benches[0]?.facts?.wavesMissing).toContain("before the record began");
  });

  test("a device of one's own is recorded with its bus, and shown", { timeout: LIMIT_MS }, () => {
    const { status, result } = run("benches/other.hil.ts", "--target", `${target}-mover`, "--waves", "on");
    expect(status).toBe(0);
    const path = file(result) as string;
    const saved = readFileSync(join(project.path, path).replace(/\w+$/, "gtkw"), "utf8");
    const names = saved.split("\n").filter((line) => line.startsWith("hilt_harness."));
    expect(names.filter((name) => !wavesOf(path).fullNames.includes(name))).toEqual([]);
    expect(names).toContain("hilt_harness.araddr[63:0]");
    expect(names.filter((name) => name.startsWith("hilt_harness.device.")).length).toBeGreaterThan(3);
  });

  test("--waves-from wins over the window", { timeout: LIMIT_MS }, () => {
    const { result } = run(...failing, "--filter", "waits in vain", "--waves-from", "50");
    const [bench] = result.benches.filter(({ verdict }) => verdict === "failed");
    expect(bench?.recording).toMatchObject({ from: 50 });
    expect(bench?.recording).not.toHaveProperty("problem");
    const waves = wavesOf(bench?.recording?.waves);
    expect(waves.times.at(-1)).toBe(timeOf(bench?.facts?.cycles ?? 0) + 5);
  });

  test("a pattern or trigger that nothing matches is a usage error", { timeout: LIMIT_MS }, () => {
    for (const [option, text] of [
      ["--signals", "device.**,device.nothing"],
      ["--signals", "nothing.**"],
      ["--waves-from", "device.nothing"],
    ] as const) {
      const { status, result } = run(...quietRun, option, text);
      expect(result.benches[0]?.problems[0]).toMatchObject({
        code: "E_NO_SIGNAL",
        message: `the design has no signal ${text.split(",").at(-1)}`,
      });
      expect(status).toBe(2);
    }
    const { status, result } = run(...failing, "--filter", "waits in vain", "--signals", "device.nothing");
    const [bench] = result.benches.filter(({ verdict }) => verdict === "failed");
    expect(bench?.recording?.problem).toContain("the design has no signal device.nothing [E_NO_SIGNAL]");
    expect(status).toBe(1);
  });
});

test.each([
  ["--signals", "device.**", "off"],
  ["--waves-from", "5", "off"],
  ["--waves-window", "5", "on"],
])("%s without what it needs is a usage error", (option, value, mode) => {
  const { status, stderr } = project.hilt("run", "benches", "--waves", mode, option, value);
  expect(stderr).toContain(`${option} needs --waves on`);
  expect(status).toBe(2);
});
