import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { silentLog } from "../../core/log.ts";
import type { ModelSource } from "../../engine/engine.ts";
import { BuildError, ToolError } from "../../engine/errors.ts";
import { parseFileList } from "../../engine/file-list.ts";
import { runTool } from "../../engine/run-tool.ts";
import { requestKey, sourceKey } from "../../engine/source-key.ts";
import { readTree } from "../../engine/source-tree.ts";
import { bindPins, hiltDma } from "../device-binding.ts";
import type { DeviceBinding, DeviceSource } from "../device-source.ts";
import { explainPorts } from "../explain-binding.ts";
import type { PrepareOptions } from "../link-kind.ts";
import { isVhdl } from "../refuse-vhdl.ts";
import { boundSource, harnessSource, ROOT } from "../simulator/harness-source.ts";
import { type DevicePorts, devicePorts } from "./device-ports.ts";
import { checkLanguage, languageOf, takesVhdlAlone } from "./languages.ts";
import { PACKAGE, type PythonEnvironment, probePython } from "./python-environment.ts";
import type { CocotbTarget } from "./settings.ts";
import { BUILD_MARK, buildKey, findSimulator, type Simulator } from "./simulators.ts";

const TOP = "hilt_cocotb";
/** Of our own controller where nothing stands round it. */
const OWN_PARAMETERS = { DATA_W: 64, ADDR_W: 64 };
/** Stands for a folder that is not known when the simulation is built. */
const FOLDER_MARK = "@hilt-folder@";
/** The program round a model of the harness made by Verilator. */
const VERILATOR_MAIN = join(PACKAGE, "hilt_verilator.cpp");
const LIMIT_SECONDS = 600;

/** How a simulator is started. Plain data. */
export interface SimulatorStart {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What the models get to know of the design's ports; nothing where it is in the harness. */
  readonly ports?: DevicePorts | undefined;
  /** Stands in the command for a folder of the process's own. */
  readonly folderMark: string;
}

export interface PreparedSimulation {
  readonly start: SimulatorStart;
  readonly fromCache: boolean;
  readonly buildMs: number;
  readonly sources: readonly string[];
}

/** Builds the simulation, or takes it from the cache: what the tools read decides. */
export async function prepareSimulation(
  name: string,
  settings: CocotbTarget,
  { cacheDirectory }: Pick<PrepareOptions, "cacheDirectory">,
): Promise<PreparedSimulation> {
  const begin = performance.now();
  checkLanguage(name, settings);
  const ports = devicePorts(name, settings);
  const python = await probePython(settings.python);
  const simulator = findSimulator(settings, python);
  const source = sourceOf(settings, cacheDirectory);
  const key = sourceKey(
    requestKey(source, [...toolsOf(python, simulator), JSON.stringify(ports ?? null)]),
    readTree(source, { withData: true }),
  );
  const folder = resolve(cacheDirectory, "cocotb", key);
  const fromCache = existsSync(join(folder, "start.json"));
  if (!fromCache) await checkPorts(settings, cacheDirectory);
  if (!fromCache) await build(source, settings, { python, simulator, folder, ports });
  const text = readFileSync(join(folder, "start.json"), "utf8").replaceAll(BUILD_MARK, inJson(folder));
  return {
    start: {
      ...(JSON.parse(text) as Omit<SimulatorStart, "folderMark" | "ports">),
      folderMark: FOLDER_MARK,
      ports,
    },
    fromCache,
    buildMs: performance.now() - begin,
    sources: [...source.files, ...(source.includeDirectories ?? [])],
  };
}

/**
 * Throws `BindingError` for a table that does not fit the device's ports: simulators cut and pad what is connected, with a
 * warning at most. Of VHDL, and of Verilog that Yosys does not read, nothing is known before.
 */
async function checkPorts(
  { device, harness: settings }: CocotbTarget,
  cacheDirectory: string,
): Promise<void> {
  if (device === undefined || device.files.some(isVhdl)) return;
  const { WasmEngine } = await import("../../engine/wasm-engine.ts");
  const engine = new WasmEngine({ cacheDirectory, log: silentLog });
  const source = boundSource(device, join(resolve(cacheDirectory), "devices"), settings);
  const error = await explainPorts(device, source, engine);
  if (error !== undefined) throw error;
}

function sourceOf({ host, device, harness: settings }: CocotbTarget, cacheDirectory: string): ModelSource {
  if (host === "cocotbext-axi") return bareSource(device);
  const harness =
    device === undefined
      ? harnessSource(undefined, settings)
      : boundSource(device, join(resolve(cacheDirectory), "devices"), settings);
  return {
    ...harness,
    ...{ top: TOP, files: [...harness.files, join(PACKAGE, "hilt_cocotb.v")] },
    includeDirectories: [...(harness.includeDirectories ?? []), PACKAGE],
  };
}

/** As it stands within a string of JSON. */
function inJson(path: string): string {
  return JSON.stringify(path).slice(1, -1);
}

