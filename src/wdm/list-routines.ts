import { virtualAddress } from "../core/address.ts";
import { chainBytes, MDL_PAGES_LOCKED, type Mdl } from "../memory/mdl.ts";
import type { AdapterState } from "./adapter-state.ts";
import { Allocation } from "./allocation.ts";
import { callRoutine, claimContext, isSynchronous, submit } from "./channel-routines.ts";
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
import { checkLocked, countElements, isOffset, map, offsetIn, unmap } from "./map-routines.ts";
import type { Range } from "./mapping.ts";
import type { Routines } from "./operations-table.ts";
import { fillList, listBytes, type ScatterGatherList, scatterGatherBuffer } from "./scatter-gather.ts";
import type { ContextRecord } from "./transfer-context.ts";

interface ListRequest {
  readonly state: AdapterState;
  readonly deviceObject: DeviceObject;
  readonly record: ContextRecord | undefined;
  readonly range: Range;
  readonly writeToDevice: boolean;
  readonly flags: number;
  readonly routine: DriverListControl | null;
  readonly context: unknown;
  /** The driver's memory for the list, and its bytes. */
  readonly buffer?: { readonly list: ScatterGatherList; readonly bytes: number };
  readonly out?: Out<ScatterGatherList> | null;
}

type ListExCall = Omit<ListRequest, "record" | "range"> & {
  readonly name: string;
  readonly mdl: Mdl;
  readonly offset: number;
  readonly length: number;
  readonly transferContext: unknown;
};

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
  const translated = new WeakSet<ScatterGatherList>();

  /** Channel, registers, list and routine in one. The whole range is mapped, or the request is refused. */
  function request(asked: ListRequest): number {
    const { state, deviceObject, record, range, flags, routine, out, buffer } = asked;
    const { pages, elements, isBounced } = countElements(state, range);
    if (buffer !== undefined && buffer.bytes < listBytes(elements)) return STATUS_BUFFER_TOO_SMALL;
    if (pages > state.maximumRegisters) return STATUS_INSUFFICIENT_RESOURCES;
    if (isBounced && (flags & DMA_FAIL_ON_BOUNCE) !== 0) return STATUS_INSUFFICIENT_RESOURCES;
    const isNow = isSynchronous(flags) === true;
    const allocation = new Allocation({
      ...{ adapter: state, deviceObject, record, registers: pages, isList: true },
      grant: (granted) => {
        const list = buffer?.list ?? scatterGatherBuffer();
        const mapping = map(host, granted, range, asked.writeToDevice, Number.POSITIVE_INFINITY);
        fillList(list, mapping.elements);
        state.lists.set(list, granted);
        if (isNow && out) out.value = list;
        if (routine === null) {
          granted.isKept = true;
          return;
        }
        callRoutine(host, () => routine(deviceObject, granted.irp, list, asked.context));
        arbiter.releaseChannel(granted);
      },
    });
    return submit(host, allocation, isNow);
  }

  function requestEx(call: ListExCall): number {
    const { state, name, mdl, offset, length, flags, routine, out } = call;
    const isNow = isSynchronous(flags);
    const isComplete = routine !== null || (isNow === true && out !== null);
    if (isNow === undefined || !isComplete || !isOffset(mdl, offset)) return STATUS_INVALID_PARAMETER;
    if (!Number.isSafeInteger(length) || length < 1) return STATUS_INVALID_PARAMETER;
    const missing = offset + length - chainBytes(mdl);
    if (missing > 0) {
      findings.report("BEYOND_BUFFER", `${name} of ${missing} bytes more than the MDL chain has`, {
        parameters: { missing },
      });
      return STATUS_INVALID_PARAMETER;
    }
    const record = claimContext(host, state, call.transferContext, name);
    if (typeof record === "number") return record;
    checkLocked(host, name, mdl);
    return request({ ...call, record, range: { mdl, offset, length } });
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
      return request({
        state,
        deviceObject,
        record: undefined,
        range,
        writeToDevice,
        flags: 0,
        routine,
        context,
      });
    },

    buildScatterGatherList(state, deviceObject, mdl, currentVa, length, ...rest) {
      const [routine, context, writeToDevice, list, bytes] = rest;
      const range = rangeOf("BuildScatterGatherList", mdl, currentVa, length);
      if (typeof range === "number") return range;
      return request({
        ...{ state, deviceObject, record: undefined, range, writeToDevice, flags: 0, routine, context },
        buffer: { list, bytes },
      });
    },

    getScatterGatherListEx(state, deviceObject, transferContext, mdl, ...rest) {
      const [offset, length, flags, routine, context, writeToDevice, , , out] = rest;
      return requestEx({
        ...{ state, deviceObject, transferContext, mdl, offset, length, flags, routine, context },
        ...{ writeToDevice, out },
        name: "GetScatterGatherListEx",
      });
    },

    buildScatterGatherListEx(state, deviceObject, transferContext, mdl, ...rest) {
      const [offset, length, flags, routine, context, writeToDevice, list, bytes, , , out] = rest;
      if (list === null) return STATUS_INVALID_PARAMETER;
      return requestEx({
        ...{ state, deviceObject, transferContext, mdl, offset, length, flags, routine, context },
        ...{ writeToDevice, out, buffer: { list, bytes } },
        name: "BuildScatterGatherListEx",
      });
    },

    putScatterGatherList(state, list, writeToDevice) {
      const allocation = state.lists.get(list);
      const [mapping] = allocation?.mappings ?? [];
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
          { mapping: mapping.describe() },
        );
      }
      state.lists.delete(list);
      unmap(allocation);
      arbiter.releaseRegisters(allocation);
    },

    buildMdlFromScatterGatherList(state, list, originalMdl, targetMdl) {
      const [mapping] = state.lists.get(list)?.mappings ?? [];
      if (originalMdl === null || mapping === undefined) return STATUS_INVALID_PARAMETER;
      if (translated.has(list)) return STATUS_NONE_MAPPED;
      translated.add(list);
      targetMdl.value = mapping.isBounced ? mdlOf(list) : originalMdl;
      return STATUS_SUCCESS;
    },
  };
}

/** A chain with one MDL for each element: what the device really reads and writes. */
function mdlOf({ elements }: ScatterGatherList): Mdl {
  return elements.reduceRight<Mdl | null>((next, { address, length }) => {
    const byteOffset = Number(address & 0xfffn);
    const first = Number(address >> 12n);
    const pages = Math.ceil((byteOffset + length) / 4096);
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
