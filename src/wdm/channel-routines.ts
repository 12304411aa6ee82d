import { describeSite } from "../core/call-sites.ts";
import { counted } from "../core/counted.ts";
import type { AdapterState } from "./adapter-state.ts";
import { Allocation, allocationOf } from "./allocation.ts";
import {
  DeallocateObject,
  DeallocateObjectKeepRegisters,
  DMA_FAIL_ON_BOUNCE,
  DMA_SYNCHRONOUS_CALLBACK,
  DMA_ZERO_BUFFERS,
  KeepObject,
  STATUS_CANCELLED,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
} from "./constants.ts";
import type { MapRegisterBase } from "./dma-adapter.ts";
import type { Host } from "./host.ts";
import { unmap } from "./map-routines.ts";
import { inWords } from "./mapping-history.ts";
import type { Routines } from "./operations-table.ts";
import { type ContextRecord, isContext } from "./transfer-context.ts";

const FLAGS = DMA_SYNCHRONOUS_CALLBACK | DMA_ZERO_BUFFERS | DMA_FAIL_ON_BOUNCE;

/** The handle that the driver gets; none without registers. */
function baseOf(allocation: Allocation): MapRegisterBase {
  return allocation.registers === 0 ? null : allocation;
}

/** Known flags, or undefined. */
export function isSynchronous(flags: number): boolean | undefined {
  return (flags & ~FLAGS) === 0 ? (flags & DMA_SYNCHRONOUS_CALLBACK) !== 0 : undefined;
}

/** The context for a new request, or the status that refuses it; the context is as it was. */
export function claimContext(
  { contexts, findings }: Host,
  state: AdapterState,
  context: unknown,
  routine: string,
): ContextRecord | number {
  const record = isContext(context) ? (contexts.find(context) ?? liveAt(contexts.at(context))) : undefined;
  if (record === undefined) {
    findings.report("CONTEXT_UNINITIALISED", `${routine} with a transfer context that was not initialised`);
    return STATUS_INVALID_PARAMETER;
  }
  if (record.adapter !== state.adapter) {
    findings.report("CONTEXT_FOREIGN", `${routine} with a transfer context of another adapter`);
    return STATUS_INVALID_PARAMETER;
  }
  if (record.state === "live") {
    findings.report("CONTEXT_SHARED", `${routine} with a transfer context that another request holds`);
    return STATUS_INVALID_PARAMETER;
  }
  return record.state === "cancelled" ? STATUS_CANCELLED : record;
}

function liveAt(record: ContextRecord | undefined): ContextRecord | undefined {
  return record?.state === "live" ? record : undefined;
}

/** The memory of a context is the request's until that ends; on a stack it would be somebody else's long before. */
export function checkIntact({ contexts, findings }: Host, record: ContextRecord | undefined): void {
  if (record?.state !== "live" || record.isDamaged || contexts.isIntact(record)) return;
  record.isDamaged = true;
  findings.report("CONTEXT_LIVE", "a transfer context was overwritten while its request had it", {
    site: record.allocation?.site,
  });
}

/** Runs an execution routine at DISPATCH_LEVEL. One that returns a promise says nothing of what it keeps, so it keeps nothing. */
export function callRoutine({ irql, findings }: Host, { site }: Allocation, work: () => unknown): unknown {
  const result = irql.runAtDispatch(work, site);
  if (typeof (result as PromiseLike<unknown> | null | undefined)?.then !== "function") return result;
  findings.report("ROUTINE_WAITS", "the execution routine returned a promise", { site });
  return DeallocateObject;
}

export function channelRoutines(
  host: Host,
): Pick<
  Routines,
  | "allocateAdapterChannel"
  | "allocateAdapterChannelEx"
  | "cancelAdapterChannel"
  | "freeAdapterChannel"
  | "freeMapRegisters"
  | "freeAdapterObject"