/** The device alone. */
function bareSource(device: DeviceSource | undefined): ModelSource {
  if (device === undefined) {
    const { files, includeDirectories } = parseFileList(join(ROOT, "rtl/dma/dma.f"), ROOT);
    return { top: hiltDma.top, files, includeDirectories, parameters: OWN_PARAMETERS, clock: hiltDma.clock };
  }
  const { files, includeDirectories = [], binding } = device;
  const { top, clock, parameters = {}, defines = {} } = binding;
  return {
    ...{ top, clock, files, includeDirectories },
    // Numbers, and expressions as Verilog has them: the simulator's command line takes both.
    parameters: parameters as Readonly<Record<string, number>>,
    defines: Object.fromEntries(
      Object.entries(defines).map(([name, value]) => [name, value === true ? "" : value]),
    ),
  };
}

function toolsOf(python: PythonEnvironment, simulator: Simulator): readonly string[] {
  // The rest of the package is read when the simulator starts.
  const hash = createHash("sha256");
  for (const builder of [join(PACKAGE, "hilt_cocotb/prepare.py"), VERILATOR_MAIN])
    hash.update(readFileSync(builder));
  return [JSON.stringify(python), buildKey(simulator), hash.digest("hex")];
}

interface BuildParts {
  readonly python: PythonEnvironment;
  readonly simulator: Simulator;
  readonly folder: string;
  readonly ports: DevicePorts | undefined;
}

/** In a folder of its own, which takes its place when it is whole: others may build the same. */
async function build(
  source: ModelSource,
  settings: CocotbTarget,
  { python, simulator, folder, ports }: BuildParts,
): Promise<void> {
  mkdirSync(join(folder, ".."), { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  try {
    const own: OwnParts = settings.simulator === "verilator" ? ofVerilator(settings, draft) : { sources: [] };
    const placed = (words: readonly string[]): string[] =>
      words.map((word) => word.replaceAll(BUILD_MARK, draft));
    const request = {
      simulator: settings.simulator,
      folder: draft,
      // A library of VHDL is made in the working folder; names of files in Verilog may be relative to it.
      cwd: takesVhdlAlone(settings.simulator) ? draft : process.cwd(),
      language: languageOf(source.files),
      build: {
        sources: [...source.files, ...own.sources],
        includes: source.includeDirectories ?? [],
        parameters: source.parameters ?? {},
        defines: source.defines ?? {},
        hdl_toplevel: source.top,
        timescale: settings.simulator === "nvc" ? null : ["1ns", "1ps"],
        build_args: placed(simulator.buildArguments),
      },
      ...{ without: simulator.without, main: own.main },
      test: {
        plusargs: ports === undefined ? [`+hilt=${FOLDER_MARK}`] : [],
        test_args: placed(simulator.testArguments),
      },
    };
    const { status, stdout, stderr } = await runTool({
      ...{ name: `${simulator.what} under cocotb`, command: python.interpreter, limitSeconds: LIMIT_SECONDS },
      ...{ args: ["-m", "hilt_cocotb.prepare"], work: "the simulation", input: JSON.stringify(request) },
      env: {
        ...simulator.env,
        PYTHONPATH: [PACKAGE, process.env["PYTHONPATH"]].filter(Boolean).join(":"),
        PYTHONDONTWRITEBYTECODE: "1",
        // cocotb 1.9 calls its own runner an experiment.
        PYTHONWARNINGS: "ignore",
      },
    });
    if (status !== 0) throw buildError(simulator, `${stdout}\n${stderr}`);
    // Python writes other signs than ASCII as escapes.
    const answer = JSON.stringify(JSON.parse(stdout.trim().split("\n").at(-1) as string));
    writeFileSync(join(draft, "start.json"), answer.replaceAll(inJson(draft), BUILD_MARK));
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Somebody else was faster.
    if ((error as NodeJS.ErrnoException).code === "ENOTEMPTY" && existsSync(join(folder, "start.json")))
      return;
    throw error;
  }
}

interface OwnParts {
  readonly sources: readonly string[];
  readonly main?: string;
}

/** What a build has beside the files of the design: the program round the harness, or what is seen of a device without it. */
function ofVerilator({ host, device }: CocotbTarget, folder: string): OwnParts {
  if (host !== "cocotbext-axi") return { sources: [], main: VERILATOR_MAIN };
  const control = join(folder, "ports.vlt");
  writeFileSync(control, visiblePorts(device?.binding ?? hiltDma));
  return { sources: [control] };
}

/** The ports of the device are seen from outside, and nothing else, which costs less. */
function visiblePorts(binding: DeviceBinding): string {
  const rows = bindPins(binding).pins.map(
    ({ port }) => `public_flat_rw -module "${binding.top}" -var "${port}"\n`,
  );
  return ["`verilator_config\n", ...rows].join("");
}

/** What the simulator said of the sources, without the traceback of the runner that has started it. */
function buildError({ what }: Simulator, output: string): Error {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const start = lines.findIndex((line) => line.startsWith("Traceback"));
  const said = (start < 0 ? lines : lines.slice(0, start)).filter((line) => !/^(?:INFO|make)\b/.test(line));
  const place = said.map((line) => /(?:^|\s)(\S+\.(?:s?vh?|vhdl?):\d+)/.exec(line)?.[1]).find(Boolean);
  if (place === undefined && said.length === 0)
    return new ToolError(`${what} under cocotb cannot build the simulation: ${lines.slice(-20).join("\n")}`);
  return new BuildError(said.slice(-20).join("\n    "), undefined, { tool: what });
}
