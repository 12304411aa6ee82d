import { WindowError } from "../bus/errors.ts";
import { type LogicalAddress, logicalAddress } from "../core/address.ts";
import type { CallSite } from "../core/call-sites.ts";
import { counted } from "../core/counted.ts";
import { hexAddress } from "../core/hex.ts";
import { chainBytes, type Mdl, type Range } from "../memory/mdl.ts";
import type { AdapterState } from "./adapter-state.ts";
import { type Allocation, allocationOf } from "./allocation.ts";
import { checkElements, checkLocked, checkNull, isListShared, isUnmappable } from "./buffer-checks.ts";
import { STATUS_INSUFFICIENT_RESOURCES, STATUS_INVALID_PARAMETER, STATUS_SUCCESS } from "./constants.ts";
import type { Host } from "./host.ts";
import { type MapLimits, Mapping, type Plan, planElements } from "./mapping.ts";
import { inWords } from "./mapping-history.ts";
import type { Routines } from "./operations-table.ts";
import {
  ELEMENT_BYTES,
  fillList,
  isList,
  LIST_HEADER_BYTES,
  type ScatterGatherList,
} from "./scatter-gather.ts";

/** Ends everything that is mapped with an allocation. */
export function unmap(allocation: Allocation): void {
  unmapPieces(allocation, allocation.mappings.splice(0));
}

function unmapPieces(allocation: Allocation, pieces: readonly Mapping[]): void {
  for (const piece of pieces) {
    piece.release();
    const index = allocation.mappings.indexOf(piece);
    if (index >= 0) allocation.mappings.splice(index, 1);
  }
}

/** Maps as much of a range as limits and registers allow, or the status that refuses it. */
function map(
  host: Host,
  routine: string,
  allocation: Allocation,
  range: Range,
  writeToDevice: boolean,
  elements: MapLimits["elements"],
): Mapping | number {
  const free = allocation.registers - allocation.mappedRegisters;
  const { adapter } = allocation;
  const most = Math.min(elements, adapter.limits.scatterGatherLimit);
  const limits = { pages: host.injections.strikes("shorten") ? 1 : free, elements: most };
  const plan = planElements(range, adapter, allocation.freeBouncePages, limits);
  if (isUnmappable(host, routine, range, plan)) return STATUS_INVALID_PARAMETER;
  checkElements(host, routine, adapter.limits, plan);
  const site = host.parts.history.sites.keep();
  return mapPlan(host, allocation, range, writeToDevice, plan, site) ?? STATUS_INSUFFICIENT_RESOURCES;
}

/** Maps a range as planned, and puts it on the allocation; undefined, with nothing mapped, when the link refuses a window. */
export function mapPlan(
  { parts }: Host,
  allocation: Allocation,
  range: Range,
  writeToDevice: boolean,
  plan: Plan,
  site: CallSite | undefined,
): Mapping | undefined {
  try {
    const mapping = new Mapping(parts, range, writeToDevice, plan, site);
    allocation.mappings.push(mapping);
    return mapping;
  } catch (error) {
    if (!(error instanceof WindowError)) throw error;
    allocation.windowFault = error.message;
    return undefined;
  }
}

/** Byte of the MDL that an address of its buffer is. */
export function offsetIn(mdl: Mdl, currentVa: bigint): number {
  return Number(currentVa - mdl.startVa) - mdl.byteOffset;
}

