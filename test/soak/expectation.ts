import { errorKinds, errorStages } from "../../src/spec/codes.ts";

export const kinds = Object.fromEntries(errorKinds.map(({ name, value }) => [name, value])) as Record<
  (typeof errorKinds)[number]["name"],
  number
>;
export const stages = Object.fromEntries(errorStages.map(({ name, value }) => [name, value])) as Record<
  (typeof errorStages)[number]["name"],
  number
>;

/** What became of a descriptor, as registers and records tell it. */
export interface Outcome {
  readonly kind: number;
  readonly stage: number;
  readonly write: boolean;
  readonly residueBytes: number;
  /** `undefined` where it follows from when an abort came. */
  readonly address: bigint | undefined;
}

export const GOOD: Outcome = {
  kind: kinds.NONE,
  stage: stages.DATA,
  write: false,
  residueBytes: 0,
  address: 0n,
};

/** A transfer that host memory answers with an error at the 8 bytes round `failing`. */
export function dataError(
  isWrite: boolean,
  kind: number,
  start: bigint,
  lengthBytes: number,
  failing: bigint,
  geometry: { readonly wordBytes: number; readonly burstBytes: number },
): Outcome {
  const floor = (address: bigint, unit: number): bigint => address - (address % BigInt(unit));
  const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
  const word = max(floor(start, geometry.wordBytes), floor(failing, 8));
  const address = isWrite ? max(start, floor(word, geometry.burstBytes)) : word;
  const arrived = Number(max(address, start) - start);
  return { kind, stage: stages.DATA, write: isWrite, residueBytes: lengthBytes - arrived, address };
}

/** Nothing of the descriptor is known: reading it failed. */
export function isUnreadable({ kind, stage }: Pick<Outcome, "kind" | "stage">): boolean {
  return stage === stages.DESCRIPTOR && isBusError(kind);
}

export function isBusError(kind: number): boolean {
  return kind === kinds.SLVERR || kind === kinds.DECERR;
}
