import type { Traits } from "../bus/traits.ts";

/** What the journal is of. */
export interface JournalHeader {
  readonly target: string;
  /** Hexadecimal with prefix. */
  readonly seed: string;
  /** As the device has identified itself, or its table has named it. */
  readonly device: string;
  /** Whose names its registers have; absent where nobody knows them. */
  readonly registers?: "hilt-dma";
  readonly traits: Traits;
  readonly clock: { readonly kind: "simulated" | "wall"; readonly frequencyHz: number };
  /** The id of the run. */
  readonly run: string;
  /** The bench's path from the project's folder, " > ", and the full name of the test. */
  readonly test: string;
}

/** For a device that has not identified itself. */
export const UNKNOWN_DEVICE = "not known";

const texts = ["target", "seed", "device", "run", "test"] as const satisfies readonly (keyof JournalHeader)[];

/** Throws an error whose message says what is wrong with the text of a header. */
export function parseHeader(text: string): JournalHeader {
  const found: unknown = JSON.parse(text);
  if (typeof found !== "object" || found === null) throw new Error("is not an object");
  const header = found as Partial<Record<string, unknown>>;
  for (const key of texts) if (typeof header[key] !== "string") throw new Error(`lacks the text ${key}`);
  const frequency = (header["clock"] as Partial<JournalHeader["clock"]> | undefined)?.frequencyHz;
  if (typeof frequency !== "number" || !(frequency > 0)) throw new Error("lacks clock.frequencyHz");
  return found as JournalHeader;
}
