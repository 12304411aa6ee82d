import type { TargetConfig } from "../config/config.ts";
import type { WavesChoice } from "../links/open-options.ts";

/** What the process that starts a run hands to the workers; plain data. */
export interface RunContext {
  readonly target: string;
  readonly settings: TargetConfig;
  /** Hexadecimal with prefix. */
  readonly seed: string;
  readonly root: string;
  readonly cacheDirectory: string;
  readonly waves?: WavesChoice & { readonly directory: string };
}

/** What a test says of itself when it ends, through Vitest's `task.meta`. */
export interface BenchFacts {
  readonly device: string;
  readonly cycles: number;
  readonly readBursts: number;
  readonly writeBursts: number;
  /** In whole bus words. */
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly interrupts: number;
}

declare module "vitest" {
  interface ProvidedContext {
    hilt: RunContext;
  }
  interface TaskMeta {
    hilt?: BenchFacts;
  }
}
