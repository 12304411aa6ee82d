import type { ElementLimits } from "../memory/platform-profile.ts";
import type { Allocation } from "./allocation.ts";
import type { BouncePages } from "./bounce-pages.ts";
import type { CommonBuffer } from "./common-buffers.ts";
import type { DeviceDescription, DmaAdapter } from "./dma-adapter.ts";
import type { LogicalPages } from "./logical-pages.ts";

/** What the system keeps of an adapter. */
export interface AdapterState {
  readonly adapter: DmaAdapter;
  readonly description: DeviceDescription;
  /** The device reaches addresses below this. */
  readonly reach: number;
  /** What is in reach is bounced, too. */
  readonly bouncesAll: boolean;
  /** What the device demands of elements. */
  readonly limits: ElementLimits;
  /** Where logical addresses are not the physical ones. */
  readonly logicalPages: LogicalPages | undefined;
  /** Where some memory lies out of the device's reach, or it has no scatter/gather: map registers are pages of their own. */
  readonly bouncePages: BouncePages | undefined;
  /** Most map registers of one operation. */
  readonly maximumRegisters: number;
  isReleased: boolean;
  /** Who has the channel; others wait in `queue`. */
  owner: Allocation | undefined;
  readonly queue: Allocation[];
  /**
   * Everything that holds something or waits, mostly in the order of the calls. An array: what a Set or Map that is filled
   * and emptied without end has held stays alive until the next full garbage collection.
   */
  readonly allocations: Allocation[];
  readonly commonBuffers: Set<CommonBuffer>;
}
