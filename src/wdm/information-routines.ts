import { type LogicalAddress, PAGE_SIZE, spannedPages } from "../core/address.ts";
import { describeSite } from "../core/call-sites.ts";
import { chainBytes, type Mdl } from "../memory/mdl.ts";
import type { AdapterState } from "./adapter-state.ts";
import { isUnmappable } from "./buffer-checks.ts";
import { allocateCommonBuffer, freeCommonBuffer } from "./common-buffers.ts";
import {
  DMA_ADAPTER_INFO_VERSION1,
  DMA_TRANSFER_CONTEXT_SIZE_V1,
  DMA_TRANSFER_INFO_VERSION1,
  DMA_TRANSFER_INFO_VERSION2,
  STATUS_BUFFER_TOO_SMALL,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_NOT_IMPLEMENTED,
  STATUS_NOT_SUPPORTED,
  STATUS_SUCCESS,
} from "./constants.ts";
import type { Out } from "./dma-adapter.ts";
import type { Host } from "./host.ts";
import { leftovers } from "./leftovers.ts";
import { isOffset, offsetIn } from "./map-routines.ts";
import { planElements } from "./mapping.ts";
import type { Routines } from "./operations-table.ts";
import { listBytes } from "./scatter-gather.ts";
import { isContext } from "./transfer-context.ts";

/** The routines that tell, and those that need neither channel nor map registers. */
export function informationRoutines(
  host: Host,
): Pick<
  Routines,
  | "putDmaAdapter"
  | "allocateCommonBuffer"
  | "allocateCommonBufferEx"
  | "freeCommonBuffer"
  | "getDmaAlignment"
  | "readDmaCounter"
  | "calculateScatterGatherList"
  | "getDmaAdapterInfo"
  | "getDmaTransferInfo"
  | "initializeDmaTransferContext"
  | "configureAdapterChannel"
  | "cancelMappedTransfer"
