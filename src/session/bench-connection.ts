import { LinkLostError } from "../bus/errors.ts";
import type { Link } from "../bus/link.ts";
import { HiltError } from "../core/errors.ts";
import type { Connection, FreshOptions } from "../links/link-kind.ts";
import { loadLink } from "../links/registry.ts";
import { UnpreparedTargetError } from "./errors.ts";
import { lastWordsFile } from "./last-words.ts";
import { linkLog } from "./link-log.ts";
import type { RunContext } from "./run-context.ts";

/**
 * The connection of this process to the target of its run: made for the first test, serves all of them. A lost link is
 * connected once more, for the next test; if that fails there is no further test. Where nothing has answered as a device there is none either.
 */
export class BenchConnection implements AsyncDisposable {
  readonly #run: RunContext;
  #connection: Promise<Connection> | undefined;
  #lost: string | undefined;
  #reconnected: string | undefined;
  #end: HiltError | undefined;

  constructor(run: RunContext) {
    this.#run = run;
  }

  /** Why the last test's link had to be connected again. */
  get reconnected(): string | undefined {
    return this.#reconnected;
  }

  /** A test has failed since the link was lost. */
  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** The link was lost and could not be connected again, or the way to the device leads to none. */
  get end(): HiltError | undefined {
    return this.#end;
  }

  /** The test has lost its link. */
  noteLost(why: string): void {
    this.#lost ??= why;
  }

  /** What becomes of `work` of a test; a loss of the link is noted. */
  async watch<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof LinkLostError) this.noteLost(error.message);
      throw error;
    }
  }

  /** The device as after its reset. Rejects with its end from that on. */
  async fresh(options: Omit<FreshOptions, "log">): Promise<Link> {
    if (this.#end !== undefined) throw this.#end;
    this.#reconnected = undefined;
    const lost = this.#lost;
    if (lost !== undefined) return await this.#again(lost, options);
    try {
      return await this.#open(options);
    } catch (error) {
      if (error instanceof LinkLostError) return await this.#again(error.message, options);
      this.#noteEnd(error);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A connection that could not be made has been reported by the tests that asked for it.
    const connection = await this.#connection?.catch(() => undefined);
    this.#connection = undefined;
    await connection?.[Symbol.asyncDispose]();
  }

  async #again(why: string, options: Omit<FreshOptions, "log">): Promise<Link> {
    try {
      await this[Symbol.asyncDispose]();
      const link = await this.#open(options);
      this.#lost = undefined;
      this.#reconnected = why;
      return link;
    } catch (error) {
      this.#noteEnd(error);
      throw error;
    }
  }

  /** Whatever the link is to blame for has been waited for, and would be the same for the next test. */
  #noteEnd(error: unknown): void {
    if (error instanceof HiltError && error.blame === "link") this.#end = error;
  }

  async #open(options: Omit<FreshOptions, "log">): Promise<Link> {
    this.#connection ??= this.#connect();
    const connection = await this.#connection;
    return await connection.fresh({ ...options, log: linkLog });
  }

  async #connect(): Promise<Connection> {
    const { target, settings, prepared, problem, workersDirectory } = this.#run;
    if (problem !== undefined) throw new UnpreparedTargetError(problem);
    const kind = await loadLink(settings.link);
    return await kind.connect(target, settings, prepared, {
      log: linkLog,
      ...(workersDirectory === undefined
        ? {}
        : { lastWordsFile: lastWordsFile(workersDirectory, process.pid) }),
    });
  }
}