> {
  const { arbiter, contexts, findings, parts } = host;

  function tooManyRegisters(state: AdapterState, routine: string, registers: number): boolean {
    const { maximumRegisters } = state;
    if (registers <= maximumRegisters) return false;
    findings.report(
      "TOO_MANY_MAP_REGISTERS",
      `${routine} for ${counted(registers, "map register")}, of which the adapter has ${maximumRegisters}`,
      { parameters: { required: registers, maximum: maximumRegisters } },
    );
    return true;
  }

  /** What IO_ALLOCATION_ACTION says of a request whose routine has returned. */
  function act(allocation: Allocation, action: unknown): void {
    switch (action) {
      case KeepObject:
        allocation.isKept = true;
        return;
      case DeallocateObjectKeepRegisters:
        arbiter.releaseChannel(allocation);
        return;
      case DeallocateObject:
        break;
      default:
        findings.report("ALLOCATION_ACTION", `the execution routine returned ${String(action)}`, {
          site: allocation.site,
        });
    }
    flushForgotten(allocation, "DeallocateObject");
    arbiter.release(allocation);
  }

  function flushForgotten(allocation: Allocation, routine: string): void {
    const [mapping] = allocation.mappings;
    if (mapping === undefined) return;
    findings.report(
      "FREED_WHILE_MAPPED",
      `${routine} before the flush of ${counted(allocation.mappedBytes, "byte")}`,
      { parameters: { mappedBytes: allocation.mappedBytes }, mapping: inWords(mapping) },
    );
    unmap(allocation);
  }

  return {
    allocateAdapterChannel(state, deviceObject, registers, routine, context) {
      if (!isCount(registers) || typeof routine !== "function") return STATUS_INVALID_PARAMETER;
      if (tooManyRegisters(state, "AllocateAdapterChannel", registers)) return STATUS_INSUFFICIENT_RESOURCES;
      const isBusy = state.allocations.some(
        (one) =>
          one.record === undefined && !one.isList && !one.hasReturned && one.deviceObject === deviceObject,
      );
      if (isBusy) {
        findings.report(
          "DEVICE_OBJECT_BUSY",
          "AllocateAdapterChannel while a request of the same device object has not ended",
        );
      }
      const allocation = new Allocation({
        ...{ adapter: state, deviceObject, record: undefined, registers, isList: false },
        site: parts.history.sites.keep(),
        grant: (granted) => {
          const action = callRoutine(host, granted, () =>
            routine(deviceObject, granted.irp, baseOf(granted), context),
          );
          granted.hasReturned = true;
          act(granted, action);
        },
      });
      return submit(host, allocation, false);
    },

    allocateAdapterChannelEx(state, deviceObject, context, registers, flags, routine, routineContext, base) {
      const isNow = isSynchronous(flags);
      const isComplete = routine === null ? isNow === true && base !== null : isNow === true || base === null;
      if (isNow === undefined || !isComplete || !isCount(registers)) return STATUS_INVALID_PARAMETER;
      const record = claimContext(host, state, context, "AllocateAdapterChannelEx");
      if (typeof record === "number") return record;
      if (tooManyRegisters(state, "AllocateAdapterChannelEx", registers))
        return STATUS_INSUFFICIENT_RESOURCES;
      const allocation = new Allocation({
        ...{ adapter: state, deviceObject, record, registers, isList: false },
        site: parts.history.sites.keep(),
        grant: (granted) => {
          if (!isNow) checkIntact(host, record);
          if (base !== null) base.value = baseOf(granted);
          if (routine === null) granted.isKept = true;
          else
            act(
              granted,
              callRoutine(host, granted, () =>
                routine(deviceObject, granted.irp, baseOf(granted), routineContext),
              ),
            );
        },
      });
      return submit(host, allocation, isNow);
    },

    cancelAdapterChannel(state, deviceObject, context) {
      const record = isContext(context) ? contexts.at(context) : undefined;
      if (record === undefined) {
        findings.report(
          "CONTEXT_UNINITIALISED",
          "CancelAdapterChannel with a transfer context that was not initialised",
        );
        return false;
      }
      if (record.adapter !== state.adapter) {
        findings.report("CONTEXT_FOREIGN", "CancelAdapterChannel with a transfer context of another adapter");
        return false;
      }
      checkIntact(host, record);
      const owner = record.allocation?.deviceObject;
      if (owner !== undefined && owner !== deviceObject)
        findings.report(
          "OTHER_DEVICE_OBJECT",
          "CancelAdapterChannel with another device object than its request's",
          {
            mapping: `the request was made ${describeSite(record.allocation?.site)}`,
          },
        );
      if (record.state === "done") return false;
      if (record.allocation !== undefined) return arbiter.withdraw(record.allocation, record);
      record.state = "cancelled";
      return true;
    },

    freeAdapterChannel(state) {
      const { owner } = state;
      if (owner === undefined || !owner.isKept || owner.isList) {
        findings.report("CHANNEL_NOT_OWNED", "FreeAdapterChannel without a channel that was kept");
        return;
      }
      flushForgotten(owner, "FreeAdapterChannel");
      arbiter.release(owner);
    },

    freeMapRegisters(state, base, registers) {
      if (base === null) return;
      const allocation = allocationOf(state, base);
      if (allocation === undefined || allocation.holdsChannel || allocation.isList) {
        findings.report("MAP_REGISTERS_FREED", "FreeMapRegisters without registers that were kept");
        return;
      }
      if (registers !== allocation.registers) {
        findings.report(
          "MAP_REGISTERS_FREED",
          `FreeMapRegisters of ${counted(registers, "register")}, not of the ${counted(allocation.registers, "granted register")}`,
          { parameters: { freed: registers, granted: allocation.registers } },
        );
        return;
      }
      flushForgotten(allocation, "FreeMapRegisters");
      arbiter.releaseRegisters(allocation);
    },

    freeAdapterObject(state, action) {
      if (action === KeepObject) return;
      const isKnown = action === DeallocateObject || action === DeallocateObjectKeepRegisters;
      if (!isKnown) {
        findings.report("ALLOCATION_ACTION", `FreeAdapterObject with allocation action ${String(action)}`);
        return;
      }
      const { owner } = state;
      if (owner?.isKept === true) freeKept(owner, action === DeallocateObjectKeepRegisters);
      // Microsoft's own network stack frees the channel alone after a request that failed; it harms nobody.
      else if (action === DeallocateObject)
        findings.report("CHANNEL_NOT_OWNED", "FreeAdapterObject without a channel that was kept");
    },
  };

  function freeKept(owner: Allocation, keepsRegisters: boolean): void {
    if (keepsRegisters) {
      arbiter.releaseChannel(owner);
      return;
    }
    if (owner.isList) dropList(owner);
    else flushForgotten(owner, "FreeAdapterObject");
    arbiter.release(owner);
  }
}

/** With the channel of a list its memory goes too (the pages leave it open). */
function dropList(owner: Allocation): void {
  unmap(owner);
  owner.list = undefined;
}

/** Makes the request that a context is for. */
export function submit({ arbiter, injections }: Host, allocation: Allocation, isNow: boolean): number {
  const { record } = allocation;
  if (injections.strikes("refuse")) return STATUS_INSUFFICIENT_RESOURCES;
  if (injections.strikes("defer")) arbiter.hold();
  const before = record?.state;
  if (record !== undefined) {
    record.state = "live";
    record.allocation = allocation;
  }
  if (isNow ? arbiter.submitNow(allocation) : arbiter.submit(allocation)) return STATUS_SUCCESS;
  if (record !== undefined) Object.assign(record, { state: before, allocation: undefined });
  return STATUS_INSUFFICIENT_RESOURCES;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
