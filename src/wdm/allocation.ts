import type { CallSite } from "../core/call-sites.ts";
import type { Range } from "../memory/mdl.ts";
import type { AdapterState } from "./adapter-state.ts";
import type { DeviceObject } from "./dma-adapter.ts";
import type { Mapping } from "./mapping.ts";
import type { ScatterGatherList } from "./scatter-gather.ts";
import type { ContextRecord } from "./transfer-context.ts";

/**
 * One request for the adapter's channel and for map registers, from the call until nothing of it is held. The driver
 * knows it as MapRegisterBase.
 *
 * `queued`: waits for the channel; `waiting`: has the channel and waits for registers; `granted`: `grant` was or is
 * being called; `ended`: nothing is held any more.
 */
export class Allocation {
  readonly adapter: AdapterState;
  readonly deviceObject: DeviceObject;
  /** Absent for the routines before version 3. */
  readonly record: ContextRecord | undefined;
  /** Map registers that were asked for. */
  readonly registers: number;
  /** Takes what else it needs, once it has the channel and its registers; false when that is not to be had, with nothing taken. */
  readonly prepare: ((allocation: Allocation) => boolean) | undefined;
  /** Called with the allocation itself, once it has the channel and its registers. */
  readonly grant: (allocation: Allocation) => void;
  /** Of the device object when the request was made. */
  readonly irp: unknown;
  /** It is for a list: the driver never sees its registers. */
  readonly isList: boolean;
  /** Of a list: what is or will be mapped. */
  readonly range: Range | undefined;
  /** The driver's memory for the list. */
  readonly listBuffer: ScatterGatherList | undefined;
  /** Of the call that made the request. */
  readonly site: CallSite | undefined;
  /** The execution routine has returned. */
  hasReturned = false;
  stage: "queued" | "waiting" | "granted" | "ended" = "queued";
  holdsChannel = false;
  /** The channel is the driver's to free: KeepObject, or a synchronous request without a routine. */
  isKept = false;
  holdsRegisters = false;
  /** Bounce pages that it needs: of a list those of its own, of map registers one each, as anything may be mapped with them. */
  readonly bounceCount: number;
  /** Their page frame numbers; only where the device needs bouncing. */
  bouncePages: readonly number[] = [];
  /** What the driver got, until it gives it back. */
  list: ScatterGatherList | undefined;
  /** BuildMdlFromScatterGatherList has made an MDL of the list. */
  isTranslated = false;
  /** Why the link refused a window in its last turn, if it did: what it waits for, then. */
  windowFault: string | undefined;
  /** What is mapped now: one piece for the routines of version 3, several for MapTransfer. */
  readonly mappings: Mapping[] = [];

  constructor(
    parts: Pick<Allocation, "adapter" | "deviceObject" | "record" | "registers" | "isList" | "grant"> &
      Partial<Pick<Allocation, "prepare" | "bounceCount" | "range" | "listBuffer" | "site">>,
  ) {
    this.prepare = parts.prepare;
    this.adapter = parts.adapter;
    this.deviceObject = parts.deviceObject;
    this.record = parts.record;
    this.registers = parts.registers;
    this.site = parts.site;
    this.range = parts.range;
    this.listBuffer = parts.listBuffer;
    this.bounceCount = parts.bounceCount ?? parts.registers;
    this.isList = parts.isList;
    this.irp = parts.deviceObject?.currentIrp;
    this.grant = parts.grant;
  }

  get mappedBytes(): number {
    return this.mappings.reduce((sum, mapping) => sum + mapping.lengthBytes, 0);
  }

  /** The first run of bounce pages that no mapping uses: there is one as long as a map register is left. */
  get freeBouncePages(): readonly number[] {
    const used = new Set(this.mappings.flatMap(({ bounceFrames }) => bounceFrames));
    const rest = this.bouncePages.slice(this.bouncePages.findIndex((frame) => !used.has(frame)));
    const end = rest.findIndex((frame) => used.has(frame));
    return end < 0 ? rest : rest.slice(0, end);
  }

  get mappedRegisters(): number {
    return this.mappings.reduce((sum, mapping) => sum + mapping.pages, 0);
  }
}

/** The allocation of this adapter behind a handle of the driver's, granted and with its registers. */
export function allocationOf(state: AdapterState, base: unknown): Allocation | undefined {
  return base instanceof Allocation &&
    base.adapter === state &&
    base.stage === "granted" &&
    base.holdsRegisters
    ? base
    : undefined;
}
