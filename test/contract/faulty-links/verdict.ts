import { ContractContext, turn } from "../suite/contract-context.ts";
import type { ContractLink, ContractTest } from "../suite/contract-test.ts";

/** A link does nothing more when it has not let device time pass in so many turns of the event loop, and so long. */
const QUIET_TURNS = 500;
const QUIET_MS = 200;
/** Device time in which every test of a sound link on the built-in engine ends, many times over. */
const LIMIT_CYCLES = 600_000;

/** What one test makes of a link: undefined where it passes, else what it says. */
export async function verdictOf(each: ContractTest, link: ContractLink): Promise<string | undefined> {
  const work = new DeviceWork();
  const { beside = link.open, breaker, several } = link;
  const watched: ContractLink = {
    ...link,
    open: (seed) => work.opening(link.open(seed)),
    beside: () => work.opening(beside()),
    ...(breaker === undefined ? {} : { breaker: () => work.opening(breaker()) }),
    ...(several === undefined ? {} : { several: () => work.opening(several()) }),
  };
  let context: ContractContext | undefined;
  try {
    await work.limit(
      ContractContext.open(watched).then(async (opened) => {
        context = opened;
        await each.run(opened);
      }),
    );
    return undefined;
  } catch (error) {
    return describe(error);
  } finally {
    await work.limit(context?.dispose() ?? Promise.resolve()).catch(() => undefined);
  }
}

/** A mistake in the faulty link itself is no verdict. */
function describe(error: unknown): string {
  const { name, message } = error as Error;
  if (error instanceof TypeError || error instanceof ReferenceError) throw error;
  return `${name}: ${message}`;
}

/** Limits in device work: an operation ends, or device time stands still, or it has passed for too long. */
class DeviceWork {
  readonly #clocks: { readonly cycle: number }[] = [];
  #opening = 0;

  async opening<T extends { readonly clock: { readonly cycle: number } }>(operation: Promise<T>): Promise<T> {
    this.#opening++;
    try {
      const link = await operation;
      this.#clocks.push(link.clock);
      return link;
    } finally {
      this.#opening--;
    }
  }

  get #cycles(): number {
    return this.#clocks.reduce((sum, { cycle }) => sum + cycle, 0);
  }

  async limit(operation: Promise<unknown>): Promise<void> {
    let isOver = false;
    const over = operation.finally(() => {
      isOver = true;
    });
    over.catch(() => undefined);
    let [turns, cycles, since] = [0, this.#cycles, performance.now()];
    while (!isOver) {
      await turn();
      const isMoving = this.#opening > 0 || this.#cycles !== cycles;
      if (isMoving) [turns, cycles, since] = [0, this.#cycles, performance.now()];
      else turns++;
      if (turns > QUIET_TURNS && performance.now() - since > QUIET_MS)
        throw new Error("hangs: nothing more happens");
      if (cycles > LIMIT_CYCLES) throw new Error(`does not end within ${LIMIT_CYCLES} cycles`);
    }
    await over;
  }
}
