import { PAGE_SIZE, spannedPages, virtualAddress } from "../core/address.ts";
import { counted } from "../core/counted.ts";
import {
  chainBytes,
  chainFault,
  isSameBuffer,
  MDL_PAGES_LOCKED,
  type Mdl,
  type Range,
} from "../memory/mdl.ts";
import type { AdapterState } from "./adapter-state.ts";
import { Allocation } from "./allocation.ts";
import { checkElements, checkLocked, checkNull, isListShared, isUnmappable } from "./buffer-checks.ts";
import { callRoutine, checkIntact, claimContext, isSynchronous, submit } from "./channel-routines.ts";
import {
  DMA_FAIL_ON_BOUNCE,
  STATUS_BUFFER_TOO_SMALL,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_NONE_MAPPED,
  STATUS_SUCCESS,
} from "./constants.ts";
import type { DeviceObject, DriverListControl, Out } from "./dma-adapter.ts";
import type { Host } from "./host.ts";
import { isOffset, mapPlan, offsetIn, unmap } from "./map-routines.ts";
import { isMemory, type Mapping, type Plan, planElements } from "./mapping.ts";
import { inWords } from "./mapping-history.ts";
import type { Routines } from "./operations-table.ts";
import {
  fillList,
  isList,
  listBytes,
  type ScatterGatherList,
  scatterGatherBuffer,
} from "./scatter-gather.ts";
import type { ContextRecord } from "./transfer-context.ts";

interface ListRequest extends Range {
  readonly deviceObject: DeviceObject;
  readonly writeToDevice: boolean;
  readonly flags: number;
  readonly routine: DriverListControl | null;
  readonly context: unknown;
  /** The driver's memory for the list, and its bytes; the system's own otherwise. */
  readonly buffer: ScatterGatherList | undefined;
  readonly bufferBytes: number;
  readonly out: Out<ScatterGatherList> | null;
  /** Of a completion routine or its context, what is not null. */
  readonly completion: unknown;
}

export function listRoutines(
  host: Host,
): Pick<
  Routines,
  | "getScatterGatherList"
  | "getScatterGatherListEx"
  | "buildScatterGatherList"
  | "buildScatterGatherListEx"
  | "putScatterGatherList"
  | "buildMdlFromScatterGatherList"
