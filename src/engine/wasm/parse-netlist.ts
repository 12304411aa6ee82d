import { UnsupportedConstructError } from "../errors.ts";
import { flatten } from "./flatten.ts";
import { foldCells } from "./fold-cells.ts";
import { type NamedSignal, type Netlist, type PortDescription, placeOf, type YosysJson } from "./netlist.ts";

/** Flattens what Yosys has written, and folds what follows from the values of constants. */
export function parseNetlist(json: YosysJson): Netlist {
  const flat = flatten(json);
  const { top, aliases } = flat;
  const signals = flat.nets.map(
    ({ name, path, item, bits }): NamedSignal => ({
      name,
      path,
      place: placeOf(item.attributes),
      bits,
      offset: item.offset ?? 0,
      isAscending: item.upto === 1,
      init: item.attributes["init"],
    }),
  );
  const ports = Object.entries(top.ports).map(([name, { direction, bits }]): PortDescription => {
    const own = placeOf(top.netnames[name]?.attributes ?? top.attributes);
    if (direction === "inout") throw new UnsupportedConstructError(`the inout port ${name}`, own);
    return { name, direction, bits: flat.portBits(bits), place: own };
  });
  const folded = foldCells(flat.cells, flat.tied, ports, aliases);
  return {
    place: placeOf(top.attributes),
    bitCount: aliases.count,
    ports: ports.map((port) => ({ ...port, bits: aliases.all(port.bits) })),
    cells: folded.map((cell) => cell.resolved(aliases)),
    memories: new Map(
      flat.memories.map(({ name, path, item }) => [
        name,
        {
          name,
          path,
          width: item.width,
          depth: item.size,
          startOffset: item.start_offset,
          place: placeOf(item.attributes),
        },
      ]),
    ),
    signals: signals.map((signal) => ({ ...signal, bits: aliases.all(signal.bits) })),
  };
}
