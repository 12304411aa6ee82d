import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { VirtualBoard } from "../../src/board/virtual-board.ts";
import type { LineCounts } from "../../src/bus/line-counts.ts";
import { Control } from "../system/board/control.ts";
import { type Hazard, hazards } from "./hazards.ts";
import { type Ended, hostLife, type LifeOptions } from "./host-life.ts";
import { beginning, type Progress, ROUND_BYTES } from "./traffic.ts";

export interface CampaignOptions {
  readonly board: Pick<VirtualBoard, "port" | "control">;
  /** By its name in `hazards`. */
  readonly hazard: string;
  readonly seed: number;
  /** To be moved each way. */
  readonly bytes: number;
  readonly onRound?: (movedBytes: number) => void;
}

export interface CampaignReport {
  readonly rounds: number;
  /** That were lost; each life but the last ends so. */
  readonly lives: readonly Ended[];
  readonly line: Partial<LineCounts>;
  readonly strikes: number;
  /** Bits that were flipped and characters that were lost, as the board's process has counted them. */
  readonly suffered: number;
}

/** Moves bytes both ways under a hazard, and begins again after each session that it has cost. Rejects at the first byte that is wrong. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const { board, hazard: name, seed, onRound } = options;
  const hazard = hazards[name] as Hazard;
  const end = Math.ceil(options.bytes / ROUND_BYTES);
  const lives: Ended[] = [];
  const line: Record<string, number> = {};
  const before = await sufferedBy(board.control);
  let from = beginning;
  while (from.round < end) {
    const { port, control } = board;
    const life: LifeOptions = { port, control, hazard: name, seed, end, from };
    const live = hazard.isKilling ? killedLife : hostLife;
    const ended = await live(life, ({ round }) => onRound?.(round * ROUND_BYTES));
    for (const [key, value] of Object.entries(ended.line)) line[key] = (line[key] ?? 0) + value;
    lives.push(ended);
    if (ended.lost === undefined) break;
    if (!hazard.isFatal) throw new Error(`${name}: ${ended.lost.message}`);
    checkAccount(ended.lost, hazard);
    from = afterLoss(ended.progress, hazard);
  }
  const strikes = lives.reduce((sum, life) => sum + life.strikes, 0);
  return { rounds: end, lives, line, strikes, suffered: (await sufferedBy(board.control)) - before };
}

async function sufferedBy(path: string): Promise<number> {
  const control = await Control.open(path);
  const { flippedBits, lost, overflowed } = await control.line();
  control.close();
  return flippedBits + lost + overflowed;
}

/** What the link has said of its end, and what was seen on the line. A host that was killed says nothing. */
function checkAccount({ message, account, seen }: Required<Ended>["lost"], { isKilling }: Hazard): void {
  if (isKilling) return;
  if (
    seen === undefined ||
    account?.sentBytes !== seen.sentBytes ||
    account.acknowledgedBytes !== seen.acknowledgedBytes
  )
    throw new Error(`${message}: seen were ${JSON.stringify(seen)}`);
}

/** The round that was cut off is not done again: its bytes may have reached the card. */
function afterLoss({ round, cut, since }: Progress, { losesCard }: Hazard): Progress {
  if (losesCard) return { round: round + 1, cut: [], since: round + 1 };
  return { round: round + 1, cut: [...cut, round].slice(-8), since };
}

/** A life in a process of its own, which may be killed. */
async function killedLife(options: LifeOptions, onRound: (progress: Progress) => void): Promise<Ended> {
  const script = fileURLToPath(new URL("host-process.ts", import.meta.url));
  const child = fork(script, [JSON.stringify(options)], { execArgv: ["--import", "tsx"] });
  let progress = options.from;
  let ended: Ended | undefined;
  child.on("message", (message: { progress: Progress } | { ended: Ended }) => {
    if ("ended" in message) {
      ended = message.ended;
      return;
    }
    progress = message.progress;
    onRound(progress);
  });
  return await new Promise((resolve, reject) => {
    child.on("close", (code, signal) => {
      if (ended !== undefined) resolve(ended);
      else if (signal !== "SIGKILL") reject(new Error(`the host has ended with ${code ?? signal}`));
      else
        resolve({
          progress,
          strikes: 1,
          line: {} as LineCounts,
          lost: { message: "killed" },
        });
    });
  });
}