> {
  const { arbiter, findings } = host;

  /** Channel, registers, list and routine in one. The whole range is mapped, or the request is refused. */
  function request(
    name: string,
    state: AdapterState,
    asked: ListRequest,
    record: ContextRecord | undefined,
  ): number {
    const { flags, buffer } = asked;
    const counted = planElements(asked, state);
    if (isUnmappable(host, name, asked, counted)) return STATUS_INVALID_PARAMETER;
    const isBounced = counted.bounces.length > 0;
    if (buffer !== undefined && !(asked.bufferBytes >= listBytes(counted.elements)))
      return STATUS_BUFFER_TOO_SMALL;
    const { scatterGatherLimit } = state.limits;
    if (counted.pages > state.maximumRegisters || counted.elements > scatterGatherLimit)
      return STATUS_INSUFFICIENT_RESOURCES;
    if (isBounced && (flags & DMA_FAIL_ON_BOUNCE) !== 0) return STATUS_INSUFFICIENT_RESOURCES;
    if (buffer !== undefined && isListShared(host, name, buffer)) return STATUS_INVALID_PARAMETER;
    checkElements(host, name, state.limits, counted);
    const { deviceObject } = asked;
    const isNow = isSynchronous(flags) === true;
    const allocation = new Allocation({
      adapter: state,
      deviceObject,
      record,
      registers: counted.pages,
      range: asked,
      listBuffer: buffer,
      bounceCount: counted.bounces.length,
      site: host.parts.history.sites.keep(),
      isList: true,
      prepare: (granted) => {
        const plan = isBounced ? planAgain(asked, state, granted.bouncePages) : counted;
        if (plan === undefined) return true;
        return mapPlan(host, granted, asked, asked.writeToDevice, plan, granted.site) !== undefined;
      },
      grant: (granted) => {
        if (!isNow) checkIntact(host, record);
        if (granted.mappings.length === 0) {
          dropChanged(granted);
          return;
        }
        const list = buffer ?? scatterGatherBuffer();
        fillList(list, granted.mappings[0]?.elements ?? []);
        granted.list = list;
        if (isNow && asked.out !== null) asked.out.value = list;
        const { routine } = asked;
        if (routine === null) {
          granted.isKept = true;
          return;
        }
        callRoutine(host, granted, () => routine(deviceObject, granted.irp, list, asked.context));
        arbiter.releaseChannel(granted);
      },
    });
    return submit(host, allocation, isNow);
  }

  /** With the bounce pages; undefined when the chain is not what it was. */
  function planAgain(range: Range, state: AdapterState, bouncePages: readonly number[]): Plan | undefined {
    if (chainFault(range.mdl) !== undefined) return undefined;
    const plan = planElements(range, state, bouncePages);
    return plan.lengthBytes === range.length && isMemory(plan, host.parts.host.physical) ? plan : undefined;
  }

  /** Of a request whose MDL is not what it was when it was made nothing can be mapped. */
  function dropChanged(granted: Allocation): void {
    findings.report("MDL_MALFORMED", "a chain of MDLs was changed while the request to map it waited", {
      site: granted.site,
    });
    arbiter.release(granted);
  }

  function requestEx(
    name: string,
    state: AdapterState,
    transferContext: unknown,
    asked: ListRequest,
  ): number {
    const { mdl, offset, length, routine } = asked;
    const isNow = isSynchronous(asked.flags);
    const isComplete = routine !== null || (isNow === true && asked.out !== null);
    if (isNow === undefined || !isComplete || !isOffset(mdl, offset)) return STATUS_INVALID_PARAMETER;
    if (!Number.isSafeInteger(length) || length < 1) return STATUS_INVALID_PARAMETER;
    const missing = offset + length - chainBytes(mdl);
    if (missing > 0) {
      findings.report("BEYOND_BUFFER", `${name} of ${counted(missing, "byte")} more than the MDL chain has`, {
        parameters: { missing },
      });
      return STATUS_INVALID_PARAMETER;
    }
    checkNull(host, name, asked.completion, null);
    const record = claimContext(host, state, transferContext, name);
    if (typeof record === "number") return record;
    checkLocked(host, name, mdl);
    return request(name, state, asked, record);
  }

  /** The range of a call before version 3, or the status that refuses it. */
  function rangeOf(name: string, mdl: Mdl, currentVa: bigint, length: number): Range | number {
    const offset = offsetIn(mdl, currentVa);
    if (!isOffset(mdl, offset)) {
      findings.report("OUTSIDE_MDL", `${name} at byte ${offset} of the MDL`);
      return STATUS_INVALID_PARAMETER;
    }
    if (!Number.isSafeInteger(length) || length < 1) return STATUS_INVALID_PARAMETER;
    if (offset + length > chainBytes(mdl)) return STATUS_BUFFER_TOO_SMALL;
    checkLocked(host, name, mdl);
    return { mdl, offset, length };
  }

  return {
    getScatterGatherList(state, deviceObject, mdl, currentVa, length, routine, context, writeToDevice) {
      const range = rangeOf("GetScatterGatherList", mdl, currentVa, length);
      if (typeof range === "number") return range;
      const asked = { ...range, deviceObject, writeToDevice, flags: 0, routine, context };
      const more = { buffer: undefined, bufferBytes: 0, out: null, completion: null };
      return request("GetScatterGatherList", state, { ...asked, ...more }, undefined);
    },

    buildScatterGatherList(state, deviceObject, mdl, currentVa, length, ...rest) {
      const [routine, context, writeToDevice, buffer, bufferBytes] = rest;
      if (!isList(buffer)) return STATUS_INVALID_PARAMETER;
      const range = rangeOf("BuildScatterGatherList", mdl, currentVa, length);
      if (typeof range === "number") return range;
      const asked = { ...range, deviceObject, writeToDevice, flags: 0, routine, context };
      const more = { buffer, bufferBytes, out: null, completion: null };
      return request("BuildScatterGatherList", state, { ...asked, ...more }, undefined);
    },

    // The two that drivers call for every transfer build their request in one literal: it takes a fifth of the time.
    getScatterGatherListEx(
      state,
      deviceObject,
      transferContext,
      mdl,
      offset,
      length,
      flags,
      routine,
      context,
      writeToDevice,
      completionRoutine,
      completionContext,
      out,
    ) {
      return requestEx("GetScatterGatherListEx", state, transferContext, {
        mdl,
        offset,
        length,
        deviceObject,
        writeToDevice,
        flags,
        routine,
        context,
        buffer: undefined,
        bufferBytes: 0,
        out,
        completion: completionRoutine ?? completionContext,
      });
    },

    buildScatterGatherListEx(
      state,
      deviceObject,
      transferContext,
      mdl,
      offset,
      length,
      flags,
      routine,
      context,
      writeToDevice,
      buffer,
      bufferBytes,
      completionRoutine,
      completionContext,
      out,
    ) {
      if (!isList(buffer)) return STATUS_INVALID_PARAMETER;
      return requestEx("BuildScatterGatherListEx", state, transferContext, {
        mdl,
        offset,
        length,
        deviceObject,
        writeToDevice,
        flags,
        routine,
        context,
        buffer,
        bufferBytes,
        out,
        completion: completionRoutine ?? completionContext,
      });
    },

    putScatterGatherList(state, list, writeToDevice) {
      const allocation = holderOf(state, list);
      const mapping = allocation?.mappings[0];
      if (allocation === undefined || mapping === undefined) {
        findings.report(
          "LIST_UNKNOWN",
          "PutScatterGatherList with a list that this adapter has not handed out, or that was given back",
        );
        return;
      }
      if (mapping.writeToDevice !== writeToDevice) {
        findings.report(
          "DIRECTION",
          `PutScatterGatherList with WriteToDevice ${writeToDevice}, mapped with the opposite`,
          { mapping: inWords(mapping) },
        );
      }
      allocation.list = undefined;
      unmap(allocation);
      arbiter.releaseRegisters(allocation);
    },

    buildMdlFromScatterGatherList(state, list, originalMdl, targetMdl) {
      const holder = holderOf(state, list);
      const mapping = holder?.mappings[0];
      if (originalMdl === null || holder === undefined || mapping === undefined)
        return STATUS_INVALID_PARAMETER;
      if (!isSameBuffer(originalMdl, mapping.range.mdl)) {
        findings.report("OTHER_MDL", "BuildMdlFromScatterGatherList with another MDL than the list's", {
          mapping: inWords(mapping),
        });
        return STATUS_INVALID_PARAMETER;
      }
      if (holder.isTranslated) return STATUS_NONE_MAPPED;
      holder.isTranslated = true;
      targetMdl.value = mapping.isBounced ? mdlOf(mapping) : originalMdl;
      return STATUS_SUCCESS;
    },
  };
}

/** What a list of this adapter that is not yet given back belongs to. */
function holderOf(state: AdapterState, list: ScatterGatherList): Allocation | undefined {
  return isList(list) ? state.allocations.find((allocation) => allocation.list === list) : undefined;
}

/** A chain with one MDL for each element: what the device really reads and writes. */
function mdlOf({ pieces }: Mapping): Mdl {
  return pieces.reduceRight<Mdl | null>((next, { physical, length }) => {
    const byteOffset = physical % PAGE_SIZE;
    const first = Math.floor(physical / PAGE_SIZE);
    const pages = spannedPages(byteOffset, length);
    return {
      next,
      mdlFlags: MDL_PAGES_LOCKED,
      startVa: virtualAddress(0n),
      byteOffset,
      byteCount: length,
      pageFrameNumbers: Array.from({ length: pages }, (_, index) => first + index),
    };
  }, null) as Mdl;
}
