import { WindowError } from "../bus/errors.ts";
import type { OpenWindow } from "../bus/window.ts";
import { type LogicalAddress, logicalAddress, PAGE_SIZE, physicalAddress } from "../core/address.ts";
import { OutOfMemoryError } from "../memory/errors.ts";
import type { PageAllocator } from "../memory/page-allocator.ts";
import type { AdapterState } from "./adapter-state.ts";
import type { MappingParts } from "./mapping.ts";

/** Memory that CPU and device share for as long as it lives. */
export interface CommonBuffer {
  readonly logicalAddress: LogicalAddress;
  readonly bytes: Uint8Array;
  readonly cacheEnabled: boolean;
  readonly frames: readonly number[];
  readonly window: OpenWindow;
}

export interface CommonBufferParts extends MappingParts {
  readonly pages: PageAllocator;
}

/**
 * Neighbouring pages below `limit`, zeroed and open for the device both ways; undefined when there are none, or the link
 * refuses their window.
 */
export function allocateCommonBuffer(
  parts: CommonBufferParts,
  adapter: AdapterState,
  { length, cacheEnabled, limit }: { length: number; cacheEnabled: boolean; limit: number },
): CommonBuffer | undefined {
  if (!Number.isSafeInteger(length) || length < 1) return undefined;
  const count = Math.ceil(length / PAGE_SIZE);
  if (count > adapter.maximumRegisters) return undefined;
  let frames: readonly number[] = [];
  try {
    frames = parts.pages.allocateContiguous(count, Math.floor(Math.min(limit, adapter.reach) / PAGE_SIZE));
    const physical = physicalAddress(BigInt((frames[0] as number) * PAGE_SIZE));
    const bytes = parts.memory.view(physical, length).fill(0);
    const logical = logicalAddress(physical);
    const window = parts.windows.open({
      logical,
      physical,
      lengthBytes: length,
      access: "read-write",
      use: "shared",
    });
    const buffer: CommonBuffer = { logicalAddress: logical, bytes, cacheEnabled, frames, window };
    adapter.commonBuffers.add(buffer);
    return buffer;
  } catch (error) {
    parts.pages.free(frames);
    if (error instanceof OutOfMemoryError || error instanceof WindowError) return undefined;
    throw error;
  }
}

export function freeCommonBuffer(
  parts: CommonBufferParts,
  adapter: AdapterState,
  buffer: CommonBuffer,
): void {
  adapter.commonBuffers.delete(buffer);
  buffer.window.close();
  parts.pages.free(buffer.frames);
}
