import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { LinkLostError } from "../../src/bus/errors.ts";
import type { LineCounts } from "../../src/bus/line-counts.ts";
import { silentLog } from "../../src/core/log.ts";
import { kind } from "../../src/links/uart/uart-kind.ts";
import { SessionLost } from "../../src/wire/errors.ts";
import { Control } from "../system/board/control.ts";
import { hazards } from "./hazards.ts";
import { type Account, LineWitness } from "./line-witness.ts";
import { type Progress, Traffic } from "./traffic.ts";

export interface LifeOptions {
  readonly port: string;
  readonly control: string;
  readonly hazard: string;
  readonly seed: number;
  /** The round after the last. */
  readonly end: number;
  readonly from: Progress;
}

/** How a life has ended. */
export interface Ended {
  readonly progress: Progress;
  readonly line: LineCounts;
  /** How often the hazard has struck. */
  readonly strikes: number;
  /** What the link said of its end; absent where all rounds are done. */
  readonly lost?: {
    readonly message: string;
    /** As the link says. */
    readonly account?: Account | undefined;
    /** On the line. */
    readonly seen?: Account;
  };
}

const BANKS = [{ base: 0x1000_0000, bytes: 1 << 20 }];

/** One session of a host with a board, from its beginning to the last round or to its loss. Throws at the first byte that is wrong. */
export async function hostLife(options: LifeOptions, onRound: (progress: Progress) => void): Promise<Ended> {
  const { port, seed, end } = options;
  const hazard = hazards[options.hazard];
  if (hazard === undefined) throw new Error(`no hazard ${options.hazard}`);
  while (!existsSync(port)) await sleep(20);
  using witness = new LineWitness();
  const control = await Control.open(options.control);
  const { replugMs } = hazard;
  const connection = await kind.connect("board", { port, replugMs }, { port }, { log: silentLog });
  try {
    const link = await connection.fresh({ seed: 1n, log: silentLog, banks: BANKS });
    await control.disturb(hazard.disturbances ?? {});
    const traffic = new Traffic(link, seed);
    let progress = options.from;
    let strikes = 0;
    const { strike } = hazard;
    const strikeNow = async (): Promise<void> => {
      strikes++;
      await strike?.now(control);
    };
    try {
      for (; progress.round < end; onRound(progress)) {
        const isStruck =
          strike !== undefined &&
          progress.round % strike.oneIn === strike.oneIn - 1 &&
          progress.round + 2 < end;
        await traffic.round(progress, isStruck ? strikeNow : undefined);
        progress = { ...progress, round: progress.round + 1 };
      }
      return { progress, strikes, line: link.line as LineCounts };
    } catch (error) {
      if (!(error instanceof LinkLostError)) throw error;
      const { message, cause } = error;
      const account =
        cause instanceof SessionLost
          ? { acknowledgedBytes: cause.acknowledgedBytes, sentBytes: cause.sentBytes }
          : undefined;
      return {
        progress,
        strikes,
        line: link.line as LineCounts,
        lost: { message, account, seen: witness.account },
      };
    } finally {
      await control.disturb({});
    }
  } finally {
    await connection[Symbol.asyncDispose]();
    control.close();
  }
}
