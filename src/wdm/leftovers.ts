import { describeSite } from "../core/call-sites.ts";
import { counted } from "../core/counted.ts";
import type { AdapterState } from "./adapter-state.ts";
import type { Allocation } from "./allocation.ts";
import type { FindingName } from "./finding-codes.ts";
import { inWords } from "./mapping-history.ts";

/** What a driver still holds of an adapter, of one kind. */
export interface Leftovers {
  /** The finding that it is when the adapter is put back. */
  readonly name: FindingName;
  /** With their number: "2 channels not freed". */
  readonly what: string;
  /** Each in words, with the line that made it. */
  readonly things: readonly string[];
}

/** With the things that they mean, as many as are worth reading. */
export function describeLeftovers({ what, things }: Leftovers): string {
  const rest = things.length - MOST_THINGS;
  const more = rest > 0 ? [`and ${rest} more`] : [];
  return [what, ...things.slice(0, MOST_THINGS), ...more].join("\n  ");
}

const MOST_THINGS = 5;

export function leftovers({ allocations, commonBuffers }: AdapterState): readonly Leftovers[] {
  const granted = allocations.filter(({ stage }) => stage === "granted");
  const registers = granted.filter((one) => one.holdsRegisters && !one.isList);
  const waiting = allocations.filter(({ stage }) => stage !== "granted");
  const found: [FindingName, string, readonly string[]][] = [
    ["PUT_WITH_COMMON_BUFFERS", "common buffer* not freed", [...commonBuffers].map(inWords)],
    ["PUT_WITH_CHANNEL", "channel* not freed", granted.filter((one) => one.holdsChannel).map(asked)],
    ["PUT_WITH_MAP_REGISTERS", "set* of map registers not freed", registers.map(asked)],
    [
      "PUT_WITH_LISTS",
      "scatter/gather list* not given back",
      granted.filter(({ list }) => list !== undefined).map(mapped),
    ],
    ["PUT_WITH_REQUESTS", "request* not served", waiting.map(asked)],
  ];
  return found
    .filter(([, , things]) => things.length > 0)
    .map(([name, what, things]) => {
      const count = things.length;
      return { name, what: `${count} ${what.replace("*", count === 1 ? "" : "s")}`, things };
    });
}

function asked({ registers, site, stage, windowFault }: Allocation): string {
  const fault =
    windowFault === undefined || stage === "granted" ? "" : `; it waits for windows: ${windowFault}`;
  return `${counted(registers, "map register")}, asked for ${describeSite(site)}${fault}`;
}

function mapped({ mappings: [mapping] }: Allocation): string {
  return mapping === undefined ? "not mapped" : inWords(mapping);
}
