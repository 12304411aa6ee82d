import { callSite } from "../core/call-sites.ts";
import type { AdapterState } from "./adapter-state.ts";
import { channelRoutines } from "./channel-routines.ts";
import { NT_SUCCESS, STATUS_INVALID_PARAMETER } from "./constants.ts";
import type { DmaAdapter, DmaOperations } from "./dma-adapter.ts";
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
}

const INVALID = STATUS_INVALID_PARAMETER;

/** DMA_OPERATIONS of wdm.h, slot by slot behind `size`, with the IRQL that each page demands. */
export const slots: Readonly<Record<RoutineName, Slot>> = {
  putDmaAdapter: { since: 1, irql: UP_TO_DISPATCH, refusal: undefined },
  allocateCommonBuffer: { since: 1, irql: AT_PASSIVE, refusal: null },
  freeCommonBuffer: { since: 1, irql: AT_PASSIVE, refusal: undefined },
  allocateAdapterChannel: { since: 1, irql: AT_DISPATCH, refusal: INVALID },
  flushAdapterBuffers: { since: 1, irql: UP_TO_DISPATCH, refusal: false },
  freeAdapterChannel: { since: 1, irql: AT_DISPATCH, refusal: undefined },
  freeMapRegisters: { since: 1, irql: AT_DISPATCH, refusal: undefined },
  mapTransfer: { since: 1, irql: UP_TO_DISPATCH, refusal: 0n },
  getDmaAlignment: { since: 1, irql: AT_PASSIVE, refusal: 0 },
  readDmaCounter: { since: 1, irql: UP_TO_DISPATCH, refusal: 0 },
  getScatterGatherList: { since: 1, irql: AT_DISPATCH, refusal: INVALID },
  putScatterGatherList: { since: 1, irql: AT_DISPATCH, refusal: undefined },
  calculateScatterGatherList: { since: 2, irql: ANY_LEVEL, refusal: INVALID },
  buildScatterGatherList: { since: 2, irql: AT_DISPATCH, refusal: INVALID },
  buildMdlFromScatterGatherList: { since: 2, irql: UP_TO_DISPATCH, refusal: INVALID },
  getDmaAdapterInfo: { since: 3, irql: UP_TO_DISPATCH, refusal: INVALID },
  getDmaTransferInfo: { since: 3, irql: UP_TO_DISPATCH, refusal: INVALID },
  initializeDmaTransferContext: { since: 3, irql: UP_TO_DISPATCH, refusal: INVALID },
  allocateCommonBufferEx: { since: 3, irql: AT_PASSIVE, refusal: null },
  allocateAdapterChannelEx: { since: 3, irql: AT_DISPATCH, refusal: INVALID },
  configureAdapterChannel: { since: 3, irql: UP_TO_DISPATCH, refusal: INVALID },
  cancelAdapterChannel: { since: 3, irql: UP_TO_DISPATCH, refusal: false },
  mapTransferEx: { since: 3, irql: UP_TO_DISPATCH, refusal: INVALID },
  getScatterGatherListEx: { since: 3, irql: UP_TO_DISPATCH, refusal: INVALID },
  buildScatterGatherListEx: { since: 3, irql: AT_DISPATCH, refusal: INVALID },
  flushAdapterBuffersEx: { since: 3, irql: UP_TO_DISPATCH, refusal: INVALID },
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
  { adapters, findings, irql, refusals }: Host,
  name: RoutineName,
  { irql: rule, refusal }: Slot,
  routine: AnyRoutine,
): (adapter: DmaAdapter, ...rest: unknown[]) => unknown {
  const words = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  return (adapter, ...rest) => {
    const state = adapters.get(adapter);
    if (state === undefined || state.isReleased) {
      if (state === undefined) findings.report("NO_ADAPTER", `${words} with no adapter of this system`);
      else findings.report("ADAPTER_RELEASED", `${words} with an adapter that was put back`);
      return refusal;
    }
    irql.check(words, rule);
    const result = routine(state, ...rest);
    // All that are no status are below.
    if (typeof result === "number" && !NT_SUCCESS(result)) {
      if (refusals.length === MOST_REFUSALS) refusals.shift();
      refusals.push({ routine: words, status: result, site: callSite() });
    }
    return result;
  };
}
