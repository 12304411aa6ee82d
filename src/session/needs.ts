import type { Traits } from "../bus/traits.ts";
import { withCommas } from "../core/counted.ts";
import { type Blame, HiltError } from "../core/errors.ts";
import type { Identity } from "../driver/identity.ts";

/**
 * What a bench may need of a target, a word each. What follows the word in a sentence about the target is why one lacks it,
 * such as "target card does not inject errors".
 */
const ofTraits = {
  stepped: { isMet: ({ time }) => time === "stepped", lack: "runs in wall time" },
  wall: { isMet: ({ time }) => time === "wall", lack: "runs in stepped time" },
  level: {
    isMet: ({ interrupts }) => interrupts === "level",
    lack: "sees that the interrupt rises, not that it is high",
  },
  message: {
    isMet: ({ interrupts }) => interrupts === "message",
    lack: "has an interrupt line with a level",
  },
  "several-vectors": { isMet: ({ vectors }) => vectors > 1, lack: "has one interrupt" },
  observes: {
    isMet: ({ observes }) => observes !== "nothing",
    lack: "does not see what the device accesses",
  },
  bursts: { isMet: ({ observes }) => observes === "bursts", lack: "does not see the device's bursts" },
  faults: {
    isMet: ({ windows }) => windows !== "unchecked" && windows.reportsFaults,
    lack: "does not report accesses outside of windows",
  },
  "strict-windows": {
    isMet: ({ windows }) =>
      windows !== "unchecked" && Math.max(windows.readUnit, windows.writeUnit) <= WIDEST_BUS_BYTES,
    lack: "does not check windows by the word of the bus",
  },
  "register-errors": {
    isMet: ({ registerErrors }) => registerErrors === "reported",
    lack: "does not report register accesses that the device refuses",
  },
  "registers-64": { isMet: ({ registerBits }) => registerBits === 64, lack: "has no registers of 64 bits" },
  errors: { isMet: (traits) => traits.errors, lack: "does not inject errors" },
  waves: { isMet: (traits) => traits.waves, lack: "does not record signals in this run" },
  signals: { isMet: (traits) => traits.signals, lack: "does not show the design's insides" },
} as const satisfies Record<string, TraitNeed>;

interface TraitNeed {
  isMet(traits: Traits): boolean;
  readonly lack: string;
}

/** Windows of pages are another kind. */
const WIDEST_BUS_BYTES = 64;

/** What hilt's controller says of itself: a truth, or a number that a bench needs at least. */
const ofDevice = {
  driver: { of: () => true, lack: "" },
  rings: { of: ({ ringEntriesLog2 }) => ringEntriesLog2 > 0, lack: "has no rings" },
  "register-mode": {
    of: ({ hasRegisterMode }) => hasRegisterMode,
    lack: "is not driven by its registers alone",
  },
  "ring-entries": { of: ({ ringEntriesLog2 }) => (ringEntriesLog2 > 0 ? 2 ** ringEntriesLog2 : 0) },
  "card-bytes": { of: ({ cardMemoryBytes }) => cardMemoryBytes },
  "address-bits": { of: ({ addressBits }) => addressBits },
} as const satisfies Record<string, DeviceNeed>;

type DeviceNeed =
  | { of(identity: Identity): boolean; readonly lack: string }
  | { of(identity: Identity): number };

type WordsOf<Table, Of> = {
  [W in keyof Table]: Table[W] extends { of(identity: Identity): Of } ? W : never;
}[keyof Table];

/** A need without a number. */
export type NeedWord = keyof typeof ofTraits | WordsOf<typeof ofDevice, boolean>;
/** A need with a number, the least that will do. */
export type NeedQuantity = WordsOf<typeof ofDevice, number>;
/** What `test.needs` takes: words, and quantities such as `{ "card-bytes": 65_536 }`. */
export type Need = NeedWord | { readonly [W in NeedQuantity]?: number };

/** One need, as it travels from a worker; plain data. */
export interface StatedNeed {
  readonly word: string;
  readonly least?: number;
}

/** What is known of a target before it is opened. */
export interface TargetFacts {
  readonly target: string;
  readonly traits: Traits;
  /** Its device is hilt's controller. */
  readonly hasDriver: boolean;
}

