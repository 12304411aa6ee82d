import { fileURLToPath } from "node:url";
import type { Port, Simulation } from "../../../src/engine/engine.ts";
import { parseFileList } from "../../../src/engine/file-list.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** A module of the bridge, its ports by name and its clock. */
export class Part {
  readonly #simulation: Simulation;
  readonly #ports = new Map<string, Port>();

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  set(values: Readonly<Record<string, number | bigint>>): void {
    for (const [name, value] of Object.entries(values)) this.#port(name).write(value);
  }

  get(name: string): number {
    return this.#port(name).read();
  }

  /** One edge of the clock, with these inputs before it. */
  step(values: Readonly<Record<string, number | bigint>> = {}): void {
    this.set(values);
    this.#simulation.run(1);
  }

  run(cycles: number): void {
    this.#simulation.run(cycles);
  }

  /** What the outputs are with these inputs, in this cycle. */
  settle(values: Readonly<Record<string, number | bigint>> = {}): void {
    this.set(values);
    this.#simulation.run(0);
  }

  reset(): void {
    for (let cycle = 0; cycle < 4; cycle++) this.step({ rst: 1 });
    this.set({ rst: 0 });
  }

  #port(name: string): Port {
    let port = this.#ports.get(name);
    if (port === undefined) {
      port = this.#simulation.port(name);
      this.#ports.set(name, port);
    }
    return port;
  }
}

/** A module of `rtl/bridge` by itself in the built-in engine, its inputs 0. */
export async function openPart(
  top: string,
  parameters: Readonly<Record<string, number>> = {},
): Promise<Part> {
  const { files, includeDirectories } = parseFileList(`${root}/rtl/bridge/bridge.f`, root);
  const model = await new WasmEngine({ cacheDirectory: ".hilt/cache" }).build({
    ...{ top, files, includeDirectories, parameters, clock: "clk" },
  });
  return new Part(model.open());
}