export function mapRoutines(
  host: Host,
): Pick<Routines, "mapTransfer" | "mapTransferEx" | "flushAdapterBuffers" | "flushAdapterBuffersEx"> {
  const { arbiter, findings } = host;

  function beyond(routine: string, missing: number): void {
    findings.report(
      "BEYOND_BUFFER",
      `${routine} of ${counted(missing, "byte")} more than the MDL chain has`,
      {
        parameters: { missing },
      },
    );
  }

  /** The registers that a base stands for; one that has none any more is found. */
  function registersOf(state: AdapterState, base: unknown): Allocation | undefined {
    const allocation = allocationOf(state, base);
    if (allocation === undefined && base !== null)
      findings.report(
        "TOO_MANY_MAP_REGISTERS",
        "MapTransferEx with map registers that were freed, or are another adapter's",
      );
    return allocation;
  }

  /** Nothing is mapped with the registers, and no other request has the memory for the list. */
  function isReady({ mappings: [mapped] }: Allocation, buffer: ScatterGatherList): boolean {
    if (mapped === undefined) return !isListShared(host, "MapTransferEx", buffer);
    findings.report(
      "NOT_FLUSHED",
      `MapTransferEx before the flush of ${counted(mapped.lengthBytes, "byte")}`,
      {
        parameters: { mappedBytes: mapped.lengthBytes },
        mapping: inWords(mapped),
      },
    );
    return false;
  }

  /** Why MapTransfer cannot map, if it cannot. */
  function mapTransferFault(
    allocation: Allocation | undefined,
    mdl: Mdl,
    offset: number,
    length: number,
    writeToDevice: boolean,
  ): boolean {
    if (allocation === undefined) {
      findings.report("TOO_MANY_MAP_REGISTERS", "MapTransfer without map registers that were granted");
    } else if (offset < 0 || offset >= mdl.byteCount) {
      findings.report(
        "OUTSIDE_MDL",
        `MapTransfer at byte ${offset} of an MDL of ${counted(mdl.byteCount, "byte")}`,
      );
    } else if (length === 0) {
      findings.report("ZERO_LENGTH", "MapTransfer of no bytes");
    } else if (offset + length > mdl.byteCount) {
      beyond("MapTransfer", offset + length - mdl.byteCount);
    } else if (allocation.mappedRegisters === allocation.registers) {
      findings.report(
        "TOO_MANY_MAP_REGISTERS",
        `MapTransfer when no map register of ${allocation.registers} is left`,
      );
    } else if (allocation.mappings.some((mapping) => mapping.writeToDevice !== writeToDevice)) {
      findings.report("DIRECTION", "MapTransfer in the other direction than the pieces before it");
    } else {
      return false;
    }
    return true;
  }

  return {
    mapTransfer(state, mdl, base, currentVa, length, writeToDevice): LogicalAddress {
      const allocation = allocationOf(state, base) as Allocation;
      const offset = offsetIn(mdl, currentVa);
      const wanted = isLength(length.value) ? length.value : 0;
      length.value = 0;
      if (mapTransferFault(allocation, mdl, offset, wanted, writeToDevice)) return logicalAddress(0n);
      checkLocked(host, "MapTransfer", mdl);
      const range = { mdl, offset, length: wanted };
      const mapping = map(host, "MapTransfer", allocation, range, writeToDevice, 1);
      if (typeof mapping === "number") return logicalAddress(0n);
      length.value = mapping.lengthBytes;
      return mapping.elements[0]?.address ?? logicalAddress(0n);
    },

    mapTransferEx(
      state,
      mdl,
      base,
      offset,
      deviceOffset,
      length,
      writeToDevice,
      buffer,
      bufferLength,
      routine,
      completionContext,
    ) {
      const wanted = length.value ?? -1;
      length.value = 0;
      const allocation = registersOf(state, base);
      checkNull(host, "MapTransferEx", routine, completionContext);
      if (allocation === undefined || !isList(buffer) || deviceOffset !== 0 || routine !== null)
        return STATUS_INVALID_PARAMETER;
      const elements = Math.floor((bufferLength - LIST_HEADER_BYTES) / ELEMENT_BYTES);
      if (!(elements >= 1) || !isOffset(mdl, offset) || !isLength(wanted)) return STATUS_INVALID_PARAMETER;
      const missing = offset + wanted - chainBytes(mdl);
      if (missing > 0) {
        beyond("MapTransferEx", missing);
        return STATUS_INVALID_PARAMETER;
      }
      if (!isReady(allocation, buffer)) return STATUS_INVALID_PARAMETER;
      checkLocked(host, "MapTransferEx", mdl);
      if (wanted === 0) {
        findings.report("ZERO_LENGTH", "MapTransferEx of no bytes");
        fillList(buffer, []);
        return STATUS_SUCCESS;
      }
      const range = { mdl, offset, length: wanted };
      const mapping = map(host, "MapTransferEx", allocation, range, writeToDevice, elements);
      if (typeof mapping === "number") return mapping;
      fillList(buffer, mapping.elements);
      length.value = mapping.lengthBytes;
      return STATUS_SUCCESS;
    },

    flushAdapterBuffers(state, mdl, base, currentVa, length, writeToDevice) {
      const allocation = allocationOf(state, base);
      const own = allocation?.mappings.filter(({ range }) => range.mdl === mdl) ?? [];
      const [first] = own;
      if (allocation === undefined || first === undefined) {
        findings.report("FLUSH_NOT_MAPPED", "FlushAdapterBuffers of a buffer that is not mapped");
        return false;
      }
      checkDirection("FlushAdapterBuffers", first, writeToDevice);
      const pieces = piecesOf(own, mdl, offsetIn(mdl, currentVa), length);
      if (bytesOf(pieces) !== length) {
        findings.report(
          "FLUSH_BEYOND_MAPPING",
          `FlushAdapterBuffers of ${counted(length, "byte")} at virtual ${hexAddress(currentVa)}, not of the ${counted(bytesOf(own), "mapped byte")}`,
          { mapping: inWords(first) },
        );
        unmapPieces(allocation, own);
      } else unmapPieces(allocation, pieces);
      arbiter.retry();
      return true;
    },

    flushAdapterBuffersEx(state, mdl, base, offset, length, writeToDevice) {
      if (length === 0) return STATUS_SUCCESS;
      const allocation = allocationOf(state, base);
      const pieces = piecesOf(allocation?.mappings ?? [], mdl, offset, length);
      const [mapping] = pieces;
      if (allocation === undefined || mapping === undefined) {
        findings.report("FLUSH_NOT_MAPPED", "FlushAdapterBuffersEx of a range that is not mapped");
        return STATUS_INVALID_PARAMETER;
      }
      const mappedBytes = bytesOf(pieces);
      if (length !== mappedBytes) {
        findings.report(
          "FLUSH_BEYOND_MAPPING",
          `FlushAdapterBuffersEx of ${counted(length, "byte")}, not of the ${counted(mappedBytes, "mapped byte")}`,
          { parameters: { mappedBytes, length }, mapping: inWords(mapping) },
        );
        return STATUS_INVALID_PARAMETER;
      }
      if (!checkDirection("FlushAdapterBuffersEx", mapping, writeToDevice)) return STATUS_INVALID_PARAMETER;
      unmapPieces(allocation, pieces);
      arbiter.retry();
      return STATUS_SUCCESS;
    },
  };

  function checkDirection(routine: string, mapping: Mapping, writeToDevice: boolean): boolean {
    if (mapping.writeToDevice === writeToDevice) return true;
    findings.report("DIRECTION", `${routine} with WriteToDevice ${writeToDevice}, mapped with the opposite`, {
      mapping: inWords(mapping),
    });
    return false;
  }
}