/** Such a need there is not. */
export class UnknownNeedError extends HiltError {
  readonly code = "E_NEED";
  readonly blame: Blame = "usage";
}

const isQuantity = (word: string): word is NeedQuantity =>
  Object.hasOwn(ofDevice, word) && !("lack" in ofDevice[word as keyof typeof ofDevice]);

/** Every word, with the quantities among them. */
export const needWords: readonly { readonly word: string; readonly isQuantity: boolean }[] = [
  ...Object.keys(ofTraits),
  ...Object.keys(ofDevice),
].map((word) => ({ word, isQuantity: isQuantity(word) }));

/** Throws `UnknownNeedError` for what is none. */
export function statedNeeds(needs: readonly unknown[]): StatedNeed[] {
  const stated = needs.flatMap((need) => {
    if (typeof need === "string") return [statedWord(need)];
    if (typeof need !== "object" || need === null || Array.isArray(need))
      throw new UnknownNeedError(`${JSON.stringify(need)} is not a need; there is ${words()}`);
    return Object.entries(need).map(([word, least]) => statedQuantity(word, least));
  });
  if (stated.length === 0) throw new UnknownNeedError(`needs() without a need; there is ${words()}`);
  return stated;
}

function statedWord(word: string): StatedNeed {
  checkWord(word);
  if (isQuantity(word))
    throw new UnknownNeedError(`the need ${word} has a number: { "${word}": <the least that will do> }`);
  return { word };
}

function statedQuantity(word: string, least: unknown): StatedNeed {
  checkWord(word);
  if (!isQuantity(word)) throw new UnknownNeedError(`the need ${word} is a word without a number: "${word}"`);
  if (typeof least !== "number" || !Number.isSafeInteger(least) || least < 1)
    throw new UnknownNeedError(`the need ${word}: ${String(least)} is not a whole number from 1 on`);
  return { word, least };
}

function checkWord(word: string): void {
  if (!needWords.some((known) => known.word === word))
    throw new UnknownNeedError(`${JSON.stringify(word)} is not a need; there is ${words()}`);
}

function words(): string {
  return needWords.map(({ word, isQuantity: has }) => (has ? `{ "${word}": number }` : word)).join(", ");
}

/** Why the target does not meet some of the needs, as far as that is known before it is opened; undefined if it does. */
export function lackOfTarget(
  needs: readonly StatedNeed[],
  { target, traits, hasDriver }: TargetFacts,
): string | undefined {
  return joined(needs, ({ word }) => {
    if (Object.hasOwn(ofTraits, word)) {
      const { isMet, lack } = ofTraits[word as keyof typeof ofTraits];
      return isMet(traits) ? undefined : `target ${target} ${lack}`;
    }
    return hasDriver ? undefined : `the device of target ${target} is not hilt's DMA controller`;
  });
}

/** Whether the text of a bench could state a need that the target does not meet. What it imports is not looked at. */
export function mayNeedMore(text: string, facts: TargetFacts): boolean {
  const isThere = ({ word }: StatedNeed): boolean => text.includes(word);
  return (
    text.includes("needs") &&
    needWords.some((need) => isThere(need) && lackOfTarget([need], facts) !== undefined)
  );
}

/** Why the device does not meet some of the needs; undefined if it does. */
export function lackOfDevice(
  needs: readonly StatedNeed[],
  target: string,
  identity: Identity,
): string | undefined {
  return joined(needs, ({ word, least = 0 }) => {
    if (!Object.hasOwn(ofDevice, word)) return undefined;
    const need: DeviceNeed = ofDevice[word as keyof typeof ofDevice];
    const found = need.of(identity);
    if (typeof found === "number")
      return found >= least ? undefined : `the device of target ${target} has ${withCommas(found)}`;
    return found ? undefined : `the device of target ${target} ${(need as { lack: string }).lack}`;
  });
}

function joined(
  needs: readonly StatedNeed[],
  lackOf: (need: StatedNeed) => string | undefined,
): string | undefined {
  const lacks = needs.flatMap((need) => {
    const lack = lackOf(need);
    const least = need.least === undefined ? "" : ` ${withCommas(need.least)}`;
    return lack === undefined ? [] : [`needs ${need.word}${least}: ${lack}`];
  });
  return lacks.length === 0 ? undefined : [...new Set(lacks)].join("; ");
}
