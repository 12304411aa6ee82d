import koffi from "koffi";
import { ToolError } from "../errors.ts";

/** Address of a model in the library. */
export type Handle = unknown;

/** Where a model keeps what the host reads and writes; addresses count from the start of its memory, which begins with its status. */
export interface Description {
  readonly ports: readonly PortPlace[];
  readonly variables: readonly VariablePlace[];
}

export interface PortPlace {
  readonly name: string;
  readonly width: number;
  readonly direction: "input" | "output";
  readonly address: number;
}

export interface VariablePlace {
  readonly name: string;
  readonly width: number;
  /** Elements; 0 for what is no memory. */
  readonly depth: number;
  /** The number of the first element. */
  readonly first: number;
  readonly address: number;
}

/** What the design has said, as the library tells it: `text` is printed, the others are calls of the runtime. */
export interface NativeMessage {
  readonly kind: "text" | "stop" | "finish" | "fault";
  readonly text: string;
  readonly place: string;
  readonly cycle: number;
}

/** The functions of sim/verilator/model.cpp and watch.cpp. Only this file knows of foreign functions. */
export interface ModelLibrary {
  readonly path: string;
  /** Bytes of memory that a model needs. */
  readonly bytes: number;
  /** `memory` is zeroed, and the model's until it is closed. */
  open(seed: bigint | undefined, memory: Uint8Array): Handle;
  describe(handle: Handle): Description;
  run(handle: Handle, limit: number): number;
  settle(handle: Handle): number;
  messages(handle: Handle): NativeMessage[];
  openWaves(handle: Handle, file: string, scopes: string): void;
  closeWaves(handle: Handle): void;
  writeCoverage(handle: Handle, file: string): void;
  clearCoverage(handle: Handle): void;
  close(handle: Handle): void;
  watch(file: string, stallMs: number): void;
  /** One more block for the last words, after those before it. */
  keep(block: Uint8Array): void;
  error(): string;
}

const loaded = new Map<string, ModelLibrary>();
/** By library, which has the address: they must not be collected. */
const watchedBlocks = new Map<string, Uint8Array[]>();

export function isLoaded(path: string): boolean {
  return loaded.has(path);
}

/** Loads a library, once in a process; it is never unloaded. Throws `ToolError` for a file that is no library. */
export function loadLibrary(path: string): ModelLibrary {
  const known = loaded.get(path);
  if (known !== undefined) return known;
  let native: ReturnType<typeof koffi.load>;
  try {
    native = koffi.load(path);
  } catch (cause) {
    throw new ToolError(`the model ${path} cannot be loaded: ${(cause as Error).message}`, { cause });
  }
  // Absent in a model that was built without them.
  const optional = (signature: string): ((...args: unknown[]) => unknown) | undefined => {
    try {
      return native.func(signature);
    } catch {
      return undefined;
    }
  };
  const bytes = native.func("double hilt_bytes()");
  const open = native.func("void *hilt_open(const uint64_t *seed, void *memory)");
  const describe = native.func("const char *hilt_describe(void *model)");
  const run = native.func("double hilt_run(void *model, double limit)");
  const settle = native.func("int hilt_settle(void *model)");
  const messages = native.func("const char *hilt_messages(void *model)");
  const close = native.func("void hilt_close(void *model)");
  const error = native.func("const char *hilt_error()") as () => string;
  const watch = native.func("void hilt_watch(const char *file, int stallMs)");
  const keep = native.func("void hilt_keep(const void *block, uint64_t bytes)");
  const openWaves = optional("int hilt_open_waves(void *model, const char *file, const char *scopes)");
  const closeWaves = optional("void hilt_close_waves(void *model)");
  const writeCoverage = optional("int hilt_write_coverage(void *model, const char *file)");
  const clearCoverage = optional("int hilt_clear_coverage(void *model)");
  const check = (result: unknown): void => {
    if (result !== 0) throw new ToolError(error());
  };
  let description: Description | undefined;
  const library: ModelLibrary = {
    path,
    bytes: bytes() as number,
    open: (seed, memory) => {
      const handle: unknown = open(seed === undefined ? null : [seed], memory);
      if (handle === null) throw new ToolError(error());
      return handle;
    },
    // All of its models are alike.
    describe: (handle) => (description ??= JSON.parse(describe(handle) as string) as Description),
    run: run as ModelLibrary["run"],
    settle: settle as ModelLibrary["settle"],
    messages: (handle) => JSON.parse(messages(handle) as string) as NativeMessage[],
    openWaves: (handle, file, scopes) => check(openWaves?.(handle, file, scopes)),
    closeWaves: (handle) => void closeWaves?.(handle),
    writeCoverage: (handle, file) => check(writeCoverage?.(handle, file)),
    clearCoverage: (handle) => check(clearCoverage?.(handle)),
    close: close as ModelLibrary["close"],
    watch: (file, stallMs) => {
      watchedBlocks.set(path, []);
      watch(file, stallMs);
    },
    keep: (block) => {
      watchedBlocks.get(path)?.push(block);
      keep(block, BigInt(block.length));
    },
    error,
  };
  loaded.set(path, library);
  return library;
}
