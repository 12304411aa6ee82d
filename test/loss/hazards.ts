import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Control, Disturbances } from "../system/board/control.ts";
import { requests } from "../system/board/control.ts";

/** What a line, a cable, a host or a board suffers while data move. */
export interface Hazard {
  /** Of the line, all the time. */
  readonly disturbances?: Disturbances;
  /** In the midst of a round, one in `oneIn` of them. */
  readonly strike?: { readonly oneIn: number; now(control: Control): Promise<void> };
  /** The session ends with each strike. */
  readonly isFatal?: boolean;
  /** It takes the host's process with it. */
  readonly isKilling?: boolean;
  /** What the board had in its memory is gone with it. */
  readonly losesCard?: boolean;
  /** Milliseconds for which a port that is gone is waited for. */
  readonly replugMs?: number;
}

const FROZEN_SECONDS = 1.2;
const UNPLUGGED_MS = 200;

/** This process stands still, all of its threads; somebody else lets it go on. */
async function freeze(): Promise<void> {
  const waker = spawn("sh", ["-c", `sleep ${FROZEN_SECONDS}; kill -CONT ${process.pid}`]);
  await once(waker, "spawn");
  process.kill(process.pid, "SIGSTOP");
}

/** A thousand million is all. */
export const hazards: Readonly<Record<string, Hazard>> = {
  "bit errors 1e-6": { disturbances: { seed: 1, bitErrors: 1_000 } },
  "bit errors 1e-5": { disturbances: { seed: 2, bitErrors: 10_000 } },
  "bit errors 1e-4": { disturbances: { seed: 3, bitErrors: 100_000 } },
  "byte loss 1e-4": { disturbances: { seed: 4, lost: 100_000 } },
  "host frozen": { strike: { oneIn: 8, now: freeze } },
  "cable pulled": { strike: { oneIn: 4, now: (control) => control.unplug(UNPLUGGED_MS) } },
  "cable pulled for good": {
    strike: { oneIn: 8, now: (control) => control.unplug(UNPLUGGED_MS) },
    ...{ isFatal: true, replugMs: 0 },
  },
  "board reset": {
    strike: { oneIn: 4, now: async (control) => void (await control.ask(requests.reset)) },
    ...{ isFatal: true, losesCard: true },
  },
  "host killed": {
    strike: { oneIn: 8, now: async () => void process.kill(process.pid, "SIGKILL") },
    ...{ isFatal: true, isKilling: true },
  },
};
