import { relative } from "node:path";
import { describe as baseDescribe, expect as baseExpect, test as baseTest, inject } from "vitest";
import { LinkLostError } from "../bus/errors.ts";
import { nameFilesFrom } from "../core/call-sites.ts";
import type { Random } from "../core/random.ts";
import type { DmaDevice } from "../driver/dma-device.ts";
import { describeLastTransfer } from "../driver/transfer-record.ts";
import { HostBuffer } from "../memory/host-buffer.ts";
import { HostChain } from "../memory/host-chain.ts";
import type { HostMemory } from "../memory/host-memory.ts";
import { LINK_LOST } from "../report/run-result.ts";
import type { DmaAdapter } from "../wdm/dma-adapter.ts";
import type { DmaSystem } from "../wdm/dma-system.ts";
import { BenchConnection } from "./bench-connection.ts";
import type { BenchLink } from "./bench-link.ts";
import { BenchSession } from "./bench-session.ts";
import { DataMismatchError } from "./errors.ts";
import { lackOfTarget } from "./needs.ts";
import type { BenchFacts } from "./run-context.ts";
import { namesOf } from "./test-names.ts";
import { type BenchTest, needsOf, type WithNeeds, withNeeds } from "./with-needs.ts";

/** What a bench may ask for; each test gets its own. */
export interface Fixtures {
  /** @internal */
  readonly connection: BenchConnection;
  /** @internal */
  readonly session: BenchSession;
  readonly host: HostMemory;
  readonly device: DmaDevice;
  readonly adapter: DmaAdapter;
  readonly system: DmaSystem;
  readonly link: BenchLink;
  /** Random numbers of this test, from the run's seed. */
  readonly rng: Random;
}

const fixtures = baseTest.extend<Fixtures>({
  connection: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from it what the fixture needs.
    async ({}, use) => {
      await using connection = new BenchConnection(inject("hilt"));
      await use(connection);
    },
    { scope: "file" },
  ],
  session: [
    async ({ task, skip, connection }, use) => {
      const run = inject("hilt");
      nameFilesFrom(run.plainRoot ?? run.root);
      const needs = needsOf(task);
      skipFor(lackOfTarget(needs, run), skip);
      const name = [relative(run.plainRoot ?? run.root, task.file.filepath), ...namesOf(task)].join(" > ");
      const noteFacts = (facts: BenchFacts): void => {
        const { reconnected } = connection;
        task.meta.hilt = { ...facts, ...(reconnected === undefined ? {} : { reconnected }) };
      };
      const { isLost, end } = connection;
      const opening = connection.watch(BenchSession.open(run, connection, name, noteFacts));
      const session = await opening.catch((error: unknown) => {
        // Vitest alone does not fail a run because of a test that has not run: one must have failed before.
        const isFirst = !isLost && end === undefined;
        const isReported = error instanceof LinkLostError && run.workersDirectory !== undefined;
        if (connection.end !== undefined && (!isFirst || isReported))
          skip(`${LINK_LOST}: ${connection.end.message}`);
        throw error;
      });
      try {
        skipFor(session.lackOf(needs), skip);
        await use(session);
      } finally {
        session.noteEnd();
        // What was rejected up to here comes up before the next test begins.
        await new Promise(setImmediate);
        const { errors = [] } = task.result ?? {};
        if (errors.length > 0) session.noteFailure();
        const loss = errors.find((error) => error["code"] === "E_LINK_LOST");
        if (loss !== undefined) connection.noteLost(loss.message);
        try {
          // The reason of a failure is more telling than its consequence: both are reported.
          await connection.watch(session.check());
        } finally {
          noteFacts(session.facts);
          await session.close();
        }
      }
    },
    { auto: true },
  ],
  host: async ({ session }, use) => use(session.host),
  device: async ({ session }, use) => use(session.device),
  adapter: async ({ session }, use) => use(session.adapter),
  system: async ({ session }, use) => use(session.system),
  link: async ({ session }, use) => use(session.link),
  rng: async ({ session }, use) => use(session.rng),
});

function skipFor(lack: string | undefined, skip: (note: string) => never): void {
  if (lack !== undefined) skip(lack);
}

/**
 * Vitest's `test` with a device, and with needs. After each test, well or not, the session checks what no test asks for.
 */
export const test: BenchTest<Fixtures> = withNeeds(fixtures) as BenchTest<Fixtures>;

/** Vitest's `describe`, with needs. */
export const describe: WithNeeds<typeof baseDescribe> = withNeeds(baseDescribe);

baseExpect.extend({
  /** Throws `DataMismatchError` with the first wrong byte. */
  toHoldBytes(received: unknown, expected: Uint8Array) {
    const isBuffer = received instanceof HostBuffer || received instanceof HostChain;
    if (!isBuffer && !(received instanceof Uint8Array))
      throw new TypeError("toHoldBytes needs a buffer or bytes");
    const found = isBuffer ? received.read() : received;
    const pass = Buffer.compare(found, expected) === 0;
    const what = isBuffer ? received.name : "the bytes";
    if (!pass && !this.isNot) {
      const transfer = isBuffer ? describeLastTransfer(received) : undefined;
      throw new DataMismatchError(what, expected, found, transfer);
    }
    return { pass, message: () => `${what} holds exactly the bytes that it should not hold` };
  },
});

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: the parameter must be written as Vitest writes it.
  interface Matchers<T = any> {
    /** The bytes of a buffer, all of them, are `expected`. */
    toHoldBytes(expected: Uint8Array): T;
  }
}

export const expect = baseExpect;