/** Of the mappings those that begin at byte `offset` of a chain and go on without a gap, up to `length` bytes or a little more. */
function piecesOf(
  mappings: readonly Mapping[],
  mdl: Mdl,
  offset: number,
  length: number,
): readonly Mapping[] {
  const pieces: Mapping[] = [];
  for (let at = offset; at < offset + length; ) {
    const next = mappings.find(({ range }) => placeIn(mdl, range) === at);
    if (next === undefined) break;
    pieces.push(next);
    at += next.lengthBytes;
  }
  return pieces;
}

/** Byte of a chain at which a range begins; undefined when its MDL is none of the chain. */
function placeIn(mdl: Mdl, range: Range): number | undefined {
  let before = 0;
  for (let each: Mdl | null = mdl; each !== null; each = each.next) {
    if (each === range.mdl) return before + range.offset;
    before += each.byteCount;
  }
  return undefined;
}

function bytesOf(mappings: readonly Mapping[]): number {
  return mappings.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
}

/** Byte `offset` is in the chain. */
export function isOffset(mdl: Mdl | null, offset: number): mdl is Mdl {
  return mdl !== null && Number.isSafeInteger(offset) && offset >= 0 && offset < chainBytes(mdl);
}

function isLength(length: number | undefined): length is number {
  return Number.isSafeInteger(length) && (length as number) >= 0;
}
