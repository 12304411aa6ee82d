import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { logicalAddress, physicalAddress } from "../../src/core/address.ts";
import { silentLog } from "../../src/core/log.ts";
import { openModel } from "../../src/links/simulator/open-simulator.ts";
import type { SimulatorLink } from "../../src/links/simulator/simulator-link.ts";
import { buildModel, type SimulationSettings } from "../../src/links/simulator/simulator-model.ts";
import { ContractContext, pattern } from "../contract/suite/contract-context.ts";
import type { EngineName } from "../engines.ts";
import { moverBinding, moverVerilog } from "./foreign/mover.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-signals ü-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const engines = ["wasm", "verilator"] as const;
type Values = Readonly<Record<string, bigint>>;

/** Registers without a value start from 0: what chance gives them differs between the engines. */
async function open(
  settings: Omit<SimulationSettings, "engine">,
  engine: EngineName,
  cacheDirectory: string,
): Promise<SimulatorLink> {
  const whole = { ...settings, engine };
  const model = await buildModel(whole, { cacheDirectory, log: silentLog });
  const zeros = ({ seed: _seed, ...how }: Parameters<typeof model.open>[0] & object) => model.open(how);
  return await openModel(engine, whole, model, { seed: 1n, log: silentLog, open: zeros });
}

function valuesOf({ signals }: SimulatorLink): Values {
  return Object.fromEntries(signals!.names.map((name) => [name, signals!.read(name)]));
}

async function cyclesOf(link: SimulatorLink, count: number): Promise<Values[]> {
  const values: Values[] = [];
  for (let cycle = 0; cycle < count; cycle++) {
    values.push(valuesOf(link));
    await link.idle(1);
  }
  return values;
}

/** Without clocks, which only one engine keeps: between two edges they are worth 0. */
function withoutClocks(cycles: readonly Values[]): Values[] {
  return cycles.map((values) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => !/\.a?clk$/.test(name))),
  );
}

test("our device has the same signals with the same values in each cycle of a transfer, on both engines", async () => {
  const runs = await Promise.all(
    engines.map(async (engine) => {
      await using link = await open({ signals: ["device.**"] }, engine, ".hilt/cache");
      const context = await ContractContext.open({ open: async () => link });
      const { bytes, logical } = context.place(0, 256);
      bytes.set(pattern(256, 1));
      context.place(0, 256).open("read");
      context.start("h2c", logical, 256);
      const cycles = await cyclesOf(link, 100);
      // What is posted and not done yet counts before the next edge, too.
      link.writeRegister(0x18, 0x8765_4321);
      cycles.push(valuesOf(link));
      return withoutClocks([...cycles, ...(await cyclesOf(link, 20))]);
    }),
  );
  const [wasm = [], verilator] = runs;
  expect(Object.keys(wasm[0] ?? {}).length).toBeGreaterThan(900);
  expect(verilator).toEqual(wasm);
  const states = wasm.map((values) => values["device.h2c_channel.busy"]);
  expect(states.filter((state, index) => state !== states[index - 1])).toEqual([0n, 1n, 0n]);
});

const odd = `
    wire [129:0] wide = {2'b10, from, to, word, from};
    reg [31:2] high;
    reg [0:7] ascending;
    reg signed [7:0] \\odd.name ;
    reg [6:0] history [2:7];
    wire two__underscores = from[3];
\`ifdef VERILATOR
    real ratio;
    string wording;
    always @(posedge aclk) begin
        ratio <= from[0] ? 0.5 : 0.25;
        wording <= from[0] ? "odd" : "even";
    end
\`endif
    wire dead = word[0] ^ word[1];
    integer lane;
    reg [3:0] lanes;
    always @(posedge aclk) begin
        for (lane = 0; lane < 4; lane = lane + 1) lanes[lane] <= from[8 * lane];
        high <= from[31:2];
        ascending <= from[7:0];
        \\odd.name <= -from[7:0];
        history[{29'd0, from[3], 2'd3}] <= from[6:0];
    end
    genvar g;
    generate for (g = 0; g < 2; g = g + 1) begin : part
        reg [3:0] nibble;
        always @(posedge aclk) nibble <= from[4 * g +: 4];
    end endgenerate
    wire unused`;

describe("a device that is not ours", () => {
  const file = join(folder, "its own, ü.v");
  writeFileSync(file, moverVerilog.replace("\n    wire unused", odd));
  const device = { binding: moverBinding, files: [file], includeDirectories: [] };

  /** Each way to name a signal. */
  const patterns = [
    ...["device.from", "device.high", "device.asc*", "device.odd.name", "device.l**s", "device.dead"],
    "device.two__underscores",
    ...["device.part[*].nibble", "device.w*", "device.r*", "*.history[3]", "**.history[7]"],
  ];

  test("shows signals of every kind, with the same values on both engines", async () => {
    const runs = await Promise.all(
      engines.map(async (engine) => {
        await using link = await open({ device, signals: patterns }, engine, folder);
        const physical = physicalAddress(0x1000_0000n);
        const window = { logical: logicalAddress(physical), physical, lengthBytes: 64 };
        link.windows.open({ ...window, access: "read-write", use: "mapped" });
        link.memory.view(physical, 64).set(pattern(64, 2));
        link.writeRegister(0, 0x1000_0008);
        link.writeRegister(4, 0x1000_0010);
        link.writeRegister(8, 1);
        const cycles = await cyclesOf(link, 60);
        link.writeRegister(0, 0x9234_56f8);
        expect(await link.readRegister(0)).toBe(0x9234_56f8);
        return withoutClocks([...cycles, valuesOf(link)]);
      }),
    );
    const [wasm = [], verilator] = runs;
    const last = wasm.at(-1) ?? {};
    expect(last).toMatchObject({
      "device.from": 0x9234_56f8n,
      "device.high": 0x9234_56f8n >> 2n,
      "device.ascending": 0xf8n,
      "device.odd.name": 0x08n,
      "device.lanes": 0b0000n,
      "device.part[1].nibble": 0xfn,
      "device.wide":
        (2n << 128n) |
        (0x9234_56f8n << 96n) |
        (0x1000_0010n << 64n) |
        ((last["device.word"] ?? 0n) << 32n) |
        0x9234_56f8n,
      "device.two__underscores": 1n,
      "device.history[7]": 0x78n,
      "device.history[3]": 0n,
    });
    expect(verilator).toEqual(wasm);
    expect(Object.keys(last).sort()).toEqual(
      [
        ...["ascending", "dead", "from", "high", "history[3]", "history[7]", "lanes", "odd.name"],
        ...["part[0].nibble", "part[1].nibble", "read", "two__underscores", "wide", "word", "write"],
      ].map((name) => `device.${name}`),
    );
  });

  test.each(engines)("a pattern that nothing matches is an error on %s", async (engine) => {
    const settings = { engine, device, signals: patterns };
    const model = await buildModel(settings, { cacheDirectory: folder, log: silentLog });
    const others = { ...settings, signals: [...patterns, "device.nothing*"] };
    await expect(openModel("odd", others, model, { seed: 1n, log: silentLog })).rejects.toMatchObject({
      code: "E_NO_SIGNAL",
      message: "the design has no signal device.nothing*",
    });
  });
});
