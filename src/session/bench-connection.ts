import type { Link } from "../bus/link.ts";
import { silentLog } from "../core/log.ts";
import type { Connection, FreshOptions } from "../links/link-kind.ts";
import { loadLink } from "../links/registry.ts";
import { UnpreparedTargetError } from "./errors.ts";
import { lastWordsFile } from "./last-words.ts";
import type { RunContext } from "./run-context.ts";

/** The connection of this process to the target of its run; it is made for the first test and serves all of them. */
export class BenchConnection implements AsyncDisposable {
  readonly #run: RunContext;
  #connection: Promise<Connection> | undefined;

  constructor(run: RunContext) {
    this.#run = run;
  }

  /** The device as after its reset. */
  async fresh(options: Omit<FreshOptions, "log">): Promise<Link> {
    this.#connection ??= this.#connect();
    const connection = await this.#connection;
    return await connection.fresh({ ...options, log: silentLog });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A connection that could not be made has been reported by the tests that asked for it.
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.[Symbol.asyncDispose]();
  }

  async #connect(): Promise<Connection> {
    const { target, settings, prepared, problem, workersDirectory } = this.#run;
    if (problem !== undefined) throw new UnpreparedTargetError(problem);
    const kind = await loadLink(settings.link);
    return await kind.connect(target, settings, prepared, {
      log: silentLog,
      ...(workersDirectory === undefined
        ? {}
        : { lastWordsFile: lastWordsFile(workersDirectory, process.pid) }),
    });
  }
}
