import { type ChildProcess, spawn } from "node:child_process";

export interface ModelProcessOptions {
  /** `name=value`, as the program takes it. */
  readonly words: readonly string[];
  /** It lives on when this process has ended; otherwise its standard input ends with this process. */
  readonly isDetached?: boolean;
  /** How long it may take until it says that it runs: by default 30 s, most of it for a machine that is busy. */
  readonly limitMs?: number | undefined;
  /** What its end is, of which a text says how. */
  readonly endError: (how: string, options?: ErrorOptions) => Error;
  /** That it did not say that it runs. */
  readonly silenceError: (what: string) => Error;
}

/** A program that runs a model in a process of its own (`modelProgram`). */
export interface ModelProcess extends AsyncDisposable {
  readonly pid: number;
  /** Rejects when the process ends without having been asked to. */
  readonly lost: Promise<never>;
}

const LIMIT_MS = 30_000;

/** Resolves when the program has printed its first line. Rejects with one of the two errors. */
export async function startModelProcess(
  program: string,
  options: ModelProcessOptions,
): Promise<ModelProcess> {
  const { words, isDetached = false } = options;
  const child = spawn(program, words, {
    stdio: [isDetached ? "ignore" : "pipe", "pipe", "pipe"],
    detached: isDetached,
  });
  const ended = endOf(child, options);
  await Promise.race([firstLine(child, options), ended]);
  if (isDetached) {
    child.unref();
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
  let isAsked = false;
  const lost = ended.catch((error: unknown) => {
    if (!isAsked) throw error;
    return new Promise<never>(() => {});
  });
  // Whoever waits for nothing else hears of it by the link.
  lost.catch(() => {});
  return {
    ...{ pid: child.pid as number, lost },
    async [Symbol.asyncDispose]() {
      isAsked = true;
      child.kill("SIGTERM");
      await ended.catch(() => {});
    },
  };
}

/** Rejects at the end of the process, with what it has said last. */
function endOf(child: ChildProcess, { endError }: ModelProcessOptions): Promise<never> {
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = `${said}${text}`.slice(-4096);
  });
  return new Promise((_resolve, reject) => {
    child.on("error", (cause) => reject(endError(`cannot be started: ${cause.message}`, { cause })));
    child.on("close", (status, signal) => {
      const how = signal === null ? `ended with status ${status}` : `was ended by ${signal}`;
      const last = said.trim().split("\n").at(-1);
      reject(endError(last ? `${how}: ${last}` : how));
    });
  });
}

function firstLine(
  child: ChildProcess,
  { limitMs = LIMIT_MS, silenceError }: ModelProcessOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      child.kill("SIGKILL");
      reject(silenceError(`its process has said nothing for ${limitMs / 1000} s`));
    }, limitMs);
    child.once("close", () => clearTimeout(limit));
    child.stdout?.once("data", () => {
      clearTimeout(limit);
      resolve();
    });
  });
}