> {
  const { arbiter, contexts, findings, parts } = host;

  function allocate(
    state: AdapterState,
    length: number,
    logicalAddress: Out<LogicalAddress>,
    cacheEnabled: boolean,
    limit: number,
  ): Uint8Array | null {
    if (host.injections.strikes("refuse")) return null;
    const buffer = allocateCommonBuffer(parts, state, { length, cacheEnabled, limit });
    if (buffer === undefined) return null;
    logicalAddress.value = buffer.logicalAddress;
    return buffer.bytes;
  }

  /** Pages and elements, at worst where there is no MDL; or a status. */
  function count(
    state: AdapterState,
    mdl: Mdl | null,
    currentVa: bigint,
    length: number,
  ): { pages: number; elements: number } | number {
    if (mdl === null) {
      const pages = spannedPages(Number(currentVa % BigInt(PAGE_SIZE)), length);
      return { pages, elements: pages };
    }
    const offset = offsetIn(mdl, currentVa);
    if (offset < 0 || offset + length > chainBytes(mdl)) return STATUS_BUFFER_TOO_SMALL;
    const range = { mdl, offset, length };
    const plan = planElements(range, state);
    return isUnmappable(host, "CalculateScatterGatherList", range, plan) ? STATUS_INVALID_PARAMETER : plan;
  }

  return {
    putDmaAdapter(state) {
      const left = leftovers(state);
      for (const { name, things, what } of left) {
        const count = things.length;
        findings.report(name, `PutDmaAdapter with ${what}`, {
          parameters: { count },
          mapping: things.join("\n  mapping: "),
        });
      }
      // Nothing that the driver has forgotten is dropped behind its back: the adapter stays.
      if (left.length > 0) return;
      state.isReleased = true;
      state.bouncePages?.close();
      arbiter.retry();
    },

    allocateCommonBuffer(state, length, logicalAddress, cacheEnabled) {
      return allocate(state, length, logicalAddress, cacheEnabled, Number.POSITIVE_INFINITY);
    },

    allocateCommonBufferEx(state, maximumAddress, length, logicalAddress, cacheEnabled) {
      const limit = maximumAddress === null ? Number.POSITIVE_INFINITY : Number(maximumAddress);
      return allocate(state, length, logicalAddress, cacheEnabled, limit);
    },

    freeCommonBuffer(state, length, logicalAddress, virtualAddress, cacheEnabled) {
      const buffer = [...state.commonBuffers].find(
        (one) =>
          one.bytes.buffer === virtualAddress.buffer &&
          one.bytes.byteOffset === virtualAddress.byteOffset &&
          one.bytes.length === length &&
          one.logicalAddress === logicalAddress &&
          one.cacheEnabled === cacheEnabled,
      );
      if (buffer !== undefined) {
        freeCommonBuffer(parts, state, buffer);
        arbiter.retry();
      } else
        findings.report(
          "COMMON_BUFFER_FREED",
          "FreeCommonBuffer of a buffer that was not allocated with these values, or that was freed",
        );
    },

    getDmaAlignment: ({ limits }) => limits.dmaAlignment,

    readDmaCounter() {
      findings.report("SYSTEM_DMA_ONLY", "ReadDmaCounter on a bus master");
      return 0;
    },

    calculateScatterGatherList(state, mdl, currentVa, length, listSize, registers) {
      if (!Number.isSafeInteger(length) || length < 0) return STATUS_INVALID_PARAMETER;
      const counted = count(state, mdl, currentVa, length);
      if (typeof counted === "number") return counted;
      const { pages, elements } = counted;
      if (pages > state.maximumRegisters) return STATUS_INSUFFICIENT_RESOURCES;
      listSize.value = listBytes(elements);
      if (registers !== null) registers.value = pages;
      return STATUS_SUCCESS;
    },

    getDmaAdapterInfo({ reach, limits }, info) {
      if (info.version !== DMA_ADAPTER_INFO_VERSION1) return STATUS_NOT_SUPPORTED;
      Object.assign(info, {
        readDmaCounterAvailable: false,
        scatterGatherLimit: limits.scatterGatherLimit,
        dmaAddressWidth: Math.log2(reach),
        flags: 0,
        minimumTransferUnit: limits.minimumTransferUnit,
      });
      return STATUS_SUCCESS;
    },

    getDmaTransferInfo(state, mdl, offset, length, _writeOnly, info) {
      const { version } = info;
      if (version !== DMA_TRANSFER_INFO_VERSION1 && version !== DMA_TRANSFER_INFO_VERSION2)
        return STATUS_NOT_SUPPORTED;
      if (!isOffset(mdl, offset) || !Number.isSafeInteger(length) || length < 1)
        return STATUS_INVALID_PARAMETER;
      if (offset + length > chainBytes(mdl)) return STATUS_INVALID_PARAMETER;
      const range = { mdl, offset, length };
      const plan = planElements(range, state);
      if (isUnmappable(host, "GetDmaTransferInfo", range, plan)) return STATUS_INVALID_PARAMETER;
      const { pages, elements } = plan;
      info.mapRegisterCount = pages;
      info.scatterGatherElementCount = elements;
      info.scatterGatherListSize = listBytes(elements);
      if (version === DMA_TRANSFER_INFO_VERSION2) info.logicalPageCount = pages;
      return STATUS_SUCCESS;
    },

    initializeDmaTransferContext({ adapter }, context) {
      if (!isContext(context)) return STATUS_INVALID_PARAMETER;
      const live = contexts.liveIn(context);
      if (live !== undefined) {
        const part = live.bytes.byteOffset === context.byteOffset ? "" : "part of ";
        findings.report(
          "CONTEXT_LIVE",
          `InitializeDmaTransferContext on ${part}a context (${DMA_TRANSFER_CONTEXT_SIZE_V1} bytes) that a request holds`,
          { mapping: `the request was made ${describeSite(live.allocation?.site)}` },
        );
        return STATUS_INVALID_PARAMETER;
      }
      contexts.initialise(context, adapter);
      return STATUS_SUCCESS;
    },

    configureAdapterChannel: () => STATUS_NOT_IMPLEMENTED,

    cancelMappedTransfer: () => STATUS_INVALID_PARAMETER,
  };
}
