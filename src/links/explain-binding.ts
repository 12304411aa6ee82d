import { readFileSync } from "node:fs";
import type { Engine, ModelSource, PortShape } from "../engine/engine.ts";
import {
  BuildError,
  type PortMisfit,
  PortWidthError,
  ToolLimitError,
  UnsupportedConstructError,
} from "../engine/errors.ts";
import { BindingError } from "./binding-error.ts";
import { bindPins } from "./device-binding.ts";
import type { DeviceSource } from "./device-source.ts";

/** What stands in the table of a device for the width of a signal. */
const widthKeys: readonly (readonly [RegExp, "dataWidth" | "addressWidth" | "idWidth"])[] = [
  [/^memory\.ports\.(?:wdata|wstrb|rdata)$/, "dataWidth"],
  [/^memory\.ports\.a[rw]addr$/, "addressWidth"],
  [/^memory\.ports\.(?:a[rw]|[rb])id$/, "idWidth"],
];

/**
 * Why a harness could not be built, if the device's table is the reason: all of its entries that do not fit the module, and
 * the ports that nothing uses. Otherwise the error itself.
 */
export async function explainBinding(
  error: unknown,
  device: DeviceSource,
  source: ModelSource,
  engine: Engine,
): Promise<unknown> {
  if (!(error instanceof BuildError)) return error;
  const { binding } = device;
  const explain = (problems: readonly string[]): unknown =>
    problems.length === 0 ? error : bindingError(device, problems, error);
  const parameter = Object.keys(binding.parameters ?? {}).find((name) => blames(error, name, source));
  if (parameter !== undefined)
    return explain([
      `parameters.${parameter}: ${error.message.replace(error.place ?? "", "").replace(/^: /, "")}`,
    ]);
  if (isMissingModule(error, binding.top)) return explain([`top: the files have no module ${binding.top}`]);
  return explain(await misfits(error, device, source, engine));
}

/**
 * The same for a device that a tool would take all the same, as another reads it: `engine` does not build it. Undefined where
 * its ports fit, or where the engine cannot read it.
 */
export async function explainPorts(
  device: DeviceSource,
  source: ModelSource,
  engine: Engine,
): Promise<BindingError | undefined> {
  try {
    await engine.ports(source);
    return undefined;
  } catch (error) {
    if (isUnread(error)) return undefined;
    if (!(error instanceof BuildError)) throw error;
    const problems = await misfits(error, device, source, engine);
    return problems.length === 0 ? undefined : bindingError(device, problems, error);
  }
}

/** Another tool may take the design all the same. */
function isUnread(error: unknown): boolean {
  return error instanceof UnsupportedConstructError || error instanceof ToolLimitError;
}

function bindingError(
  { key = "device" }: DeviceSource,
  problems: readonly string[],
  cause: BuildError,
): BindingError {
  return new BindingError(
    problems.map((problem) => `${key}.${problem}`),
    { cause },
  );
}

/** Ports that have another width than the table says, or that are not there. */
async function misfits(
  error: BuildError,
  device: DeviceSource,
  source: ModelSource,
  engine: Engine,
): Promise<string[]> {
  if (error instanceof PortWidthError)
    return error.misfits.map((misfit) => widthProblem(misfit, device)).sort();
  return await portProblems(device, source, engine);
}

function widthProblem({ port, bits, connected }: PortMisfit, { binding }: DeviceSource): string {
  const entry = bindPins(binding).pins.find((pin) => pin.port === port)?.entry ?? port;
  const key = widthKeys.find(([pattern]) => pattern.test(entry))?.[1];
  const stated =
    key === undefined ? `${entry}: hilt connects ${bitsOf(connected)}` : `${key} is ${binding[key]}`;
  return `${stated}, port ${port} of ${binding.top} has ${bits}`;
}

/** Each parameter has a line of its own in the file of the instance. */
function blames({ place, message }: BuildError, name: string, { instance }: ModelSource): boolean {
  if (message.includes(`parameter named '${name}'`) || message.includes(`object for defparam \`${name}\``))
    return true;
  if (instance === undefined || place?.startsWith(`${instance.file}:`) !== true) return false;
  const line = readFileSync(instance.file, "utf8").split("\n")[
    Number(place.slice(instance.file.length + 1)) - 1
  ];
  return line?.trim().startsWith(`.${name}(`) === true || message.includes(`arameter device.${name} with`);
}

function isMissingModule({ message }: BuildError, top: string): boolean {
  return (
    (message.includes(`Module ${top} referenced`) && message.includes("is not part of the design")) ||
    message.includes(`file containing module: '${top}'`)
  );
}

function bitsOf(count: number): string {
  return count === 1 ? "1 bit" : `${count} bits`;
}

async function portProblems(device: DeviceSource, source: ModelSource, engine: Engine): Promise<string[]> {
  const { binding } = device;
  const { pins } = bindPins(binding);
  const names = (await portsAlone(deviceAlone(device, source), engine))?.map(({ name }) => name);
  if (names === undefined) return [];
  const missing = pins.filter(({ port }) => !names.includes(port));
  if (missing.length === 0) return [];
  const unused = names.filter((name) => !pins.some(({ port }) => port === name));
  const rest = unused.length === 0 ? "" : ` (ports that the table does not use: ${unused.join(", ")})`;
  return missing.map(({ port, entry }, index) => {
    const end = index === missing.length - 1 ? rest : "";
    return `${entry}: ${binding.top} has no port ${port}${end}`;
  });
}

/** The device without what stands round it in `source`. */
export function deviceAlone(
  { binding, files, includeDirectories = [] }: DeviceSource,
  { files: all }: Pick<ModelSource, "files">,
): ModelSource {
  const macros = all.slice(0, all.indexOf(files[0] as string));
  return { top: binding.top, files: [...macros, ...files], includeDirectories, clock: binding.clock };
}

/** Undefined where the engine cannot read it. */
export async function portsAlone(
  alone: ModelSource,
  engine: Engine,
): Promise<readonly PortShape[] | undefined> {
  try {
    return await engine.ports(alone);
  } catch (error) {
    if (error instanceof BuildError || isUnread(error)) return undefined;
    throw error;
  }
}
