import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { Random } from "../../../../src/core/random.ts";
import type { FarEnd } from "./far-end.ts";

/** What is soon so is seen in its turn; what takes longer does not keep the machine busy. */
const QUICK_LOOKS = 1000;

/** What holds for a class, and throws for one of which it does not hold. */
export interface Rule<Class> {
  readonly name: string;
  readonly check: (subject: Class, until: Until) => Promise<void>;
}

/** Resolves when it is so; rejects where that takes too long. */
export type Until = (condition: () => boolean) => Promise<void>;

export function untilWithin(limitMs: number): Until {
  return async (condition) => {
    const start = performance.now();
    for (let looks = 0; !condition(); looks++) {
      if (performance.now() - start > limitMs) throw new Error(`${condition} is not so after ${limitMs} ms`);
      await (looks < QUICK_LOOKS ? nextTurn() : sleep(1));
    }
  };
}

/** In which whatever the kernel has to say has been said. */
export async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await nextTurn();
}

/** More than a pseudo-terminal has room for, in pieces that are none of its own. */
export const pieces: readonly Uint8Array[] = Array.from({ length: 120 }, (_, index) =>
  new Random(BigInt(index)).bytes(1021),
);
export const allPieces = Buffer.concat(pieces);

/** What has come at the far end when it is as long as all pieces. */
export async function takeAll(far: FarEnd, until: Until): Promise<Buffer> {
  const taken: Buffer[] = [];
  let length = 0;
  await until(() => {
    const bytes = far.read();
    taken.push(bytes);
    length += bytes.length;
    return length >= allPieces.length;
  });
  return Buffer.concat(taken);
}
