import { callSite } from "../core/call-sites.ts";
import { chainFault, type Mdl } from "../memory/mdl.ts";
import type { AdapterState } from "./adapter-state.ts";
import { channelRoutines } from "./channel-routines.ts";
import { NT_SUCCESS, STATUS_INVALID_PARAMETER } from "./constants.ts";
import type { DmaAdapter, DmaOperations, Out } from "./dma-adapter.ts";
import type { FindingName } from "./finding-codes.ts";
import type { Host } from "./host.ts";
import { informationRoutines } from "./information-routines.ts";
import { ANY_LEVEL, AT_DISPATCH, AT_PASSIVE, type IrqlRule, UP_TO_DISPATCH } from "./irql.ts";
import { listRoutines } from "./list-routines.ts";
import { mapRoutines } from "./map-routines.ts";

type RoutineName = Exclude<keyof DmaOperations, "size">;
type Tail<T extends readonly unknown[]> = T extends readonly [unknown, ...infer Rest] ? Rest : never;

/** The routines as they are written: the adapter has been looked up and the IRQL checked. */
export type Routines = {
  readonly [Name in RoutineName]: (
    state: AdapterState,
    ...rest: Tail<Parameters<DmaOperations[Name]>>
  ) => ReturnType<DmaOperations[Name]>;
};

interface Slot {
  /** The first version of the table that has it. */
  readonly since: 1 | 2 | 3;
  readonly irql: IrqlRule;
  /** What it returns when there is no such adapter. */
  readonly refusal: unknown;
  /** Where an MDL stands among the parameters after the adapter. */
  readonly mdlAt?: number;
  /** It may be null. */
  readonly canLackMdl?: true;
  /** Where the bytes stand that are to be mapped, and then those that are: none when it refuses. */
  readonly lengthAt?: number;
}

const INVALID = STATUS_INVALID_PARAMETER;

/** DMA_OPERATIONS of wdm.h, slot by slot behind `size`, with the IRQL that each page demands. */
export const slots: Readonly<Record<RoutineName, Slot>> = {
  putDmaAdapter: { since: 1, irql: UP_TO_DISPATCH, refusal: undefined },
  allocateCommonBuffer: { since: 1, irql: AT_PASSIVE, refusal: null },
  freeCommonBuffer: { since: 1, irql: AT_PASSIVE, refusal: undefined },
  allocateAdapterChannel: { since: 1, irql: AT_DISPATCH, refusal: INVALID },
  flushAdapterBuffers: { since: 1, irql: UP_TO_DISPATCH, refusal: false, mdlAt: 0 },
  freeAdapterChannel: { since: 1, irql: AT_DISPATCH, refusal: undefined },
  freeMapRegisters: { since: 1, irql: AT_DISPATCH, refusal: undefined },
  mapTransfer: { since: 1, irql: UP_TO_DISPATCH, refusal: 0n, mdlAt: 0, lengthAt: 3 },
  getDmaAlignment: { since: 1, irql: AT_PASSIVE, refusal: 0 },
  readDmaCounter: { since: 1, irql: UP_TO_DISPATCH, refusal: 0 },
  getScatterGatherList: { since: 1, irql: AT_DISPATCH, refusal: INVALID, mdlAt: 1 },
  putScatterGatherList: { since: 1, irql: AT_DISPATCH, refusal: undefined },
  calculateScatterGatherList: { since: 2, irql: ANY_LEVEL, refusal: INVALID, mdlAt: 0, canLackMdl: true },
  buildScatterGatherList: { since: 2, irql: AT_DISPATCH, refusal: INVALID, mdlAt: 1 },
  buildMdlFromScatterGatherList: { since: 2, irql: UP_TO_DISPATCH, refusal: INVALID, mdlAt: 1 },
  getDmaAdapterInfo: { since: 3, irql: UP_TO_DISPATCH, refusal: INVALID },
  getDmaTransferInfo: { since: 3, irql: UP_TO_DISPATCH, refusal: INVALID, mdlAt: 0 },
  initializeDmaTransferContext: { since: 3, irql: UP_TO_DISPATCH, refusal: INVALID },
  allocateCommonBufferEx: { since: 3, irql: AT_PASSIVE, refusal: null },
  allocateAdapterChannelEx: { since: 3, irql: AT_DISPATCH, refusal: INVALID },
  configureAdapterChannel: { since: 3, irql: UP_TO_DISPATCH, refusal: INVALID },
  cancelAdapterChannel: { since: 3, irql: UP_TO_DISPATCH, refusal: false },
  mapTransferEx: { since: 3, irql: UP_TO_DISPATCH, refusal: INVALID, mdlAt: 0, lengthAt: 4 },
  getScatterGatherListEx: { since: 3, irql: UP_TO_DISPATCH, refusal: INVALID, mdlAt: 2 },
  buildScatterGatherListEx: { since: 3, irql: AT_DISPATCH, refusal: INVALID, mdlAt: 2 },
  flushAdapterBuffersEx: { since: 3, irql: UP_TO_DISPATCH, refusal: INVALID, mdlAt: 0 },
  freeAdapterObject: { since: 3, irql: UP_TO_DISPATCH, refusal: undefined },
  cancelMappedTransfer: { since: 3, irql: UP_TO_DISPATCH, refusal: INVALID },
};

