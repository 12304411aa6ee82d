import { describeSite } from "../core/call-sites.ts";
import { counted } from "../core/counted.ts";
import { hexAddress } from "../core/hex.ts";
import { isLocked, type Mdl, type Range } from "../memory/mdl.ts";
import type { ElementLimits } from "../memory/platform-profile.ts";
import type { Host } from "./host.ts";
import { isMemory, type Plan } from "./mapping.ts";
import type { ScatterGatherList } from "./scatter-gather.ts";

/** Finds that a buffer is none any more, or that its MDL has no pages, or pages that are no memory: nothing of it is mapped. */
export function isUnmappable({ findings, parts }: Host, routine: string, range: Range, plan: Plan): boolean {
  const place = parts.host.freedPlace(range);
  if (place !== undefined) {
    findings.report("BUFFER_FREED", `${routine} of a buffer that was freed ${place}`);
    return true;
  }
  if (isMemory(plan, parts.host.physical)) return false;
  findings.report(
    "MDL_NOT_MEMORY",
    `${routine} of an MDL whose page frame numbers are not all pages of memory`,
  );
  return true;
}

/** Finds that memory for a list is one that a request has, waits for or has handed out. */
export function isListShared(
  { adapters, findings }: Host,
  routine: string,
  buffer: ScatterGatherList,
): boolean {
  for (const { allocations } of adapters.values())
    for (const { listBuffer, list, site } of allocations) {
      if (listBuffer !== buffer && list !== buffer) continue;
      findings.report("LIST_BUFFER_SHARED", `${routine} with memory for a list that another request uses`, {
        mapping: `that request was made ${describeSite(site)}`,
      });
      return true;
    }
  return false;
}

/** A bus master has no use for either, and the pages say that they are NULL. */
export function checkNull(
  { findings }: Host,
  routine: string,
  completionRoutine: unknown,
  completionContext: unknown,
): void {
  if ((completionRoutine ?? completionContext ?? null) !== null)
    findings.report("NOT_NULL", `${routine} with a DmaCompletionRoutine or a CompletionContext`);
}

export function checkLocked({ findings }: Host, routine: string, mdl: Mdl): void {
  if (!isLocked(mdl)) findings.report("NOT_LOCKED", `${routine} of a buffer whose pages are not locked`);
}

/** The system cuts elements as the device needs them, but where a buffer begins and ends is the driver's. */
export function checkElements(
  { findings }: Host,
  routine: string,
  { dmaAlignment, minimumTransferUnit }: ElementLimits,
  { runs }: Plan,
): void {
  if (dmaAlignment === 1 && minimumTransferUnit === 1) return;
  for (let index = 0; index < runs.length; index += 2) {
    const [address, length] = [runs[index] as number, runs[index + 1] as number];
    const details = { parameters: { element: index / 2, address, length } };
    // Of a page that is not chosen yet the place in it counts, which is kept.
    if (address % dmaAlignment !== 0) {
      findings.report(
        "BUFFER_ALIGNMENT",
        `${routine} of a buffer that makes an element at logical ${place(address)}, which is not a multiple of the alignment of ${dmaAlignment} bytes`,
        details,
      );
      return;
    }
    if (length % minimumTransferUnit !== 0) {
      findings.report(
        "BUFFER_ALIGNMENT",
        `${routine} of a buffer that makes an element of ${counted(length, "byte")}, which is not a multiple of the transfer unit of ${minimumTransferUnit} bytes`,
        details,
      );
      return;
    }
  }
}

function place(address: number): string {
  return address < 0 ? "an address" : hexAddress(BigInt(address));
}
