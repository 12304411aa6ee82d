import { writeFileSync } from "node:fs";
import type { WaveRecord } from "../bus/wave-record.ts";
import { hex, hexAddress } from "../core/hex.ts";
import type { JournalEntry } from "../journal/journal-entry.ts";
import type { WavesWindow } from "../links/link-kind.ts";
import { beside, gtkwaveSave, surferCommands } from "../report/viewer-files.ts";

export interface ViewedTest {
  readonly entries: readonly JournalEntry[];
  /** The cycle to look at first. */
  readonly focus: number;
  /** What the record covers. */
  readonly window: Pick<WavesWindow, "from" | "to">;
  readonly nameOf: (address: number, value: number) => string | undefined;
}

/** Writes what GTKWave and Surfer show of waves, beside the file; the link is closed. */
export function writeViewerFiles(waves: WaveRecord, { entries, focus, window, nameOf }: ViewedTest): void {
  const from = typeof window.from === "number" ? window.from : 0;
  const to = window.to ?? Number.POSITIVE_INFINITY;
  const marks = new Map<number, Mark[]>();
  let last: JournalEntry | undefined;
  for (const entry of entries) {
    const isSameBreach = isBreach(entry) && last !== undefined && isBreach(last);
    last = entry;
    const mark = isSameBreach ? undefined : markOf(entry, nameOf);
    if (mark === undefined || entry.asked < from || entry.asked > to) continue;
    marks.set(entry.asked, [...(marks.get(entry.asked) ?? []), mark]);
  }
  const markers = [...marks]
    .sort(([a], [b]) => a - b)
    .map(([cycle, all]) => {
      // The host posts writes without letting time pass; what went wrong comes last.
      const { short, label } = all.find(({ isLoud }) => isLoud) ?? (all[0] as Mark);
      const others = all.length - 1;
      return {
        time: waves.timeOf(cycle),
        short: others === 0 ? short : `${short} +${others}`,
        label: `${label}${others === 0 ? "" : ` and ${others} more`} in cycle ${cycle}`,
      };
    });
  const view = { file: waves.file, groups: waves.groups, markers, focus: waves.timeOf(focus) };
  writeFileSync(beside(waves.file, ".gtkw"), gtkwaveSave(view));
  writeFileSync(beside(waves.file, ".sucl"), surferCommands(view));
}

interface Mark {
  readonly short: string;
  readonly label: string;
  readonly isLoud?: boolean;
}

function isBreach({ kind }: JournalEntry): boolean {
  return kind === "fault" || kind === "violation";
}

/** Of a transaction, or of what went wrong in one. */
function markOf(entry: JournalEntry, nameOf: ViewedTest["nameOf"]): Mark | undefined {
  if (entry.kind === "register") {
    const { access, address, value } = entry;
    // Without the names of the fields: markers are narrow.
    const [what = ""] = (nameOf(address, value) ?? `${hex(address, 4)} = ${hex(value, 8)}`).split(" (");
    return { short: `${access} ${what.split(" ")[0]}`, label: `host ${access}s ${what}` };
  }
  if (entry.kind === "access") {
    const { direction, lengthBytes, address } = entry;
    return {
      short: `${direction} ${lengthBytes}`,
      label: `device ${direction}s ${lengthBytes} bytes at ${hexAddress(address)}`,
    };
  }
  if (entry.kind === "fault")
    return { short: "FAULT", label: `FAULT at ${hexAddress(entry.address)}`, isLoud: true };
  if (entry.kind === "violation")
    return { short: entry.rule, label: `VIOLATION of ${entry.rule}`, isLoud: true };
  return undefined;
}
