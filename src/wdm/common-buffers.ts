import { WindowError } from "../bus/errors.ts";
import type { OpenWindow } from "../bus/window.ts";
import { type LogicalAddress, logicalAddress, PAGE_SIZE, physicalAddress } from "../core/address.ts";
import { counted } from "../core/counted.ts";
import { hexAddress } from "../core/hex.ts";
import { OutOfMemoryError } from "../memory/errors.ts";
import type { AdapterState } from "./adapter-state.ts";
import type { MappingParts } from "./mapping.ts";
import type { Mapped } from "./mapping-history.ts";

/** Memory that CPU and device share for as long as it lives. */
export interface CommonBuffer extends Mapped {
  readonly logicalAddress: LogicalAddress;
  readonly bytes: Uint8Array;
  readonly cacheEnabled: boolean;
  readonly frames: readonly number[];
  readonly window: OpenWindow;
}

/**
 * Neighbouring pages below `limit`, zeroed and open for the device both ways; undefined when there are none, or the link
 * refuses their window.
 */
export function allocateCommonBuffer(
  parts: MappingParts,
  adapter: AdapterState,
  { length, cacheEnabled, limit }: { length: number; cacheEnabled: boolean; limit: number },
): CommonBuffer | undefined {
  if (!Number.isSafeInteger(length) || length < 1) return undefined;
  const count = Math.ceil(length / PAGE_SIZE);
  if (count > adapter.maximumRegisters) return undefined;
  let frames: readonly number[] = [];
  try {
    frames = parts.host.pages.allocateContiguous(
      count,
      Math.floor(Math.min(limit, adapter.reach) / PAGE_SIZE),
    );
    const physical = physicalAddress(BigInt((frames[0] as number) * PAGE_SIZE));
    const bytes = parts.host.physical.view(physical, length).fill(0);
    const frame = adapter.logicalPages?.inOrder(frames[0] as number) ?? (frames[0] as number);
    const logical = logicalAddress(BigInt(frame * PAGE_SIZE));
    const window = parts.windows.open({
      logical,
      physical,
      lengthBytes: length,
      access: "read-write",
      use: "shared",
    });
    const buffer: CommonBuffer = {
      ...{ logicalAddress: logical, bytes, cacheEnabled, frames, window },
      access: "read-write",
      ranges: [{ address: logical, length }],
      describe: () => `a common buffer of ${counted(length, "byte")} at logical ${hexAddress(logical)}`,
      site: parts.history.sites.keep(),
    };
    adapter.commonBuffers.add(buffer);
    return buffer;
  } catch (error) {
    parts.host.pages.free(frames);
    if (error instanceof OutOfMemoryError || error instanceof WindowError) return undefined;
    throw error;
  }
}

export function freeCommonBuffer(parts: MappingParts, adapter: AdapterState, buffer: CommonBuffer): void {
  adapter.commonBuffers.delete(buffer);
  buffer.window.close();
  parts.host.pages.free(buffer.frames);
  parts.history.end(buffer);
}