const SLOT_BYTES = 8;
/** That are remembered. */
const MOST_REFUSALS = 4;

/** The table of a version 1, 2 or 3. */
export function operationsTable(host: Host, version: number): DmaOperations {
  const routines: Routines = {
    ...informationRoutines(host),
    ...channelRoutines(host),
    ...mapRoutines(host),
    ...listRoutines(host),
  };
  const entries = (Object.entries(slots) as [RoutineName, Slot][])
    .filter(([, { since }]) => since <= version)
    .map(([name, slot]) => [name, guarded(host, name, slot, routines[name] as AnyRoutine)]);
  const size = SLOT_BYTES * (1 + entries.length);
  return Object.assign({ size }, Object.fromEntries(entries)) as DmaOperations;
}

type AnyRoutine = (state: AdapterState, ...rest: unknown[]) => unknown;

function guarded(
  host: Host,
  name: RoutineName,
  slot: Slot,
  routine: AnyRoutine,
): (adapter: DmaAdapter, ...rest: unknown[]) => unknown {
  const { adapters, findings, irql, refusals } = host;
  const words = `${name[0]?.toUpperCase()}${name.slice(1)}`;

  function refuse(rest: readonly unknown[], finding: FindingName, what: string): unknown {
    findings.report(finding, `${words} ${what}`);
    if (slot.lengthAt !== undefined) (rest[slot.lengthAt] as Out<number>).value = 0;
    return slot.refusal;
  }

  function call(adapter: DmaAdapter, rest: readonly unknown[]): unknown {
    const state = adapters.get(adapter);
    if (state === undefined) return refuse(rest, "NO_ADAPTER", "with no adapter of this system");
    if (state.isReleased) return refuse(rest, "ADAPTER_RELEASED", "with an adapter that was put back");
    irql.check(words, slot.irql);
    const fault = faultOf(slot, rest);
    if (fault !== undefined) return refuse(rest, "MDL_MALFORMED", `of a chain of MDLs: ${fault}`);
    return routine(state, ...rest);
  }

  return (adapter, ...rest) => {
    const result = call(adapter, rest);
    // All that are no status are below.
    if (typeof result === "number" && !NT_SUCCESS(result)) {
      if (refusals.length === MOST_REFUSALS) refusals.shift();
      refusals.push({ routine: words, status: result, site: callSite() });
    }
    return result;
  };
}

/** Why the MDL of a call cannot be walked, if it has one. */
function faultOf({ mdlAt, canLackMdl }: Slot, rest: readonly unknown[]): string | undefined {
  if (mdlAt === undefined || (canLackMdl === true && rest[mdlAt] === null)) return undefined;
  return chainFault(rest[mdlAt] as Mdl);
}
