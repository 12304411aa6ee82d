import type { ModelSource, PortShape, Simulation, TraceSignal } from "../../../src/engine/engine.ts";
import { WasmEngine } from "../../../src/engine/wasm-engine.ts";

/** A port of a recorded module. */
export interface RecordedPort extends PortShape {
  readonly width: number;
}

/** The values of a module's ports before each rising edge. */
export interface PortRecording {
  readonly ports: readonly RecordedPort[];
  /** One value for each port, for each edge. */
  readonly rows: readonly (readonly bigint[])[];
}

/** The ports of the top of `source`, but for its clock. */
export async function portsOf(source: ModelSource, cacheDirectory: string): Promise<PortShape[]> {
  const ports = await new WasmEngine({ cacheDirectory }).ports(source);
  return ports.filter(({ name }) => name !== source.clock);
}

/**
 * From now on each edge of `simulation` is recorded: what the ports of the instance `scope`, or of the top, are just before
 * it.
 */
export function recordPorts(
  simulation: Simulation,
  shapes: readonly PortShape[],
  scope?: string,
): PortRecording {
  const signals = new Map(simulation.signals.map((signal) => [signal.name, signal]));
  const readers = shapes.map(({ name }) => {
    if (scope !== undefined) return signals.get(`${scope}.${name}`) as TraceSignal;
    const port = simulation.port(name);
    return { width: port.width, read: () => port.readBig() };
  });
  const ports = shapes.map((shape, index) => ({ ...shape, width: readers[index]?.width as number }));
  const rows: bigint[][] = [];
  const run = simulation.run.bind(simulation);
  simulation.run = (maxCycles) => {
    let taken = 0;
    while (taken < maxCycles) {
      // An edge that is not taken has no row.
      run(0);
      const row = readers.map((reader) => reader.read());
      if (run(1) === 0) break;
      rows.push(row);
      taken++;
    }
    return taken;
  };
  return { ports, rows };
}

/** The first `count` words of a memory, by default all, as hexadecimal digits. */
export function wordsOf(simulation: Simulation, path: string, count?: number): string[] {
  const { bytes, elementBytes, depth, width } = simulation.array(path);
  return Array.from({ length: count ?? depth }, (_, index) =>
    Buffer.from(bytes.slice(index * elementBytes, (index + 1) * elementBytes))
      .reverse()
      .toString("hex")
      .slice(-Math.ceil(width / 4)),
  );
}
